"""The HTTP server that carries the emulator: order in a pipeline, bodies over the limit, a handler's bug."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
import time
from collections.abc import Awaitable, Iterator

import pytest

from alifakes.server import HttpServer, Request, Response


def handler(request: Request) -> Response | Awaitable[Response]:
    async def later(body: bytes) -> Response:
        await asyncio.sleep(0.01)
        if request.target == "/bug-later":
            raise ValueError("a bug")
        return Response(200, body=body)

    if request.target == "/bug":
        raise ValueError("a bug")
    if request.target.endswith("later"):
        return later(b"later")
    return Response(int(request.headers.get("answer", "200")), body=request.body)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    server = HttpServer(handler, max_body=1000, too_large=lambda: Response(413, body=b"too large"))
    server.start_in_thread()
    yield server
    server.stop_thread()


def exchange(server: HttpServer, *requests: bytes) -> bytes:
    """What comes back when all requests are sent at once and the last one closes the connection."""
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(b"".join(requests))
        received = b""
        while part := connection.recv(65536):
            received += part
    return received


def request(target: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"PUT {target} HTTP/1.1", "host: here", f"content-length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def statuses(received: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


def send_in_parts(connection: socket.socket, data: bytes) -> None:
    """The connection's time limit holds for each part."""
    rest = memoryview(data)
    while rest:
        rest = rest[connection.send(rest[:65536]) :]


LAST = request("/", b"", "connection: close")


@pytest.mark.parametrize("first", ["/now", "/later"])
def test_a_too_large_body_in_a_pipeline_is_refused_and_the_rest_answered(server: HttpServer, first: str) -> None:
    received = exchange(server, request(first), request("/now", b"x" * 1001), request("/now", b"fine"), LAST)
    assert statuses(received) == [200, 413, 200, 200]
    assert b"too large" in received
    assert b"x" * 100 not in received


@pytest.mark.parametrize("target", ["/bug", "/bug-later"])
@pytest.mark.parametrize("first", ["/now", "/later"])
def test_a_bug_is_a_500_and_the_connection_goes_on(
    server: HttpServer, first: str, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert statuses(exchange(server, request(first), request(target), LAST)) == [200, 500, 200]
    assert "ValueError: a bug" in capsys.readouterr().err


@pytest.mark.parametrize("target", ["/now", "/later"])
@pytest.mark.parametrize("offer", ["h2c", "websocket"])
def test_an_offer_of_another_protocol_is_ignored(server: HttpServer, target: str, offer: str) -> None:
    offering = f"GET {target} HTTP/1.1\r\nhost: here\r\nconnection: upgrade\r\nupgrade: {offer}\r\n\r\n".encode()
    received = exchange(server, offering, offering, request("/now", b"fine"), LAST)
    assert statuses(received) == [200, 200, 200, 200]
    assert b"fine" in received


def test_an_offer_of_another_protocol_with_a_body_is_refused_unhandled(
    server: HttpServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert statuses(exchange(server, request("/bug", b"body", "connection: upgrade", "upgrade: h2c"))) == [501]
    assert capsys.readouterr().err == ""


def test_statuses_without_a_body_have_none(server: HttpServer) -> None:
    received = exchange(server, request("/", b"body", "answer: 204"), request("/", b"body", "answer: 304"), LAST)
    assert statuses(received) == [204, 304, 200]
    assert b"body" not in received


@pytest.mark.parametrize("target", ["/later", "/other?later"])
def test_head_is_answered_without_a_body(server: HttpServer, target: str) -> None:
    head = f"HEAD {target} HTTP/1.1\r\nhost: here\r\n\r\n".encode()
    received = exchange(server, head, head, request("/", b"done", "connection: close"))
    assert statuses(received) == [200, 200, 200]
    assert received.count(b"content-length: 5\r\n") == 2
    assert b"later" not in received
    assert received.endswith(b"\r\n\r\ndone")


def test_a_status_that_http_does_not_name(server: HttpServer) -> None:
    assert b"HTTP/1.1 499 Unknown\r\n" in exchange(server, request("/", b"", "answer: 499", "connection: close"))


def test_stopping_closes_every_connection() -> None:
    for _ in range(20):
        server = HttpServer(handler)
        server.start_in_thread()
        with socket.create_connection((server.host, server.port), timeout=10) as connection:
            connection.sendall(request("/later"))
            server.stop_thread()
            # a reset, if the connection was not even accepted
            with contextlib.suppress(ConnectionResetError):
                assert connection.recv(100) == b""


def test_a_head_over_the_limit_is_refused(server: HttpServer) -> None:
    assert statuses(exchange(server, request("/", b"", f"x-long: {'x' * 70_000}"))) == [431]
    many = [f"x-{number}: {'x' * 100}" for number in range(700)]
    assert statuses(exchange(server, request("/", b"", *many))) == [431]


def test_what_is_refused_is_not_executed() -> None:
    seen: list[str] = []

    def handler(request: Request) -> Response:
        seen.append(request.target)
        return Response(200)

    server = HttpServer(handler)
    server.start_in_thread()
    try:
        assert statuses(exchange(server, request("/", b"{}", f"x-long: {'x' * 70_000}"))) == [431]
        assert seen == []
    finally:
        server.stop_thread()


def late(server: HttpServer, seconds: float) -> None:
    """Look for late requests as if so much time had passed."""
    server.call(lambda: server.close_late(time.monotonic() + seconds))


def test_a_body_that_does_not_end_is_a_408(server: HttpServer) -> None:
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(b"PUT / HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\nx")
        assert statuses(connection.recv(1000)) == [100]
        late(server, 59)
        connection.sendall(b"x")
        assert statuses(connection.recv(1000)) == [200]
        connection.sendall(b"PUT / HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\nx")
        assert statuses(connection.recv(1000)) == [100]
        late(server, 61)
        assert statuses(connection.recv(1000)) == [408]
        assert connection.recv(1000) == b""


@pytest.mark.parametrize("part", [b"P", b"PUT / HTTP/1.1\r\nhost: he"])
def test_a_head_that_does_not_end_is_cut_off(server: HttpServer, part: bytes) -> None:
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(request("/") + part)
        assert statuses(connection.recv(1000)) == [200]
        late(server, 59)
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1000)
        connection.settimeout(10)
        late(server, 61)
        assert connection.recv(1000) == b""


def test_who_asks_nothing_may_stay(server: HttpServer) -> None:
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(request("/"))
        assert statuses(connection.recv(1000)) == [200]
        late(server, 1000)
        connection.sendall(LAST)
        assert statuses(connection.recv(1000)) == [200]


def test_nobody_is_late_who_is_not_listened_to() -> None:
    asked, released = threading.Event(), asyncio.Event()

    async def wait(_request: Request) -> Response:
        asked.set()
        await released.wait()
        return Response(200)

    server = HttpServer(wait)
    server.start_in_thread()
    try:
        with socket.create_connection((server.host, server.port), timeout=10) as connection:
            connection.sendall(request("/") + b"PUT / HTTP/1.1\r\n")
            assert asked.wait(10)
            late(server, 1000)
            server.call(released.set)
            assert statuses(connection.recv(1000)) == [200]
            connection.sendall(b"connection: close\r\n\r\n")
            assert statuses(connection.recv(1000)) == [200]
    finally:
        server.stop_thread()


def test_who_reads_no_answers_is_not_listened_to_any_more(server: HttpServer) -> None:
    with socket.create_connection((server.host, server.port), timeout=1) as connection:
        with pytest.raises(TimeoutError):
            send_in_parts(connection, request("/", b"x" * 1000) * 30_000)
        assert statuses(exchange(server, LAST)) == [200]


def test_reading_goes_on_once_answers_are_read(server: HttpServer) -> None:
    pipeline = [request("/", b"x" * 1000)] * 10_000
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        sender = threading.Thread(target=connection.sendall, args=(b"".join(pipeline) + LAST,))
        sender.start()
        received = bytearray()
        while part := connection.recv(65536):
            received += part
        sender.join()
    assert len(statuses(bytes(received))) == 10_001


@pytest.mark.parametrize("target", ["/now?q=雨", "/雨", "/now?size=１"])
def test_bytes_that_no_url_holds_are_told_of(target: str) -> None:
    server = HttpServer(handler, bad_target=lambda: Response(400, body=b"to be quoted"))
    server.start_in_thread()
    try:
        received = exchange(server, request("/now"), request(target), request("/now"))
    finally:
        server.stop_thread()
    assert statuses(received) == [200, 400]
    assert received.endswith(b"connection: close\r\n\r\nto be quoted")
