"""A small HTTP/1.1 server on asyncio and httptools, shared by every fake: one handler, one loop, one port."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol, cast

import httptools

try:
    from uvloop import new_event_loop  # type: ignore[import-not-found,unused-ignore]
except ImportError:  # an extra: HTTP takes half the time with it
    from asyncio import new_event_loop


@dataclass(frozen=True)
class Request:
    """One HTTP request; header names are lower case, a repeated header's values are joined by ','."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    client_ip: str


@dataclass(frozen=True)
class Response:
    """One HTTP answer; `disconnect` closes the connection without sending anything."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    disconnect: bool = False


Handler = Callable[[Request], "Response | Awaitable[Response]"]
TooLarge = Callable[[], Response]
MAX_HEAD = 64 * 1024  # bytes of target and headers
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_NAMES_KEPT = 1024
_header_names: dict[bytes, str] = {}  # as sent -> in lower case


class _Parser(Protocol):
    def feed_data(self, data: bytes) -> None: ...
    def get_method(self) -> bytes: ...
    def should_keep_alive(self) -> bool: ...
    def should_upgrade(self) -> bool: ...


class _Connection(asyncio.Protocol):
    """Parses one connection; requests of a pipeline are answered in order, and reading pauses while any waits."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._parser = self._new_parser()
        self._waiting: deque[tuple[Request | None, bool]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._too_large = False
        self._closing = False
        self._begin()

    def _new_parser(self) -> _Parser:
        return cast(_Parser, httptools.HttpRequestParser(self))

    def _begin(self) -> None:
        self._target = b""
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []
        self._size = 0
        self._head = 0

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
        if self._closing:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # the request has been taken; who offers another protocol must go on with this one when it is ignored
            self._parser = self._new_parser()
            if rest := data[upgrade.args[0] :]:
                self.data_received(rest)
        except httptools.HttpParserError:
            self._refuse(HTTPStatus.BAD_REQUEST)

    def pause_writing(self) -> None:
        """The client does not read its answers: it gets no more until it does."""
        self._pause_reading()

    def resume_writing(self) -> None:
        if self._task is None and not self._closing:
            self._transport.resume_reading()

    def _pause_reading(self) -> None:
        if self._transport.is_reading():  # uvloop refuses to pause twice
            self._transport.pause_reading()

    def close(self) -> asyncio.Task[None] | None:
        """Closes after what is written; returns the cancelled task of a request that is not answered yet."""
        self._closing = True
        self._transport.close()
        if self._task is not None:
            self._task.cancel()
        return self._task

    # httptools' side
    def on_url(self, url: bytes) -> None:
        self._target += url
        self._count_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count_head(len(name) + len(value))
        key, text = _header_names.get(name) or _learn_name(name), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]},{text}" if key in self._headers else text

    def _count_head(self, size: int) -> None:
        self._head += size
        if self._head > MAX_HEAD:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_headers_complete(self) -> None:
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
        too_large, self._too_large = self._too_large, False
        self._begin()
        if self._task is None and not self._waiting:
            answer = self._answer(None if too_large else request)
            if isinstance(answer, Response):
                self._send(answer, keep_alive)
                return
            self._pause_reading()
            self._task = asyncio.ensure_future(self._finish(answer, keep_alive))
        else:
            self._waiting.append((None if too_large else request, keep_alive))

    def _answer(self, request: Request | None) -> Response | Awaitable[Response]:
        """The handler's answer; None stands for a request whose body was too large."""
        try:
            return self._server.too_large() if request is None else self._server.handler(request)
        except Exception:
            return _failed()

    async def _finish(self, answer: Awaitable[Response], keep_alive: bool) -> None:
        self._send(await _settled(answer), keep_alive)
        while self._waiting and not self._closing:
            request, keep_alive = self._waiting.popleft()
            self._send(await _settled(self._answer(request)), keep_alive)
        self._task = None
        if not self._closing:
            self._transport.resume_reading()

    def _refuse(self, status: HTTPStatus) -> None:
        self._send(Response(status), keep_alive=False)

    def _send(self, answer: Response, keep_alive: bool) -> None:
        if self._closing:
            return
        if answer.disconnect:
            self._closing = True
            self._transport.abort()
            return
        lines = [f"HTTP/1.1 {answer.status} {_PHRASES.get(answer.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        body = b"" if answer.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED) else answer.body
        if answer.status != HTTPStatus.NO_CONTENT:
            lines.append(f"content-length: {len(body)}")
        lines.append("connection: keep-alive" if keep_alive else "connection: close")
        self._transport.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
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
    Bodies above `max_body` bytes are read to their end, dropped, and answered by `too_large()`.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        max_body: int = 64 * 1024 * 1024,
        too_large: TooLarge = lambda: Response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    ) -> None:
        self.handler = handler
        self.host = host
        self.port = port
        self.max_body = max_body
        self.too_large = too_large
        self.connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def endpoint(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def start(self) -> None:
        """Listen in the running loop; raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
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
        """Listen in a daemon thread and return once the port is open; raises OSError when it is taken."""
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
