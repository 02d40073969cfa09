"""Clients whose server may be killed at any moment, and who know what must be found afterwards."""

from __future__ import annotations

import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import INF_MAX, INF_MIN, PK_AUTO_INCR, OTSServiceError, SecondaryIndexMeta, SecondaryIndexType
from urllib3.exceptions import HTTPError

from .durable_server import Server
from .sdk_table import Table, key_of, latest

KEYS = 40  # of each writer in each table
WIDTH = 10  # rows of a batch or transaction

Change = Mapping[int, int | None]  # row -> stamp, None when it is deleted
Entry = tuple[int, int]  # the columns a and b


class Scene:
    """The tables as one process of the server shows them; `rows` and `bank` have a global and a local index each."""

    def __init__(self, server: Server) -> None:
        self.client = server.client()
        self.rows = Table(self.client, "rows", ["who", "n"])
        self.bank = Table(self.client, "bank", ["who", "n"])
        self.atomic_bank = Table(server.client(atomic=True), "bank", ["who", "n"])
        self.auto = Table(self.client, "auto", ["who", "n"])

    def index(self, name: str, *, local: bool) -> Table:
        return Table(self.client, name, ["who", "a", "n"] if local else ["a", "who", "n"])

    def entries(self, name: str, *, local: bool) -> dict[tuple[str, int], Entry]:
        found = {}
        for row in self.index(name, local=local).scan()[2]:
            key = dict(row.primary_key)
            assert (key["who"], key["n"]) not in found, f"{name} shows {key} twice"
            found[key["who"], key["n"]] = (key["a"], latest(row)["b"])
        return found


class Partition:
    """What its one writer knows of a partition: the stamps of its rows, and what the request in flight does to them.

    A row carries its stamp in a, b and c: one whose three differ was half written.
    """

    def __init__(self, table: str) -> None:
        self.table = table
        self.stamps: dict[int, int] = {}
        self._flight: Change = {}
        self._whole = False

    @contextmanager
    def sending(self, change: Change, *, whole: bool) -> Iterator[None]:
        """Of a change that is `whole` all rows are written, or none."""
        self._flight, self._whole = change, whole
        yield
        self.stamps, self._flight = self._after(), {}

    def _after(self) -> dict[int, int]:
        stamps: Mapping[int, int | None] = {**self.stamps, **self._flight}
        return {key: stamp for key, stamp in stamps.items() if stamp is not None}

    def check(self, found: dict[int, int]) -> None:
        """What turns out to have been written counts as acknowledged from here on."""
        before, after = self.stamps, self._after()
        if self._whole:
            assert found in (before, after), f"{self.table} holds {found}, neither {before} nor {after}"
        for key in {*before, *after, *found}:
            allowed = (before.get(key), after.get(key))
            assert found.get(key) in allowed, f"{self.table} holds {found.get(key)} at {key}, not one of {allowed}"
        self.stamps, self._flight = found, {}


class Client(ABC):
    """Runs on a thread of its own until the server is killed; `failure` is what else ended it."""

    def __init__(self) -> None:
        self.acknowledged = 0
        self.failure: BaseException | None = None

    def run(self, scene: Scene, draw: random.Random, enough: int, reached: threading.Event) -> None:
        done = 0
        try:
            while True:
                self.step(scene, draw)
                done += 1
                self.acknowledged += 1
                if done == enough:
                    reached.set()
        except BaseException as error:
            if not (reached.is_set() and isinstance(error, HTTPError)):  # the server was killed under the request
                self.failure = error
            reached.set()

    @abstractmethod
    def step(self, scene: Scene, draw: random.Random) -> None: ...

    @abstractmethod
    def check(self, scene: Scene) -> None:
        """Of what the new process shows."""


class Writer(Client):
    """Has partitions of its own, named after it; several of them keep the server busy at every moment."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.rows, self.bank = Partition("rows"), Partition("bank")
        self._stamp = self._counted = 0
        self._counting = False
        self._numbers: dict[int, int] = {}  # number drawn -> stamp
        self._open: str | None = None  # a transaction that has not been ended
        self._steps: list[Callable[[Scene, random.Random], None]] = [
            *[self._batch, self._transaction] * 2,
            *[self._put, self._delete, self._atomic, self._count, self._number, self._look],
        ]

    def step(self, scene: Scene, draw: random.Random) -> None:
        self._stamp += 1
        draw.choice(self._steps)(scene, draw)

    def _change(self, draw: random.Random, width: int, *, deletes: bool = False) -> dict[int, int | None]:
        keys = draw.sample(range(KEYS), width)
        return {key: None if deletes and draw.random() < 0.3 else self._stamp for key in keys}

    def _put(self, scene: Scene, draw: random.Random) -> None:
        change = self._change(draw, 1)
        with self.rows.sending(change, whole=True):
            scene.rows.put((self.name, *change), _columns(self._stamp))

    def _delete(self, scene: Scene, draw: random.Random) -> None:
        key = draw.randrange(KEYS)
        with self.rows.sending({key: None}, whole=True):
            scene.rows.delete((self.name, key))

    def _batch(self, scene: Scene, draw: random.Random) -> None:
        change = self._change(draw, WIDTH, deletes=True)
        with self.rows.sending(change, whole=False):
            assert scene.rows.write(*self._items(scene.rows, change)).is_all_succeed()

    def _atomic(self, scene: Scene, draw: random.Random) -> None:
        change = self._change(draw, WIDTH, deletes=True)
        with self.bank.sending(change, whole=True):
            assert scene.atomic_bank.write(*self._items(scene.bank, change)).is_all_succeed()

    def _items(self, table: Table, change: Change) -> list[Any]:
        return [
            table.batch_delete((self.name, key))
            if stamp is None
            else table.batch_put((self.name, key), _columns(stamp))
            for key, stamp in change.items()
        ]

    def _transaction(self, scene: Scene, draw: random.Random) -> None:
        """Its rows come in several requests; nothing of them may show before the last, or if it is aborted."""
        change = self._change(draw, WIDTH, deletes=True)
        self._open = scene.client.start_local_transaction("bank", [("who", self.name)])
        items = self._items(scene.bank, change)
        for part in (items[:1], items[1:]):
            request = ots_sdk.BatchWriteRowRequest()
            request.add(ots_sdk.TableInBatchWriteRowItem("bank", part))
            request.set_transaction_id(self._open)
            assert scene.client.batch_write_row(request).is_all_succeed()
        if draw.random() < 0.2:
            scene.client.abort_transaction(self._open)
        else:
            with self.bank.sending(change, whole=True):
                scene.client.commit_transaction(self._open)
        self._open = None

    def _count(self, scene: Scene, _draw: random.Random) -> None:
        self._counting = True
        scene.rows.update((self.name, -1), increment={"count": 1})
        self._counted, self._counting = self._counted + 1, False

    def _number(self, scene: Scene, _draw: random.Random) -> None:
        row = scene.auto.put((self.name, PK_AUTO_INCR), {"stamp": self._stamp}, return_key=True)[1]
        self._numbers[row.primary_key[1][1]] = self._stamp

    def _look(self, scene: Scene, draw: random.Random) -> None:
        """What is read is what was acknowledged; an index that is read takes in what waits for it."""
        known, table = draw.choice([(self.rows, scene.rows), (self.bank, scene.bank)])
        assert self._found(table) == known.stamps
        scene.entries(f"{table.name}_global", local=False)
        local = scene.entries(f"{table.name}_local", local=True)
        assert {n: a for (who, n), (a, _) in local.items() if who == self.name} == known.stamps

    def _found(self, table: Table) -> dict[int, int]:
        found = {}
        for row in table.scan((self.name, 0), (self.name, INF_MAX))[2]:
            columns, key = latest(row), key_of(row)
            assert columns == _columns(columns.get("a", -1)), f"{table.name}, {key} is half written: {columns}"
            found[key[1]] = columns["a"]
        return found

    def check(self, scene: Scene) -> None:
        for known, table in ((self.rows, scene.rows), (self.bank, scene.bank)):
            known.check(self._found(table))
        if self._open is not None:
            _check_gone(scene.client, self._open)
            self._open = None
        counted = (scene.rows.get((self.name, -1)) or {}).get("count", 0)
        assert counted in (self._counted, self._counted + self._counting)
        self._counted, self._counting = counted, False
        self._check_numbers(scene.auto)

    def _check_numbers(self, table: Table) -> None:
        rows: list[Any] = []
        start: tuple[Any, ...] | None = (self.name, INF_MIN)
        while start is not None:
            _, following, page, _ = table.scan(start, (self.name, INF_MAX))
            rows += page
            start = following and tuple(value for _, value in following)
        numbers = {key_of(row)[1]: latest(row)["stamp"] for row in rows}
        assert self._numbers.items() <= numbers.items()
        assert len(numbers) - len(self._numbers) <= 1
        assert list(numbers.values()) == sorted(numbers.values()), "numbers do not rise in the order of the writes"
        self._numbers = numbers


def _columns(stamp: int) -> dict[str, int]:
    return dict.fromkeys("abc", stamp)


def _check_gone(client: Any, transaction: str) -> None:
    with pytest.raises(OTSServiceError) as refusal:
        client.commit_transaction(transaction)
    assert refusal.value.get_error_code() == "OTSSessionNotExist"


class Builder(Client):
    """Makes an index of the rows that are being written, reads it when it may, and drops it again."""

    def __init__(self) -> None:
        super().__init__()
        self.local = False
        self.exists = False
        self._changing = False

    def step(self, scene: Scene, draw: random.Random) -> None:
        if self.exists and draw.random() < 0.6:
            _read(lambda: scene.entries("later", local=self.local))
            return
        self._changing = True
        if self.exists:
            scene.client.delete_secondary_index("rows", "later")
        else:
            self.local = draw.random() < 0.5
            scene.client.create_secondary_index("rows", index_meta("later", local=self.local), True)
        self.exists, self._changing = not self.exists, False

    def check(self, scene: Scene) -> None:
        described = scene.client.describe_table("rows").secondary_indexes
        exists = "later" in [index.index_name for index in described]
        assert exists in (self.exists, self.exists ^ self._changing)
        self.exists, self._changing = exists, False


def _read(call: Callable[[], object]) -> None:
    try:
        call()
    except OTSServiceError as error:
        if "building base state" not in error.get_error_message():
            raise


def index_meta(name: str, *, local: bool) -> Any:
    kind = SecondaryIndexType.LOCAL_INDEX if local else SecondaryIndexType.GLOBAL_INDEX
    return SecondaryIndexMeta(name, ["who", "a"] if local else ["a"], ["b"], kind)
