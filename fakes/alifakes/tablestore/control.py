"""The control plane under /_fake/: counters, reset and faults, as JSON, unsigned, for this machine only."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus

from alifakes.loopback import is_loopback
from alifakes.server import Request, Response
from alifakes.tablestore.faults import Faults
from alifakes.tablestore.usage import Usage

PREFIX = "/_fake/"


class Control:
    """Answers requests below PREFIX; `reset_data` drops all tables of all instances."""

    def __init__(self, faults: Faults, usage: Usage, reset_data: Callable[[], None]) -> None:
        self._usage = usage
        self._reset_data = reset_data
        self._routes: dict[tuple[str, str], Callable[[bytes], object]] = {
            ("GET", "requests"): lambda _body: usage.snapshot(),
            ("POST", "requests/reset"): lambda _body: usage.reset(),
            ("POST", "reset"): lambda _body: self._reset(),
            ("POST", "faults"): lambda body: faults.add_json(json.loads(body)),
            ("DELETE", "faults"): lambda _body: faults.clear(),
        }

    def handle(self, request: Request) -> Response:
        if not is_loopback(request.client_ip):
            return _answer(HTTPStatus.FORBIDDEN, {"error": "The control plane answers this machine only."})
        name = request.target.partition("?")[0].removeprefix(PREFIX)
        route = self._routes.get((request.method, name))
        if route is None:
            known = any(name == other for _, other in self._routes)
            status = HTTPStatus.METHOD_NOT_ALLOWED if known else HTTPStatus.NOT_FOUND
            return _answer(status, {"error": f"There is no {request.method} {PREFIX}{name}."})
        try:
            result = route(request.body)
        except ValueError as error:  # JSON that is none is one too
            return _answer(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        return _answer(HTTPStatus.OK, {} if result is None else result)

    def _reset(self) -> None:
        self._reset_data()
        self._usage.reset()


def _answer(status: HTTPStatus, body: object) -> Response:
    return Response(status, [("content-type", "application/json")], json.dumps(body).encode())
