"""Damaged HTTP on the real port: it is refused in time, what is refused is not executed, and the server goes on.

`scripts/test --slow fakes/tests/tablestore/test_fuzz_http.py` tries 20,000 connections.
"""

from __future__ import annotations

import random
import re
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pytest
import tablestore as sdk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tablestore import INF_MAX, INF_MIN
from tablestore.auth import RequestContext

from alifakes.tablestore.app import TablestoreFake

from .http_noise import cut, damaged_http

LONGEST_S = 10
KEYS = ("a", "b", "c")


class Port:
    """The server's port as bytes see it, and the table `t` that requests put the rows KEYS into."""

    def __init__(self, fake: TablestoreFake) -> None:
        self._address = ("127.0.0.1", fake.port)
        self.client = fake.client("fuzz", retry_policy=sdk.NoRetryPolicy(), socket_timeout=LONGEST_S)
        nothing = sdk.ReservedThroughput(sdk.CapacityUnit(0, 0))
        self.client.create_table(sdk.TableMeta("t", [("pk", "STRING")]), sdk.TableOptions(), nothing)
        self.puts = [self._put(key) for key in KEYS]

    def _put(self, key: str) -> bytes:
        """A whole PutRow, signed."""
        client = self.client
        context = RequestContext(client.credentials_provider.get_credentials())
        row = sdk.Row([("pk", key)], [("x", 1)])
        body: bytes
        _, headers, body = client.protocol.make_request("PutRow", client._signer, context, "t", row, None, None, None)
        lines = ["POST /PutRow HTTP/1.1", "host: here", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def exchange(self, parts: Sequence[bytes]) -> bytes | None:
        """What comes back until the server closes, once it knows that no more will come; None for a reset."""
        try:
            with socket.create_connection(self._address, timeout=LONGEST_S) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for part in parts:
                    connection.sendall(part)
                connection.shutdown(socket.SHUT_WR)
                received = b""
                while part := connection.recv(65536):
                    received += part
                return received
        except (ConnectionResetError, BrokenPipeError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            return None  # it closed while more was on its way, and what it had said may be lost

    def take_rows(self) -> list[str]:
        """The keys of the rows that are there, which are deleted."""
        _, _, found, _ = self.client.get_range("t", "FORWARD", [("pk", INF_MIN)], [("pk", INF_MAX)])
        for row in found:
            self.client.delete_row("t", sdk.Row(row.primary_key), sdk.Condition("IGNORE"))
        return [row.primary_key[0][1] for row in found]


@pytest.fixture(scope="module")
def port() -> Iterator[Port]:
    with TablestoreFake() as fake:
        port = Port(fake)
        yield port
        port.client.connection.pool.clear()


def statuses(received: bytes) -> list[int]:
    """Of the answers in a row, without interim ones; raises AssertionError for what is no answer."""
    found = []
    while received:
        head, mark, rest = received.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        assert mark, received
        version, status, *_ = line.split(" ")
        assert version == "HTTP/1.1"
        headers = dict(line.split(": ", 1) for line in lines)
        is_of_head = rest.startswith(b"HTTP/1.1 ")  # whose answer tells the length of a body that it has not
        received = rest if is_of_head else rest[int(headers.get("content-length", 0)) :]
        if status != "100":
            found.append(int(status))
    return found


def check(port: Port, parts: Sequence[bytes]) -> Any:
    """Sends one connection's worth; the statuses."""
    received = port.exchange(parts)
    rows = port.take_rows()
    if received is None:
        return None
    found = statuses(received)
    sent = b"".join(parts)
    offers = b"upgrade" in sent.lower() or b"CONNECT" in sent
    assert all(200 <= status < 500 or (status == 501 and offers) for status in found), found
    assert len(rows) <= found.count(200), (rows, found)
    return found


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_damaged_http(port: Port, seed: int) -> None:
    for parts in islice(damaged_http(port.puts, seed), 3):
        check(port, parts)


@pytest.mark.slow
def test_much_damaged_http(port: Port) -> None:
    told: Counter[int] = Counter()
    for parts in islice(damaged_http(port.puts, 1), 20_000):
        told.update(check(port, parts) or ())
    assert told[200] > 5_000
    assert told[400] > 5_000
    assert set(told) > {200, 400, 431, 501}


def test_a_head_in_two_pieces_wherever_it_is_cut(port: Port) -> None:
    whole = port.puts[0]
    for at in range(1, len(whole)):
        assert statuses(port.exchange([whole[:at], whole[at:]]) or b"") == [200], at
    assert port.take_rows() == ["a"]


def test_a_pipeline_byte_by_byte(port: Port) -> None:
    data = b"".join(port.puts)
    assert check(port, [data[at : at + 1] for at in range(len(data))]) == [200, 200, 200]


def test_a_pipeline_in_random_pieces(port: Port) -> None:
    for seed in range(20):
        assert check(port, cut(b"".join(port.puts) * 3, random.Random(seed))) == [200] * 9


def test_thousands_of_offers_of_another_protocol(port: Port) -> None:
    offer = b"GET / HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"
    assert check(port, [offer * 3000]) == [405] * 3000


def test_long_trailers_are_refused_as_a_long_head_is(port: Port) -> None:
    head, _, body = port.puts[0].partition(b"\r\n\r\n")
    chunked = (
        re.sub(rb"content-length: \d+", b"transfer-encoding: chunked", head) + b"\r\n\r\n%x\r\n" % len(body) + body
    )
    assert check(port, [chunked + b"\r\n0\r\nx: y\r\n\r\n"]) == [200]
    assert check(port, [chunked + b"\r\n0\r\nx: " + b"y" * 100_000 + b"\r\n\r\n"]) == [431]
