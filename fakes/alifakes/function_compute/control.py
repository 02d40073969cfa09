"""The emulator's own routes under /_fake: what has been invoked and told, waiting, duplicates, timers and the clock."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeGuard
from urllib.parse import parse_qs

from alifakes.function_compute.clock import Clock
from alifakes.function_compute.destinations import Destinations
from alifakes.function_compute.invocations import Invocations
from alifakes.function_compute.model import Project
from alifakes.function_compute.triggers.timers import Timers
from alifakes.loopback import is_from_elsewhere
from alifakes.server import Request, Response

IDLE_TIMEOUT_MS = 30_000
MOST_DUPLICATES = 1_000_000
LONGEST_ADVANCE_MS = 366 * 86_400_000
# of a function, the id of the request and the line
LogEntry = tuple[str, str, str]


class Control:
    """Unsigned: whoever reaches the port may call these, but no page of another place that a browser shows."""

    def __init__(
        self,
        project: Project,
        invocations: Invocations,
        destinations: Destinations,
        timers: Timers,
        clock: Clock,
        log: Iterable[LogEntry],
    ) -> None:
        self._addresses = {name: f.address for f in project.functions for name in (f.name, f.address)}
        self._invocations = invocations
        self._destinations = destinations
        self._timers = timers
        self._clock = clock
        self._log = log
        self._operations: dict[str, Callable[[dict[str, str], bytes], Awaitable[Response]]] = {
            "GET /_fake/invocations": self._list,
            "POST /_fake/invocations/reset": self._reset,
            "GET /_fake/destinations": self._deliveries,
            "GET /_fake/logs": self._logs,
            "POST /_fake/idle": self._idle,
            "POST /_fake/duplicates": self._double,
            "POST /_fake/timers/fire": self._fire,
            "GET /_fake/clock": self._time,
            "POST /_fake/clock": self._advance,
        }

    async def handle(self, request: Request) -> Response:
        path, _, query = request.target.partition("?")
        operation = f"{request.method} {path}"
        if is_from_elsewhere(request.headers):
            return _error(403, "The control plane answers no page of another place.")
        if operation not in self._operations:
            return _error(404, f"There is no {operation}.")
        parameters = {name: values[-1] for name, values in parse_qs(query).items()}
        return await self._operations[operation](parameters, request.body)

    async def _list(self, parameters: dict[str, str], _: bytes) -> Response:
        wanted = parameters.get("function")
        records = [record for record in self._invocations.records if wanted in (None, record.function, record.address)]
        return _json(200, {"invocations": [record.as_json() for record in records]})

    async def _reset(self, _: dict[str, str], __: bytes) -> Response:
        self._invocations.records.clear()
        self._destinations.deliveries.clear()
        return _json(200, {})

    async def _deliveries(self, parameters: dict[str, str], _: bytes) -> Response:
        """Of one function, and to one destination, where that is asked for."""
        wanted, destination = self._addresses.get(parameters.get("function", "")), parameters.get("destination")
        found = [
            delivery.as_json()
            for delivery in self._destinations.deliveries
            if ("function" not in parameters or delivery.function == wanted)
            and destination in (None, delivery.destination)
        ]
        return _json(200, {"deliveries": found})

    async def _logs(self, parameters: dict[str, str], _: bytes) -> Response:
        wanted = parameters.get("request_id")
        found = [(function, line) for function, request_id, line in self._log if wanted in (None, request_id)]
        return _json(200, {"lines": [{"function": function, "line": line} for function, line in found]})

    async def _idle(self, parameters: dict[str, str], _: bytes) -> Response:
        timeout_ms = parameters.get("timeout_ms", str(IDLE_TIMEOUT_MS))
        if not timeout_ms.isdecimal():
            return _error(400, f"timeout_ms must be a number of milliseconds, but is '{timeout_ms}'.")
        if await self._invocations.idle(int(timeout_ms) / 1000):
            return _json(200, {})
        return _error(408, f"Asynchronous invocations were still queued or running after {timeout_ms} ms.")

    async def _double(self, _: dict[str, str], body: bytes) -> Response:
        order = _read(body)
        name, times = order.get("function"), order.get("count", 1)
        if not isinstance(name, str) or name not in self._addresses or not _is_count(times, MOST_DUPLICATES):
            return _error(400, 'The body must be {"function": NAME, "count": NUMBER} with a function of the project.')
        self._invocations.double(self._addresses[name], times)
        return _json(200, {})

    async def _fire(self, parameters: dict[str, str], _: bytes) -> Response:
        name = parameters.get("function", "")
        fired = self._timers.fire(name)
        return _json(200, {"request_ids": fired}) if fired else _error(404, f"Function '{name}' has no timer trigger.")

    async def _time(self, _: dict[str, str], __: bytes) -> Response:
        return _json(200, {"now_ms": int(self._clock.seconds() * 1000)})

    async def _advance(self, _: dict[str, str], body: bytes) -> Response:
        advance_ms = _read(body).get("advance_ms")
        if not _is_count(advance_ms, LONGEST_ADVANCE_MS):
            return _error(400, 'The body must be {"advance_ms": NUMBER}, milliseconds up to a year.')
        await self._clock.advance(advance_ms / 1000, self._invocations.settled)
        return await self._time({}, b"")


def _read(body: bytes) -> dict[str, Any]:
    try:
        order = json.loads(body)
    except ValueError:
        return {}
    return order if isinstance(order, dict) else {}


def _is_count(value: object, most: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _json(status: int, body: dict[str, Any]) -> Response:
    return Response(status, [("content-type", "application/json")], json.dumps(body, ensure_ascii=False).encode())


def _error(status: int, message: str) -> Response:
    return _json(status, {"error": message})
