"""The emulator and its peers as processes, each with the same operations as prepared HTTP requests.

dynalite and moto speak DynamoDB, whose PutItem, GetItem, BatchWriteItem and Query are the nearest to ours. They are
taken from .local/bench, where this puts them:
    cd .local/bench && npm install dynalite@4 && python3 -m venv moto && moto/bin/pip install 'moto[server,dynamodb]'
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import tablestore as ots
from tablestore.connection import ConnectionPool
from tqdm import tqdm

from benchmarks.tablestore_load import send_all

PLACE = Path(__file__).parents[2] / ".local" / "bench"
TABLE = "bench"
USERS = 1000
_OTHER = "other"
ROWS = 200  # of the range
KEYS = 50  # of single rows
ROWS_PER_REQUEST = {"put": 1, "get": 1, "batch25": 25, "batch200": 200, "range": ROWS, "filtered": ROWS}


@dataclass(frozen=True)
class Server:
    """`requests` by operation; one of them may need several requests of a peer, then `parts` tells how many."""

    process: subprocess.Popen[bytes]
    port: int
    requests: Mapping[str, Sequence[bytes]]
    parts: Mapping[str, int]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


class Ours:
    """The Tablestore emulator; what the SDK would send is caught where it would send it."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._start()
        meta = ots.TableMeta(TABLE, [("a", "STRING"), ("b", "INTEGER")])
        throughput = ots.ReservedThroughput(ots.CapacityUnit(0, 0))
        for name in (TABLE, _OTHER):
            meta.table_name = name
            self._client.create_table(meta, ots.TableOptions(), throughput)
        self._fill(range(ROWS), "one")

    def _start(self) -> None:
        data = [] if self.path is None else ["--data", str(self.path)]
        self._port = _free_port()
        command = [sys.executable, "-m", "alifakes", "tablestore", "--port", str(self._port), *data]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "fakes")}
        self._process = _start(command, self._port, environment)
        self._client = ots.OTSClient(f"http://127.0.0.1:{self._port}", "local", "local", "bench")

    @property
    def pid(self) -> int:
        return self._process.pid

    def reopen(self) -> float:
        """ms from the start of the process to its first answer about a row."""
        self.stop()
        before = time.perf_counter()
        self._start()
        self._client.get_row(TABLE, _row(0).primary_key)
        return (time.perf_counter() - before) * 1000

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()

    def grow(self, rows: int, size: int) -> None:
        """From so many rows, a multiple of `USERS`, to so many; user by user, as a file takes them fastest."""
        for user in tqdm(range(USERS), desc=f"{size:,} rows", mininterval=1, disable=None, leave=False):
            self._fill(range(rows + user, size, USERS))

    def _fill(self, numbers: Sequence[int], user: str | None = None) -> None:
        for start in range(0, len(numbers), 200):
            self._client.batch_write_row(_batch(numbers[start : start + 200], user))

    def drop(self) -> tuple[float, float]:
        """ms that dropping the table takes, and the longest that one of the puts which follow, to another, waits."""
        dropped = _took_ms(lambda: self._client.delete_table(TABLE))
        waits = [_took_ms(partial(self._client.put_row, _OTHER, _row(number))) for number in range(1000)]
        return dropped, max(waits)

    def server(self) -> Server:
        """With requests signed now: they are good for a quarter of an hour."""
        client = self._client
        low, high = ([("a", "one"), ("b", bound)] for bound in (ots.INF_MIN, ots.INF_MAX))
        above = ots.SingleColumnCondition("x", 50, ots.ComparatorType.GREATER_THAN)

        rows = [_row(number) for number in range(KEYS)]
        batches = {size: [_batch(range(at * size, (at + 1) * size), None) for at in range(10)] for size in (25, 200)}
        page = partial(client.get_range, TABLE, "FORWARD", low, high, None, ROWS)
        requests = {
            "put": [_caught(partial(client.put_row, TABLE, row)) for row in rows],
            "get": [_caught(partial(client.get_row, TABLE, row.primary_key)) for row in rows],
            **{
                f"batch{size}": [_caught(partial(client.batch_write_row, batch)) for batch in sent]
                for size, sent in batches.items()
            },
            "range": [_caught(page)],
            "filtered": [_caught(partial(page, above))],
        }
        return Server(self._process, self._port, requests, {})


def _row(number: int, user: str | None = None) -> Any:
    key = [("a", user or f"user{number % USERS:012d}"), ("b", number)]
    return ots.Row(key, [("x", number), ("s", "v" * 17), ("y", number * 3)])


def _batch(numbers: Sequence[int], user: str | None) -> Any:
    items = [ots.PutRowItem(_row(number, user), ots.Condition("IGNORE")) for number in numbers]
    request = ots.BatchWriteRowRequest()
    request.add(ots.TableInBatchWriteRowItem(TABLE, items))
    return request


def _took_ms(call: Callable[[], object]) -> float:
    before = time.perf_counter()
    call()
    return (time.perf_counter() - before) * 1000


class _Caught(Exception):
    """Carries the SDK's request out of the SDK."""


def _caught(call: Callable[[], object]) -> bytes:
    def catch(_pool: object, url: str, headers: Mapping[str, str], body: bytes) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST {url} HTTP/1.1\r\nHost: bench\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
        raise _Caught(head.encode() + bytes(body))

    original = ConnectionPool.send_receive
    ConnectionPool.send_receive = catch
    try:
        call()
    except _Caught as caught:
        request: bytes = caught.args[0]
        return request
    finally:
        ConnectionPool.send_receive = original
    raise AssertionError("The SDK sent nothing.")


def dynalite() -> Server | None:
    """In memory; None where it is not installed."""
    script = PLACE / "node_modules" / "dynalite" / "cli.js"
    node = shutil.which("node")
    if node is None or not script.exists():
        return None
    return _dynamo([node, str(script), "--createTableMs", "0", "--port"])


def moto() -> Server | None:
    """None where it is not installed."""
    script = PLACE / "moto" / "bin" / "moto_server"
    return _dynamo([str(script), "-p"]) if script.exists() else None


def _dynamo(command: Sequence[str]) -> Server:
    port = _free_port()
    process = _start([*command, str(port)], port, dict(os.environ))
    keys = (("a", "S", "HASH"), ("b", "N", "RANGE"))
    table = {
        "TableName": TABLE,
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind, _ in keys],
        "KeySchema": [{"AttributeName": name, "KeyType": role} for name, _, role in keys],
        "ProvisionedThroughput": {"ReadCapacityUnits": 100, "WriteCapacityUnits": 100},
    }
    send_all(port, [_asked("CreateTable", table)])
    time.sleep(1)  # dynalite makes it in the next turn
    send_all(port, [_items(range(at, at + 25), "one") for at in range(0, ROWS, 25)])
    query = {
        "TableName": TABLE,
        "KeyConditionExpression": "a = :a",
        "ExpressionAttributeValues": {":a": {"S": "one"}},
        "Limit": ROWS,
    }
    above = {"FilterExpression": "x > :x", "ExpressionAttributeValues": {":a": {"S": "one"}, ":x": {"N": "50"}}}
    batches = [_items(range(at * 25, at * 25 + 25)) for at in range(10)]
    requests = {
        "put": [_asked("PutItem", {"TableName": TABLE, "Item": _item(number)}) for number in range(KEYS)],
        "get": [
            _asked("GetItem", {"TableName": TABLE, "Key": {name: _item(number)[name] for name in "ab"}})
            for number in range(KEYS)
        ],
        "batch25": batches,
        "batch200": batches,
        "range": [_asked("Query", query)],
        "filtered": [_asked("Query", {**query, **above})],
    }
    return Server(process, port, requests, {"batch200": 8})


def _item(number: int, user: str | None = None) -> dict[str, dict[str, str]]:
    return {
        "a": {"S": user or f"user{number % USERS:012d}"},
        "b": {"N": str(number)},
        "x": {"N": str(number)},
        "s": {"S": "v" * 17},
        "y": {"N": str(number * 3)},
    }


def _items(numbers: Sequence[int], user: str | None = None) -> bytes:
    puts = [{"PutRequest": {"Item": _item(number, user)}} for number in numbers]
    return _asked("BatchWriteItem", {"RequestItems": {TABLE: puts}})


def _asked(operation: str, body: object) -> bytes:
    encoded = json.dumps(body).encode()
    scope = "bench/20260101/us-east-1/dynamodb/aws4_request"
    head = (
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-amz-json-1.0\r\n"
        f"X-Amz-Target: DynamoDB_20120810.{operation}\r\nX-Amz-Date: 20260101T000000Z\r\n"
        f"Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date;x-amz-target, "
        f"Signature=none\r\nContent-Length: {len(encoded)}\r\n\r\n"
    )
    return head.encode() + encoded


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(command: Sequence[str], port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    for _ in range(200):
        if _listens(port):
            return process
        time.sleep(0.1)
    process.kill()
    raise RuntimeError(f"{command[0]} does not listen.")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
