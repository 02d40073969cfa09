"""Load of prepared HTTP requests on several connections, and the processor time that it costs the server."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import cycle


class _Connection:
    """One request at a time; opened anew when the server closes it, as moto's does after every answer."""

    def __init__(self, port: int) -> None:
        self._address = ("127.0.0.1", port)
        self._socket: socket.socket | None = None

    def send(self, request: bytes) -> None:
        if self._socket is None:
            self._socket = socket.create_connection(self._address)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)

    def receive(self) -> bytes:
        """The body; raises RuntimeError for an answer that is no success."""
        assert self._socket is not None
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        fields = head.lower()
        length = int(fields.split(b"content-length: ")[1].split(b"\r\n")[0])
        parts, size = [body], len(body)
        while size < length:
            parts.append(self._more())
            size += len(parts[-1])
        if b"connection: close" in fields or head.startswith(b"HTTP/1.0"):
            self.close()
        if b" 200 " not in head[:13]:
            raise RuntimeError(f"{head.decode()}\n{b''.join(parts)[:500]!r}")
        return b"".join(parts)

    def _more(self) -> bytes:
        assert self._socket is not None
        data = self._socket.recv(1 << 20)
        if not data:
            raise RuntimeError("The server closed the connection.")
        return data

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def send_all(port: int, requests: Sequence[bytes]) -> None:
    """Each once, on one connection."""
    connection = _Connection(port)
    for request in requests:
        connection.send(request)
        connection.receive()
    connection.close()


def cpu_us(port: int, pid: int, requests: Sequence[bytes], connections: int, seconds: float) -> float:
    """Processor time of the process per request; all connections have one request under way at any time."""
    with ExitStack() as stack:
        opened = [_Connection(port) for _ in range(connections)]
        for connection in opened:
            stack.callback(connection.close)
        turn = cycle(requests)
        for connection in opened:
            connection.send(next(turn))
        sent, before, end = 0, _cpu_s(pid), time.monotonic() + seconds
        while time.monotonic() < end:
            for connection in opened:
                connection.receive()
                connection.send(next(turn))
            sent += connections
        spent = _cpu_s(pid) - before
        for connection in opened:
            connection.receive()
    return spent / sent * 1e6


def _cpu_s(pid: int) -> float:
    """In user and kernel mode, of all threads, to the nanosecond: /proc counts in ticks of 10 ms."""
    return time.clock_gettime(~pid << 3 | 2)  # what clock_getcpuclockid(3) makes of a process on Linux
