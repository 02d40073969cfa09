"""One request from HTTP to HTTP: verify, decode, apply faults, execute, count, sign."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timezone

from alifakes.server import Request, Response
from alifakes.tablestore import errors
from alifakes.tablestore.actions.call import Answer, Call, Spent
from alifakes.tablestore.actions.registry import ACTIONS, NOT_EMULATED
from alifakes.tablestore.auth import Credential, Signer, content_md5, find_signer, verify
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.faults import Effect, FaultKind, Faults
from alifakes.tablestore.usage import Usage
from alifakes.tablestore.wire.responses import encode_error

INSTANCE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,14}[A-Za-z0-9]")

_log = logging.getLogger(__name__)


class Service:
    """Answers the service's HTTP requests; `engine_of` gives the engine of an instance by its name."""

    def __init__(
        self,
        engine_of: Callable[[str], Engine],
        credentials: Mapping[str, Credential],
        faults: Faults,
        usage: Usage,
    ) -> None:
        self._engine_of = engine_of
        self._credentials = credentials
        self._faults = faults
        self._usage = usage

    def handle(self, request: Request) -> Response | Awaitable[Response]:
        path, _, query = request.target.partition("?")
        # an endpoint that ends with a slash makes the SDK ask for //ApiName, and sign /ApiName
        path = "/" + path.lstrip("/")
        signer = find_signer(request.headers, self._credentials)
        try:
            self._check(request, path, query)
            call = self._decode(path[1:], request.body)
        except Exception as error:
            return _failure(error, path, signer)
        effect = self._faults.draw(path[1:], call.tables, call.rows)
        if effect.delay_ms:
            return self._answer_later(call, effect, request, path, signer)
        return self._answer(call, effect, request, path, signer)

    def _answer_later(
        self, call: Call, effect: Effect, request: Request, path: str, signer: Signer | None
    ) -> asyncio.Future[Response]:
        """Executes after the delay even when the client has given up meanwhile: the service would too."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Response] = loop.create_future()

        def finish() -> None:
            response = self._answer(call, effect, request, path, signer)
            if not future.cancelled():
                future.set_result(response)

        loop.call_later(effect.delay_ms / 1000, finish)
        return future

    def _answer(self, call: Call, effect: Effect, request: Request, path: str, signer: Signer | None) -> Response:
        if effect.failure is FaultKind.DISCONNECT:
            return _SILENCE
        try:
            answer = self._execute(call, effect, request, path[1:])
        except Exception as error:
            response = _failure(error, path, signer)
        else:
            response = _respond(200, answer.body, path, signer)
        return _SILENCE if effect.failure is FaultKind.LOST_ANSWER else response

    def _check(self, request: Request, path: str, query: str) -> None:
        if request.method != "POST":
            raise errors.method_not_allowed()
        if len(request.body) > errors.MAX_BODY:
            raise errors.body_too_large()
        verify(path, query, request.headers, request.body, self._credentials, time.time())
        instance = request.headers["x-ots-instancename"]
        if not INSTANCE_NAME.fullmatch(instance):
            raise errors.invalid_instance_name(instance)

    def _decode(self, api: str, body: bytes) -> Call:
        action = ACTIONS.get(api)
        if action is None:
            raise errors.not_emulated(api) if api in NOT_EMULATED else errors.unsupported_operation(api)
        try:
            call = action(body)
        except Exception:
            self._usage.add_request(api, ())
            raise
        self._usage.add_request(api, call.tables)
        return call

    def _execute(self, call: Call, effect: Effect, request: Request, api: str) -> Answer:
        if effect.failure is FaultKind.THROTTLE:
            raise errors.server_busy()
        if effect.failure is FaultKind.UNAVAILABLE:
            raise errors.server_unavailable()
        try:
            answer = call.run(self._engine_of(request.headers["x-ots-instancename"]), effect.refused)
        except OtsError as error:
            if error.read or error.write:
                self._usage.add_spent(api, (Spent(call.tables[0], 0, error.read, error.write),))
            raise
        self._usage.add_spent(api, answer.spent)
        return answer


_SILENCE = Response(503, disconnect=True)


def too_large() -> Response:
    """The answer to a body so large that the server did not even keep it."""
    return _failure(errors.body_too_large(), "/", None)


def _failure(error: Exception, path: str, signer: Signer | None) -> Response:
    if not isinstance(error, OtsError):
        _log.error("%s failed unexpectedly", path, exc_info=error)
        error = errors.internal_error()
    return _respond(error.status, encode_error(error), path, signer)


def _respond(status: int, body: bytes, path: str, signer: Signer | None) -> Response:
    now = time.time_ns() // 1000
    headers = {
        "x-ots-contentmd5": content_md5(body),
        "x-ots-contenttype": "protocol buffer",
        "x-ots-date": datetime.fromtimestamp(now / 1e6, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "x-ots-requestid": _request_id(now),
    }
    if signer is not None:
        headers["authorization"] = signer.authorization(path, headers)
    return Response(status, list(headers.items()), body)


def _request_id(now: int) -> str:
    """As the service's: microseconds since 1970 in 16 hex digits, then random ones, dashed like a UUID."""
    digits = f"{now:016x}{secrets.token_hex(8)}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
