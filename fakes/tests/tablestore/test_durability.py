"""What was acknowledged survives `kill -9`, and nothing shows that was half written."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import INF_MAX, INF_MIN, PK_AUTO_INCR, NoRetryPolicy
from urllib3.exceptions import HTTPError

import alifakes
from alifakes.tablestore.app import TablestoreFake

WRITERS = "xyz"
KEYS = 40  # of each writer
WIDTH = 10  # rows of a batch
SPREAD_S = 0.006  # a few requests long, so that a kill falls anywhere in one


class Server:
    """The emulator as a process of its own on one database file, started anew after every kill."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def start(self) -> Any:
        """A client of the running server."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "alifakes", "tablestore", "--port", "0", "--data", str(self.path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(alifakes.__file__).parents[1])},
        )
        assert self.process.stdout is not None
        ready = self.process.stdout.readline()
        assert ready.startswith("ready: http://"), ready
        endpoint = ready.removeprefix("ready: ").strip()
        return ots_sdk.OTSClient(endpoint, "local", "local", "local", retry_policy=NoRetryPolicy(), socket_timeout=10)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


class Writer:
    """Writes without pause and remembers what was acknowledged; the operation in flight at the kill may go either way.

    Every row carries its stamp in the columns a, b and c; a row whose three differ was half written. Several writers
    keep the server busy at every moment; each has keys, a counter and a partition key of its own, named after it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.acknowledged = 0
        self.stamps: dict[str, int] = {}  # key -> stamp of the last acknowledged write, -1 when it was a delete
        self.flight: dict[str, int] = {}  # what the unacknowledged operation was writing
        self.counted = 0
        self.counting = False
        self.numbers: dict[int, int] = {}  # number drawn -> stamp
        self.stamp = 0
        self.failure: Exception | None = None  # other than that the server was killed

    def run(self, tables: dict[str, Any], draw: random.Random, enough: int, reached: threading.Event) -> None:
        done = 0
        try:
            while True:
                self.step(tables, draw)
                done += 1
                if done == enough:
                    reached.set()
        except Exception as error:
            if not (reached.is_set() and isinstance(error, HTTPError)):  # the server was killed under the request
                self.failure = error
            reached.set()

    def step(self, tables: dict[str, Any], draw: random.Random) -> None:
        self.stamp += 1
        kind = draw.choice(["batch", "batch", "put", "delete", "count", "number"])
        if kind in ("batch", "put", "delete"):
            self.write_rows(tables["rows"], kind, draw)
        elif kind == "count":
            self.counting = True
            tables["rows"].update(f"counter {self.name}", increment={"n": 1})
            self.counted, self.counting = self.counted + 1, False
        else:
            row = tables["auto"].put((self.name, PK_AUTO_INCR), {"stamp": self.stamp}, return_key=True)[1]
            self.numbers[row.primary_key[1][1]] = self.stamp
        self.acknowledged += 1

    def write_rows(self, table: Any, kind: str, draw: random.Random) -> None:
        keys = draw.sample([f"{self.name}{n:02}" for n in range(KEYS)], WIDTH if kind == "batch" else 1)
        stamp = -1 if kind == "delete" else self.stamp
        self.flight = dict.fromkeys(keys, stamp)
        columns = dict.fromkeys("abc", stamp)
        if kind == "batch":
            assert table.write(*(table.batch_put(key, columns) for key in keys)).is_all_succeed()
        elif kind == "put":
            table.put(keys[0], columns)
        else:
            table.delete(keys[0])
        self.stamps |= self.flight
        self.flight = {}


def _check(tables: dict[str, Any], writer: Writer) -> None:
    """The state after a restart; what turns out to have been written is taken as acknowledged from here on."""
    rows = {row.primary_key[0][1]: row for row in tables["rows"].scan(writer.name, writer.name + "~")[2]}
    found = {}
    for key, row in rows.items():
        values = {name: value for name, value, _ in row.attribute_columns}
        assert set(values) == set("abc"), f"{key} lost a column: {values}"
        assert len(set(values.values())) == 1, f"{key} is half written: {values}"
        found[key] = values["a"]
    for key in {*writer.stamps, *writer.flight, *found}:
        allowed = {writer.stamps.get(key, -1), writer.flight.get(key, writer.stamps.get(key, -1))}
        assert found.get(key, -1) in allowed, f"{key} holds {found.get(key)}, not one of {allowed}"
        writer.stamps[key] = found.get(key, -1)
    writer.flight = {}
    indexed = {key: stamp for stamp, key in tables["index"].list_keys() if key.startswith(writer.name)}
    assert indexed == found
    counted = (tables["rows"].get(f"counter {writer.name}") or {}).get("n", 0)
    assert counted in (writer.counted, writer.counted + writer.counting)
    writer.counted, writer.counting = counted, False
    numbers = {row.primary_key[1][1]: row.attribute_columns[0][1] for row in _drawn(tables["auto"], writer.name)}
    assert writer.numbers.items() <= numbers.items()
    assert len(numbers) - len(writer.numbers) <= 1
    assert list(numbers.values()) == sorted(numbers.values()), "numbers do not rise in the order of the writes"
    writer.numbers = numbers


def _drawn(table: Any, author: str) -> Iterator[Any]:
    start = (author, INF_MIN)
    while True:
        _, following, rows, _ = table.scan(start, (author, INF_MAX))
        yield from rows
        if following is None:
            return
        start = tuple(value for _, value in following)


def _survive(path: Path, rounds: int, create: Callable[..., Any], table_of: Callable[..., Any]) -> int:
    """Kill and reopen so many times; the number of writes acknowledged on the way."""
    draw = random.Random(rounds)
    server, writers = Server(path), [Writer(name) for name in WRITERS]
    client = server.start()
    try:
        index = ots_sdk.SecondaryIndexMeta("by_stamp", ["a"], [])
        create(client, name="rows", columns=[("a", "INTEGER")], indexes=[index])
        create(client, {"author": "STRING", "seq": "AUTO"}, name="auto")
        for _ in range(rounds):
            tables = {
                "rows": table_of(client, "rows", ["pk"]),
                "auto": table_of(client, "auto", ["author", "seq"]),
                "index": table_of(client, "by_stamp", ["a", "pk"]),
            }
            for writer in writers:
                _check(tables, writer)
            reached = threading.Event()
            enough = draw.randint(1, 60)
            threads = [
                threading.Thread(target=writer.run, args=(tables, random.Random(draw.random()), enough, reached))
                for writer in writers
            ]
            for thread in threads:
                thread.start()
            assert reached.wait(60)
            time.sleep(draw.uniform(0, SPREAD_S))
            server.kill()
            for thread in threads:
                thread.join()
            failures = [writer.failure for writer in writers if writer.failure is not None]
            assert failures == []
            client = server.start()
        return sum(writer.acknowledged for writer in writers)
    finally:
        server.kill()


def test_kill_minus_nine_loses_nothing_acknowledged(tmp_path: Path, create: Any, table_of: Any) -> None:
    assert _survive(tmp_path / "data.db", 8, create, table_of) >= 8


@pytest.mark.slow
def test_kill_minus_nine_two_hundred_times(tmp_path: Path, create: Any, table_of: Any) -> None:
    assert _survive(tmp_path / "data.db", 200, create, table_of) >= 200


def test_a_stopped_server_finds_everything_again(connect: Any, create: Any, table_of: Any, tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    values = {"s": "世界", "i": -5, "d": 1.5, "t": True, "b": bytearray(b"\x00\xff")}
    for instance in ("local", "other"):
        with TablestoreFake(path) as fake:
            create(connect(fake, instance), {"a": "STRING", "n": "INTEGER"}, name="kept", versions=3).put(
                (instance, 1), values
            )
    with TablestoreFake(path) as fake:
        for instance in ("local", "other"):
            client = connect(fake, instance)
            assert list(client.list_table()) == ["kept"]
            assert client.describe_table("kept").table_options.max_version == 3
            table = table_of(client, "kept", ["a", "n"])
            assert table.get((instance, 1)) == values
            assert len(table.list_keys()) == 1
