"""The control plane under /_fake/: trades, notifications, clock, faults, as JSON, unsigned, for this machine only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from http import HTTPStatus
from typing import Protocol

from alifakes.alipay.deliveries import Sending
from alifakes.alipay.errors import AlipayError
from alifakes.alipay.faults import Faults
from alifakes.alipay.trades import Trade
from alifakes.given import json_of
from alifakes.loopback import is_from_elsewhere, is_loopback
from alifakes.server import Request, Response

PREFIX = "/_fake/"


class Controlled(Protocol):
    """What of the fake can be seen and done from outside."""

    faults: Faults

    @property
    def trades(self) -> tuple[Trade, ...]: ...
    @property
    def notifications(self) -> tuple[Sending, ...]: ...
    @property
    def alipay_public_key(self) -> str: ...
    def now(self) -> int: ...
    def advance(self, ms: int) -> None: ...
    def act(self, out_trade_no: str, name: str) -> Trade: ...
    def reset(self) -> None: ...


class Control:
    """Answers requests below PREFIX; what takes long runs in a thread, so that the fake goes on answering."""

    def __init__(self, fake: Controlled) -> None:
        self._fake = fake
        self._routes: dict[tuple[str, str], Callable[[bytes], object]] = {
            ("GET", "trades"): lambda _body: {"trades": [asdict(trade) for trade in fake.trades]},
            ("GET", "notifications"): lambda _body: {"notifications": [_sent(each) for each in fake.notifications]},
            ("GET", "clock"): lambda _body: {"now_ms": fake.now()},
            ("POST", "clock"): self._advance,
            ("GET", "faults"): lambda _body: fake.faults.listing(),
            ("POST", "faults"): lambda body: fake.faults.add_json(json_of(body)),
            ("DELETE", "faults"): lambda _body: fake.faults.clear(),
            ("GET", "public_key"): lambda _body: {"public_key": fake.alipay_public_key},
            ("POST", "reset"): lambda _body: fake.reset(),
        }

    def handle(self, request: Request) -> Response | Awaitable[Response]:
        if not is_loopback(request.client_ip):
            return _answer(HTTPStatus.FORBIDDEN, {"error": "The control plane answers this machine only."})
        if is_from_elsewhere(request.headers):
            return _answer(HTTPStatus.FORBIDDEN, {"error": "The control plane answers no page of another place."})
        name = request.target.partition("?")[0].removeprefix(PREFIX)
        route = self._routes.get((request.method, name)) or self._buyer(request.method, name)
        if route is None:
            known = any(name == other for _, other in self._routes)
            status = HTTPStatus.METHOD_NOT_ALLOWED if known else HTTPStatus.NOT_FOUND
            return _answer(status, {"error": f"There is no {request.method} {PREFIX}{name}."})
        return asyncio.get_running_loop().run_in_executor(None, _run, route, request.body)

    def _buyer(self, method: str, name: str) -> Callable[[bytes], object] | None:
        """trades/<out_trade_no>/<what the buyer does>"""
        parts = name.split("/")
        if method != "POST" or len(parts) != 3 or parts[0] != "trades":
            return None
        return lambda _body: asdict(self._fake.act(parts[1], parts[2]))

    def _advance(self, body: bytes) -> object:
        given = json_of(body)
        ms = given.get("advance_ms") if isinstance(given, dict) else None
        if type(ms) is not int or ms < 0:
            raise ValueError('The clock takes {"advance_ms": n} with n from 0 on.')
        self._fake.advance(ms)
        return {"now_ms": self._fake.now()}


def _run(route: Callable[[bytes], object], body: bytes) -> Response:
    try:
        result = route(body)
    except AlipayError as error:
        return _answer(HTTPStatus.CONFLICT, {"error": str(error), "sub_code": error.sub_code})
    except LookupError as error:
        return _answer(HTTPStatus.NOT_FOUND, {"error": str(error)})
    except ValueError as error:
        return _answer(HTTPStatus.BAD_REQUEST, {"error": str(error)})
    return _answer(HTTPStatus.OK, {} if result is None else result)


def _sent(sending: Sending) -> dict[str, object]:
    texts = {"body": sending.body.decode("ascii"), "answer": sending.answer.decode("utf-8", errors="replace")}
    return asdict(sending) | texts


def _answer(status: HTTPStatus, body: object) -> Response:
    return Response(status, [("content-type", "application/json")], json.dumps(body).encode())
