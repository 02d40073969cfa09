"""The emulator's own routes under /_fake: what has been invoked, waiting until nothing is, firing timers."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from alifakes.function_compute.invocations import Invocations
from alifakes.function_compute.triggers.timers import Timers
from alifakes.server import Request, Response

IDLE_TIMEOUT_MS = 30_000


class Control:
    """Unsigned: whoever reaches the port may call these."""

    def __init__(self, invocations: Invocations, timers: Timers) -> None:
        self._invocations = invocations
        self._timers = timers

    async def handle(self, request: Request) -> Response:
        path, _, query = request.target.partition("?")
        parameters = {name: values[-1] for name, values in parse_qs(query).items()}
        operation = f"{request.method} {path}"
        if operation == "GET /_fake/invocations":
            wanted = parameters.get("function")
            records = [
                record for record in self._invocations.records if wanted in (None, record.function, record.address)
            ]
            return _json(200, {"invocations": [record.as_json() for record in records]})
        if operation == "POST /_fake/invocations/reset":
            self._invocations.records.clear()
            return _json(200, {})
        if operation == "POST /_fake/idle":
            return await self._idle(parameters.get("timeout_ms", str(IDLE_TIMEOUT_MS)))
        if operation == "POST /_fake/timers/fire":
            fired = self._timers.fire(parameters.get("function", ""))
            if fired:
                return _json(200, {"request_ids": fired})
            return _error(404, f"Function '{parameters.get('function', '')}' has no timer trigger.")
        return _error(404, f"There is no {operation}.")

    async def _idle(self, timeout_ms: str) -> Response:
        if not timeout_ms.isdecimal():
            return _error(400, f"timeout_ms must be a number of milliseconds, but is '{timeout_ms}'.")
        if await self._invocations.idle(int(timeout_ms) / 1000):
            return _json(200, {})
        return _error(408, f"Asynchronous invocations were still queued or running after {timeout_ms} ms.")


def _json(status: int, body: dict[str, Any]) -> Response:
    return Response(status, [("content-type", "application/json")], json.dumps(body, ensure_ascii=False).encode())


def _error(status: int, message: str) -> Response:
    return _json(status, {"error": message})
