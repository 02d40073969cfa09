"""One suite for every storage: order, ranges both ways, batches, and of SQLite what a restart and a crash leave."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from alifakes.tablestore.settings import Fsync
from alifakes.tablestore.storage import (
    SqliteStorage,
    Storage,
    StorageError,
    StorageInUseError,
    StorageVersionError,
    open_storage,
)
from alifakes.tablestore.storage.sqlite import FORMAT_VERSION


@pytest.fixture(params=["memory", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    opened = open_storage(None if request.param == "memory" else tmp_path / "store.db")
    yield opened
    opened.close()


def _fill(storage: Storage, keys: str) -> None:
    storage.apply({"t": {key.encode(): key.upper().encode() for key in keys}})


def _keys(storage: Storage, start: bytes, end: bytes | None = None, *, reverse: bool = False) -> str:
    return b"".join(key for key, _ in storage.scan("t", start, end, reverse=reverse)).decode()


def test_what_was_never_written_reads_as_empty(storage: Storage) -> None:
    assert storage.get("t", b"a") is None
    assert list(storage.scan("t", b"")) == []
    assert list(storage.scan("t", b"", b"z", reverse=True)) == []


def test_put_replace_and_delete(storage: Storage) -> None:
    _fill(storage, "ab")
    storage.apply({"t": {b"a": b"new", b"b": None, b"missing": None}})
    assert storage.get("t", b"a") == b"new"
    assert list(storage.scan("t", b"")) == [(b"a", b"new")]


def test_ranges_include_their_start_and_not_their_end_in_both_directions(storage: Storage) -> None:
    _fill(storage, "dbac")
    assert _keys(storage, b"") == "abcd"
    assert _keys(storage, b"b", b"d") == "bc"
    assert _keys(storage, b"b", b"d", reverse=True) == "cb"
    assert _keys(storage, b"b", reverse=True) == "dcb"
    assert _keys(storage, b"d", b"b") == ""


def test_order_is_the_order_of_bytes(storage: Storage) -> None:
    keys = [b"", b"\x00", b"\x00\x00", b"\x00\xff", b"\x7f", b"\x80", b"\xff", b"\xff\x00"]
    storage.apply({"t": dict.fromkeys(reversed(keys), b"v")})
    assert [key for key, _ in storage.scan("t", b"")] == keys


def test_a_range_may_be_left_early_and_written_after(storage: Storage) -> None:
    _fill(storage, "abc")
    entries = storage.scan("t", b"")
    assert next(entries) == (b"a", b"A")
    entries.close()
    storage.apply({"t": {b"a": None}})
    assert _keys(storage, b"") == "bc"


def test_tables_are_apart_and_dropped_before_they_are_written(storage: Storage) -> None:
    storage.apply({"t": {b"old": b"1"}, "other": {b"kept": b"1"}})
    storage.apply({"t": {b"new": b"2"}}, drop=["t", "never made"])
    assert _keys(storage, b"") == "new"
    storage.apply({}, drop=["t"])
    assert _keys(storage, b"") == ""
    assert storage.get("other", b"kept") == b"1"


class Unwritable:
    """No storage can bind this as a value."""


def test_a_batch_that_fails_leaves_nothing(tmp_path: Path) -> None:
    storage = SqliteStorage(tmp_path / "store.db")
    storage.apply({"t": {b"a": b"1"}})
    with pytest.raises(sqlite3.Error):
        storage.apply({"t": {b"a": b"2"}, "made": {b"b": Unwritable()}}, drop=["t"])  # type: ignore[dict-item]
    assert storage.get("t", b"a") == b"1"
    assert storage.get("made", b"b") is None
    storage.apply({"made": {b"b": b"3"}})
    storage.close()
    assert SqliteStorage(tmp_path / "store.db").get("made", b"b") == b"3"


def test_reopened_it_holds_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    first = open_storage(path)
    first.apply({"t": {b"a": b"1"}, "gone": {b"b": b"1"}})
    first.apply({"u": {b"c": b"1"}}, drop=["gone"])
    first.close()
    again = open_storage(path)
    assert [again.get(table, key) for table, key in (("t", b"a"), ("gone", b"b"), ("u", b"c"))] == [b"1", None, b"1"]
    again.close()


WRITER = """
import sys
from alifakes.tablestore.storage import open_storage
storage = open_storage(sys.argv[1])
number = 0
while True:
    storage.apply({"t": {number.to_bytes(4, "big"): b"v", b"last": number.to_bytes(4, "big")}})
    print(number, flush=True)
    number += 1
"""


def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    fakes = Path(sys.modules["alifakes"].__path__[0]).parent
    environment = {**os.environ, "PYTHONPATH": str(fakes)}
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, env=environment) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) >= 50:
                break
        with pytest.raises(StorageInUseError, match="in use by another process"):
            open_storage(path)
        writer.send_signal(signal.SIGKILL)
        acknowledged = max([int(line), *map(int, writer.stdout.read().split())])
    storage = open_storage(path)
    last = int.from_bytes(storage.get("t", b"last") or b"", "big")
    assert last >= acknowledged
    assert len(list(storage.scan("t", b"", b"last"))) == last + 1
    storage.close()


def test_the_file_of_another_version_is_refused_with_both_versions(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_storage(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StorageVersionError, match=f"has format 99, but this emulator reads format {FORMAT_VERSION}"):
        open_storage(path)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (x)")
    database.close()
    with pytest.raises(StorageVersionError, match="of another program"):
        open_storage(path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database\n" * 100)
    with pytest.raises(StorageVersionError, match=r"notes\.txt is not a database of this emulator"):
        open_storage(path)
    assert path.read_text().startswith("not a database")


def test_a_directory_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be opened"):
        open_storage(tmp_path / "missing" / "store.db")


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one entry for every step of SQLite's machine, on every connection made from here on."""
    counted: list[int] = []
    connect = sqlite3.connect

    def counting(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_progress_handler(lambda: counted.append(1), 1)
        return connection

    monkeypatch.setattr(sqlite3, "connect", counting)
    return counted


def _steps(counted: list[int], action: Callable[[], object]) -> int:
    before = len(counted)
    action()
    return len(counted) - before


def test_opening_and_reading_cost_the_same_whatever_the_file_holds(tmp_path: Path, steps: list[int]) -> None:
    opened, read = set(), set()
    for rows in (50, 20_000):
        path = tmp_path / f"{rows}.db"
        storage = SqliteStorage(path)
        storage.apply({"t": {number.to_bytes(4, "big"): b"value" for number in range(rows)}})
        storage.close()
        opened.add(_steps(steps, lambda path=path: SqliteStorage(path).close()))  # type: ignore[misc]
        storage = SqliteStorage(path)
        read.add(_steps(steps, lambda storage=storage: list(islice(storage.scan("t", b"\0\0\0\x0a"), 20))))  # type: ignore[misc]
        storage.close()
    assert len(opened) == len(read) == 1


def test_a_dropped_table_is_deleted_page_by_page(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    storage = SqliteStorage(path)
    storage.apply({"t": {number.to_bytes(4, "big"): b"value" for number in range(3_500)}})
    storage.apply({"t": {b"new": b"1"}}, ["t"])
    assert list(storage.scan("t", b"")) == [(b"new", b"1")]
    storage.close()
    assert _rows_of(path, "t1") == 2_500
    storage = SqliteStorage(path)
    for _ in range(3):
        storage.apply({"t": {b"new": b"2"}})
    assert list(storage.scan("t", b"")) == [(b"new", b"2")]
    storage.close()
    assert _rows_of(path, "t1") is None


def _rows_of(path: Path, table: str) -> int | None:
    """None when there is no such table in the file."""
    db = sqlite3.connect(path)
    try:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
            return None
        count: int = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return count
    finally:
        db.close()


@pytest.mark.parametrize(("fsync", "synchronous"), [("full", 2), ("normal", 1), ("off", 0)])
def test_when_writes_reach_the_disk_can_be_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fsync: Fsync, synchronous: int
) -> None:
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def remembered(*arguments: Any, **options: Any) -> sqlite3.Connection:
        opened.append(connect(*arguments, **options))
        return opened[0]

    monkeypatch.setattr(sqlite3, "connect", remembered)
    with closing(open_storage(tmp_path / "store.db", fsync)):
        assert opened[0].execute("PRAGMA synchronous").fetchone() == (synchronous,)
