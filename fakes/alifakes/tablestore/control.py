"""The control plane under /_fake/, in JSON, unsigned, for this machine only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from alifakes.given import json_of, number_of
from alifakes.loopback import is_from_elsewhere, is_loopback
from alifakes.server import Request, Response
from alifakes.tablestore import browse
from alifakes.tablestore.clock import Clock
from alifakes.tablestore.faults import Faults
from alifakes.tablestore.instances import Instances
from alifakes.tablestore.log import RequestLog
from alifakes.tablestore.usage import Usage

PREFIX = "/_fake/"
_CLOCK_END = 253_402_300_800_000  # ms
_AT_RUN_TIME = {"index_lag_ms": (int,), "search_lag_ms": (int, type(None)), "clock_skew_ms": (int,)}

Query = Mapping[str, str]


class Control:
    """Answers requests below PREFIX; every route answers with a JSON object or list."""

    def __init__(self, faults: Faults, usage: Usage, log: RequestLog, clock: Clock, instances: Instances) -> None:
        self._usage = usage
        self._faults = faults
        self._log = log
        self._clock = clock
        self._instances = instances
        self._routes: dict[tuple[str, str], Callable[[Query, Any], object]] = {
            ("GET", "requests"): lambda _query, _body: usage.snapshot(),
            ("POST", "requests/reset"): lambda _query, _body: usage.reset(),
            ("POST", "reset"): lambda _query, _body: self.reset(),
            ("GET", "faults"): lambda _query, _body: faults.listing(),
            ("POST", "faults"): lambda _query, body: faults.add_json(body),
            ("DELETE", "faults"): lambda _query, _body: faults.clear(),
            ("GET", "log"): lambda query, _body: log.entries(**_log_query(query)),
            ("GET", "log/after"): lambda query, _body: log.after(number_of("number", query.get("number", "0"))),
            ("DELETE", "log"): lambda _query, _body: log.clear(),
            ("GET", "clock"): lambda _query, _body: self._show_clock(),
            ("POST", "clock"): lambda _query, body: self._move_clock(body),
            ("GET", "settings"): lambda _query, _body: asdict(instances.settings),
            ("POST", "settings"): lambda _query, body: self.set(**_only(body, _AT_RUN_TIME)),
            ("GET", "tables"): lambda _query, _body: browse.tables(instances),
            ("GET", "rows"): lambda query, _body: browse.rows(instances, query),
            ("GET", "snapshots"): lambda _query, _body: instances.snapshots(),
            ("POST", "snapshots"): lambda _query, body: instances.keep(_name(body)),
            ("POST", "restore"): lambda _query, body: instances.restore(_name(body)),
        }

    def handle(self, request: Request) -> Response:
        if not is_loopback(request.client_ip):
            return _answer(HTTPStatus.FORBIDDEN, {"error": "The control plane answers this machine only."})
        if is_from_elsewhere(request.headers):
            return _answer(HTTPStatus.FORBIDDEN, {"error": "The control plane answers no page of another place."})
        path, _, query = request.target.partition("?")
        name = path.removeprefix(PREFIX)
        route = self._routes.get((request.method, name))
        if route is None:
            known = any(name == other for _, other in self._routes)
            status = HTTPStatus.METHOD_NOT_ALLOWED if known else HTTPStatus.NOT_FOUND
            return _answer(status, {"error": f"There is no {request.method} {PREFIX}{name}."})
        try:
            result = route(dict(parse_qsl(query)), json_of(request.body or b"null"))
        except ValueError as error:
            return _answer(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        return _answer(HTTPStatus.OK, {} if result is None else result)

    def reset(self) -> None:
        """Forget data, counters, faults and the log; snapshots, settings and the time stay."""
        self._instances.reset()
        self._clock.begin_anew()
        self._usage.reset()
        self._faults.clear()
        self._log.clear()

    def set(self, **changed: int | None) -> None:
        """Change settings; raises ValueError for one below 0."""
        for name, value in changed.items():
            if value is not None and value < 0:
                raise ValueError(f"{name} cannot be negative: {value}.")
        self._instances.change(replace(self._instances.settings, **changed))  # type: ignore[arg-type]

    def _show_clock(self) -> dict[str, int]:
        return {"now_ms": self._clock()}

    def _move_clock(self, body: object) -> dict[str, int]:
        moves = _only(body, {"advance_ms": (int,), "set_ms": (int,)})
        if len(moves) != 1:
            raise ValueError("The clock takes either advance_ms or set_ms.")
        for name, ms in moves.items():
            if ms > _CLOCK_END:
                raise ValueError(f"{name} leads beyond the year 9999: {ms}.")
            (self._clock.advance if name == "advance_ms" else self._clock.set)(ms)
        return self._show_clock()


def _name(body: object) -> str:
    name: str = {"name": "default", **_only(body or {}, {"name": (str,)})}["name"]
    return name


def _only(body: object, known: Mapping[str, tuple[type, ...]]) -> dict[str, Any]:
    """The body itself; raises ValueError unless it is an object of these fields and types."""
    if not isinstance(body, dict) or not body.keys() <= known.keys():
        raise ValueError(f"The body is a JSON object with no fields but {', '.join(known)}.")
    for name, value in body.items():
        if not isinstance(value, known[name]) or isinstance(value, bool):
            raise ValueError(f"{name} cannot be {value!r}.")
    return body


def _log_query(query: Query) -> dict[str, Any]:
    unknown = query.keys() - {"table", "api", "code", "since_ms"}
    if unknown:
        raise ValueError(f"The log is asked by table, api, code and since_ms, not by {', '.join(sorted(unknown))}.")
    return {name: number_of(name, value) if name == "since_ms" else value for name, value in query.items()}


def _answer(status: HTTPStatus, body: object) -> Response:
    return Response(status, [("content-type", "application/json")], json.dumps(body).encode())
