"""A small HTTP/1.1 server on asyncio and httptools, shared by every fake: one handler, one loop, one port."""

from __future__ import annotations

import asyncio
import threading
import time
import traceback
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple, Protocol, cast

import httptools

from alifakes.listening import listen

try:
    from uvloop import new_event_loop  # type: ignore[import-not-found,unused-ignore]
except ImportError:  # an extra: HTTP takes a tenth less time with it
    from asyncio import new_event_loop


@dataclass(slots=True)
class Request:
    """One HTTP request; header names are lower case, a repeated header's values are joined by ','."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    client_ip: str


@dataclass(slots=True)
class Response:
    """One HTTP answer; `disconnect` closes the connection without sending anything.

    `stream` gives the body piece by piece instead, and the connection closes at its end; it is closed when the client
    has gone.
    """

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    disconnect: bool = False
    stream: AsyncGenerator[bytes, None] | None = None


Handler = Callable[[Request], "Response | Awaitable[Response]"]
Refusal = Callable[[], Response]
MAX_HEAD = 64 * 1024  # bytes of target and headers
_LATE_S = 60  # a request that has begun must have come as a whole
_SWEEP_S = 5  # between two looks for those that have not
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_NO_CONTENT = HTTPStatus.NO_CONTENT.value
_BODYLESS = (_NO_CONTENT, HTTPStatus.NOT_MODIFIED.value)
_NAMES_KEPT = 1024
_header_names: dict[bytes, str] = {}  # as sent -> in lower case


class _Parser(Protocol):
    def feed_data(self, data: bytes) -> None: ...
    def get_method(self) -> bytes: ...
    def should_keep_alive(self) -> bool: ...
    def should_upgrade(self) -> bool: ...


class _Asked(NamedTuple):
    request: Request
    keep_alive: bool
    too_large: bool


class _Connection(asyncio.Protocol):
    """Parses one connection; requests of a pipeline are answered in order, and reading pauses while any waits."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._parser = self._new_parser()
        self._waiting: deque[_Asked] = deque()
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._writable = asyncio.Event()
        self._writable.set()
        self.on_message_begin()
        self._begun_s: float | None = None  # of time.monotonic; while a request is on its way in

    def _new_parser(self) -> _Parser:
        return cast(_Parser, httptools.HttpRequestParser(self))

    # asyncio's side
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self._client_ip = str(peer[0]) if peer else ""
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        self._closing = True
        self._server.connections.discard(self)
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        while data and not self._closing:
            data = self._parse(data)
        self._check_head()

    def _parse(self, data: bytes) -> bytes:
        """What the parser has left unread."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # the request has been taken; who offers another protocol must go on with this one when it is ignored
            self._parser = self._new_parser()
            return data[upgrade.args[0] :]
        except httptools.HttpParserInvalidURLError:
            self._send(self._server.bad_target(), keep_alive=False)
        except httptools.HttpParserError:
            self._refuse(HTTPStatus.BAD_REQUEST)
        return b""

    def pause_writing(self) -> None:
        """The client does not read its answers: it gets no more until it does."""
        self._writable.clear()
        self._pause_reading()

    def resume_writing(self) -> None:
        self._writable.set()
        if self._task is None and not self._closing:
            self._transport.resume_reading()

    def _pause_reading(self) -> None:
        if self._transport.is_reading():  # uvloop refuses to pause twice
            self._transport.pause_reading()

    def close_if_late(self, now_s: float) -> None:
        """Time in which the connection is not listened to does not count."""
        if self._begun_s is None or self._closing:
            return
        if not self._transport.is_reading():
            self._begun_s = now_s
        elif now_s - self._begun_s >= _LATE_S:
            if self._head_read:
                self._send(self._server.timed_out(), keep_alive=False)
            else:
                self.close()

    def close(self) -> asyncio.Task[None] | None:
        """Closes after what is written; returns the cancelled task of a request that is not answered yet."""
        self._closing = True
        self._transport.close()
        if self._task is not None:
            self._task.cancel()
        return self._task

    # httptools' side
    def on_message_begin(self) -> None:
        self._begun_s = time.monotonic()
        self._target = b""
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []
        self._size = 0
        self._head = 0
        self._head_read = False
        self._too_large = False

    def on_url(self, url: bytes) -> None:
        self._target += url
        self._head += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head += len(name) + len(value)
        key, text, headers = _header_names.get(name) or _learn_name(name), value.decode("latin-1"), self._headers
        headers[key] = f"{headers[key]},{text}" if key in headers else text

    def _check_head(self) -> None:
        if self._head > MAX_HEAD:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_headers_complete(self) -> None:
        self._check_head()
        self._head_read = True
        if self._headers.get("expect", "").lower() == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > self._server.max_body:
            self._too_large = True
            self._chunks.clear()
        else:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        self._begun_s = None
        self._check_head()  # trailers came after it was read
        if self._closing:  # refused already; its rest came in the same piece
            return
        if self._parser.should_upgrade() and {"content-length", "transfer-encoding"} & self._headers.keys():
            # the parser leaves out the body of a request that offers another protocol
            self._refuse(HTTPStatus.NOT_IMPLEMENTED)
            return
        request = Request(
            method=self._parser.get_method().decode("latin-1"),
            target=self._target.decode("latin-1"),
            headers=self._headers,
            body=b"".join(self._chunks),
            client_ip=self._client_ip,
        )
        keep_alive = self._parser.should_keep_alive()
        asked = _Asked(request, keep_alive, self._too_large)
        if self._task is None and not self._waiting:
            answer = self._answer(asked)
            if isinstance(answer, Response) and answer.stream is None:
                self._send(answer, keep_alive, request.method)
                return
            self._pause_reading()
            self._task = asyncio.ensure_future(self._finish(asked, answer))
        else:
            self._pause_reading()
            self._waiting.append(asked)

    def _answer(self, asked: _Asked) -> Response | Awaitable[Response]:
        try:
            return self._server.too_large() if asked.too_large else self._server.handler(asked.request)
        except Exception:
            return _failed()

    async def _finish(self, asked: _Asked, answer: Response | Awaitable[Response]) -> None:
        await self._deliver(await _settled(answer), asked)
        while self._waiting and not self._closing:
            asked = self._waiting.popleft()
            await self._deliver(await _settled(self._answer(asked)), asked)
        self._task = None
        if not self._closing:
            self._transport.resume_reading()

    async def _deliver(self, answer: Response, asked: _Asked) -> None:
        if answer.stream is None:
            self._send(answer, asked.keep_alive, asked.request.method)
            return
        async with aclosing(answer.stream) as pieces:
            fields = "".join([f"{name}: {value}\r\n" for name, value in answer.headers])
            head = f"HTTP/1.1 {answer.status} {_PHRASES[answer.status]}\r\n{fields}connection: close\r\n\r\n"
            self._transport.write(head.encode("latin-1"))
            self._transport.resume_reading()  # which tells when the client has gone
            async for piece in pieces:
                await self._writable.wait()
                self._transport.write(piece)
        self._closing = True
        self._transport.close()

    def _refuse(self, status: HTTPStatus) -> None:
        self._send(Response(status), keep_alive=False)

    def _send(self, answer: Response, keep_alive: bool, method: str = "") -> None:
        if self._closing:
            return
        if answer.disconnect:
            self._closing = True
            self._transport.abort()
            return
        status = answer.status
        body = b"" if status in _BODYLESS else answer.body
        length = "" if status == _NO_CONTENT else f"content-length: {len(body)}\r\n"
        fields = "".join([f"{name}: {value}\r\n" for name, value in answer.headers])
        goes_on = "keep-alive" if keep_alive else "close"
        head = f"HTTP/1.1 {status} {_PHRASES.get(status, 'Unknown')}\r\n{fields}{length}connection: {goes_on}\r\n\r\n"
        self._transport.write(head.encode("latin-1") + (b"" if method == "HEAD" else body))
        if not keep_alive:
            self._closing = True
            self._transport.close()


def _learn_name(raw: bytes) -> str:
    name = raw.decode("latin-1").lower()
    if len(_header_names) >= _NAMES_KEPT:
        _header_names.clear()
    _header_names[raw] = name
    return name


def _failed() -> Response:
    """A bug in a handler must not leave its client waiting."""
    traceback.print_exc()
    return Response(HTTPStatus.INTERNAL_SERVER_ERROR)


async def _settled(answer: Response | Awaitable[Response]) -> Response:
    try:
        return answer if isinstance(answer, Response) else await answer
    except Exception:
        return _failed()


class HttpServer:
    """Serves `handler` on one port, either in the current event loop or in a thread of its own.

    A handler runs on the server's event loop; it returns a Response, or an awaitable of one when it has to wait.
    Bodies above `max_body` bytes are read to their end, dropped, and answered by `too_large()`. A request that has not
    come as a whole after a minute is answered by `timed_out()`, not at all while its head is missing, and closed; so is
    one whose target holds bytes that a URL cannot, by `bad_target()`.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        max_body: int = 64 * 1024 * 1024,
        too_large: Refusal = lambda: Response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        timed_out: Refusal = lambda: Response(HTTPStatus.REQUEST_TIMEOUT),
        bad_target: Refusal = lambda: Response(HTTPStatus.BAD_REQUEST),
    ) -> None:
        self.handler = handler
        self.host = host
        self.port = port
        self.max_body = max_body
        self.too_large = too_large
        self.timed_out = timed_out
        self.bad_target = bad_target
        self.connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def endpoint(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def start(self) -> None:
        """Listen in the running loop; raises CannotListen when the port is taken."""
        self._server = await listen(lambda: _Connection(self), self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self._watch(asyncio.get_running_loop())

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(_SWEEP_S, self._watch, loop)
        self.close_late(time.monotonic())

    def close_late(self, now_s: float) -> None:
        """Close connections whose request has been on its way for too long by `now_s` of time.monotonic."""
        for connection in list(self.connections):
            connection.close_if_late(now_s)

    async def stop(self) -> None:
        if self._server is not None:
            self._timer.cancel()
            # a closed asyncio server leaks the connection that it is accepting: such are made within a few turns first
            for listening in self._server.sockets:
                asyncio.get_running_loop().remove_reader(listening.fileno())
            for _ in range(5):
                await asyncio.sleep(0)
            self._server.close()
            self._server = None
            tasks = [connection.close() for connection in list(self.connections)]
            await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
            # and transports say goodbye in the turn after they were closed
            await asyncio.sleep(0)

    def start_in_thread(self) -> None:
        """Listen in a daemon thread and return once the port is open; raises CannotListen when it is taken."""
        self._loop = new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"http-{self.port}", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self.start(), self._loop).result()
        except OSError:
            self._end_thread()
            raise

    def call(self, function: Callable[[], None]) -> None:
        """Run `function` between two requests, on the loop of start_in_thread; raises what it raises."""

        async def run() -> None:
            function()

        asyncio.run_coroutine_threadsafe(run(), self._loop).result()

    def stop_thread(self) -> None:
        asyncio.run_coroutine_threadsafe(self.stop(), self._loop).result()
        self._end_thread()

    def _end_thread(self) -> None:
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._thread = None
