"""One request from HTTP to HTTP: verify, decode, apply faults, execute, count, log, sign."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from random import getrandbits

from alifakes.server import Request, Response
from alifakes.tablestore import errors
from alifakes.tablestore.actions.call import Answer, Call, Spent
from alifakes.tablestore.actions.registry import ACTIONS, NOT_EMULATED
from alifakes.tablestore.auth import Credential, Signer, content_md5, find_signer, verify
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.faults import NO_EFFECT, REFUSALS, Effect, FaultKind, Faults
from alifakes.tablestore.log import Entry, RequestLog
from alifakes.tablestore.usage import Usage
from alifakes.tablestore.wire.responses import encode_error

INSTANCE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,14}[A-Za-z0-9]")

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Exchange:
    """A request on its way to its answer; `began` is in ns of time.perf_counter_ns."""

    request: Request
    path: str
    api: str
    instance: str
    signer: Signer | None
    began: int
    effect: Effect
    tables: tuple[str, ...] = ()

    @property
    def in_json(self) -> bool:
        """Whether it is of the knowledge and memory APIs, which speak JSON."""
        return self.request.headers.get("content-type", "").startswith("application/json")


class Service:
    """Answers the service's HTTP requests; `engine_of` gives the engine of an instance by its name.

    `instances` names those that exist, None lets all exist.
    """

    def __init__(
        self,
        engine_of: Callable[[str], Engine],
        credentials: Mapping[str, Credential],
        faults: Faults,
        usage: Usage,
        log: RequestLog,
        instances: Collection[str] | None = None,
    ) -> None:
        self._engine_of = engine_of
        self._credentials = credentials
        self._faults = faults
        self._usage = usage
        self._requests = log
        self._instances = instances
        self._busy: set[str] = set()  # transactions with a request that is delayed

    def handle(self, request: Request) -> Response | Awaitable[Response]:
        path, _, query = request.target.partition("?")
        # an endpoint that ends with a slash makes the SDK ask for //ApiName, and sign /ApiName
        path = "/" + path.lstrip("/")
        headers = request.headers
        signer, instance = find_signer(headers, self._credentials), headers.get("x-ots-instancename", "")
        exchange = _Exchange(request, path, path[1:], instance, signer, time.perf_counter_ns(), NO_EFFECT)
        try:
            self._check(request, path, query)
            call = self._decode(exchange)
            if call.transaction in self._busy:
                raise errors.session_busy()
        except Exception as error:
            return self._fail(error, exchange)
        exchange.tables = call.tables
        exchange.effect = effect = self._faults.draw(exchange.api, call.tables, call.rows)
        if effect.delay_ms:
            return self._answer_later(call, exchange)
        return self._answer(call, exchange)

    def _answer_later(self, call: Call, exchange: _Exchange) -> asyncio.Future[Response]:
        """Executes after the delay even when the client has given up meanwhile: the service would too."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Response] = loop.create_future()
        if call.transaction:
            self._busy.add(call.transaction)

        def finish() -> None:
            self._busy.discard(call.transaction)
            response = self._answer(call, exchange)
            if not future.cancelled():
                future.set_result(response)

        loop.call_later(exchange.effect.delay_ms / 1000, finish)
        return future

    def _answer(self, call: Call, exchange: _Exchange) -> Response:
        failure = exchange.effect.failure
        if failure is FaultKind.DISCONNECT:
            self._note(exchange, _now(), 0, "", (), 0)
            return _SILENCE
        try:
            answer = self._execute(call, exchange)
        except Exception as error:
            response = self._fail(error, exchange)
        else:
            response = self._respond(200, answer.body, exchange, spent=answer.spent)
        return _SILENCE if failure is FaultKind.LOST_ANSWER else response

    def _check(self, request: Request, path: str, query: str) -> None:
        if request.method != "POST":
            raise errors.method_not_allowed()
        if len(request.body) > errors.MAX_BODY:
            raise errors.body_too_large()
        verify(path, query, request.headers, request.body, self._credentials, time.time())
        instance = request.headers["x-ots-instancename"]
        if not INSTANCE_NAME.fullmatch(instance):
            raise errors.invalid_instance_name(instance)
        if self._instances is not None and instance not in self._instances:
            raise errors.unknown_instance()

    def _decode(self, exchange: _Exchange) -> Call:
        api = exchange.api
        action = ACTIONS.get(api)
        if action is None:
            known = api in NOT_EMULATED or exchange.in_json
            raise errors.not_emulated(api) if known else errors.unsupported_operation(api)
        try:
            call = action(exchange.request.body)
        except Exception:
            self._usage.add_request(api, ())
            raise
        self._usage.add_request(api, call.tables)
        return call

    def _execute(self, call: Call, exchange: _Exchange) -> Answer:
        refusal = REFUSALS.get(exchange.effect.failure) if exchange.effect.failure else None
        if refusal is not None:
            raise refusal()
        try:
            answer = call.run(self._engine_of(exchange.instance), exchange.effect.refused)
        except OtsError as error:
            if error.read or error.write:
                self._usage.add_spent(exchange.api, _billed(error, exchange))
            raise
        self._usage.add_spent(exchange.api, answer.spent)
        return answer

    def _fail(self, error: Exception, exchange: _Exchange) -> Response:
        refusal = _as_refusal(error, exchange.path)
        body = _error_in_json(refusal) if exchange.in_json else encode_error(refusal)
        return self._respond(refusal.status, body, exchange, refusal.code, _billed(refusal, exchange))

    def _respond(
        self, status: int, body: bytes, exchange: _Exchange, code: str = "", spent: Sequence[Spent] = ()
    ) -> Response:
        now = _now()
        request_id = self._note(exchange, now, status, code, spent, len(body))
        failure = exchange.effect.failure
        digested = body + b"\0" if failure is FaultKind.WRONG_MD5 else body
        response = _respond(status, digested, exchange.path, exchange.signer, request_id, now)
        if failure is FaultKind.WRONG_MD5:
            return Response(status, response.headers, body)
        if failure is FaultKind.BAD_SIGNATURE:
            headers = [(name, _spoil(value) if name == "authorization" else value) for name, value in response.headers]
            return Response(status, headers, body)
        return response

    def _note(self, exchange: _Exchange, now: int, status: int, code: str, spent: Sequence[Spent], sent: int) -> str:
        """Log the request under a new id; `status` 0 is no answer."""
        request_id = _request_id(now)
        took_us = (time.perf_counter_ns() - exchange.began) // 1000
        self._requests.add(
            Entry(
                now,
                request_id,
                exchange.instance,
                exchange.api,
                exchange.tables,
                status,
                code,
                spent,
                took_us,
                exchange.effect.name,
                exchange.request.headers.get("x-ots-accesskeyid", ""),
                len(exchange.request.body),
                sent,
            )
        )
        return request_id


_SILENCE = Response(503, disconnect=True)


def too_large() -> Response:
    """The answer to a body so large that the server did not even keep it."""
    return _refuse(errors.body_too_large())


def timed_out() -> Response:
    """The answer to a request whose body does not come to its end."""
    return _refuse(errors.request_timed_out())


def _refuse(error: OtsError) -> Response:
    now = _now()
    return _respond(error.status, encode_error(error), "/", None, _request_id(now), now)


def _as_refusal(error: Exception, path: str) -> OtsError:
    if isinstance(error, OtsError):
        return error
    _log.error("%s failed unexpectedly", path, exc_info=error)
    return errors.internal_error()


def _error_in_json(error: OtsError) -> bytes:
    return json.dumps({"code": error.code, "message": error.message}).encode()


def _billed(error: OtsError, exchange: _Exchange) -> Sequence[Spent]:
    """What a refusal costs all the same."""
    return (Spent(exchange.tables[0], 0, error.read, error.write),) if error.read or error.write else ()


def _respond(status: int, body: bytes, path: str, signer: Signer | None, request_id: str, now: int) -> Response:
    headers = {
        "x-ots-contentmd5": content_md5(body),
        "x-ots-contenttype": "protocol buffer",
        "x-ots-date": f"{_second(now // 1_000_000)}.{now % 1_000_000:06d}Z",
        "x-ots-requestid": request_id,
    }
    if signer is not None:
        headers["authorization"] = signer.authorization(path, headers)
    return Response(status, list(headers.items()), body)


def _spoil(authorization: str) -> str:
    return f"{authorization.rpartition(':')[0]}:{'A' * 27}="  # as long as a SHA-1 in base64


def _now() -> int:
    """us since 1970."""
    return time.time_ns() // 1000


@lru_cache(maxsize=4)
def _second(now: int) -> str:
    return datetime.fromtimestamp(now, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def _request_id(now: int) -> str:
    """As the service's: microseconds since 1970 in 16 hex digits, then random ones, dashed like a UUID."""
    digits = f"{now:016x}{getrandbits(64):016x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
