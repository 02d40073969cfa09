"""The rules of `test_machine_time.py`: every operation on engines in memory and in SQLite, and on the model."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import RowChange, WriteKind
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage import Storage, open_storage

from .machine_looks import cells_of, filter_of, get, index_rows, scan, selected, visible
from .machine_writes import (
    DAY_MS,
    LAG_MS,
    LATE,
    LIFE_MS,
    START_MS,
    TABLES,
    VERSIONS,
    Write,
    batches,
    conditions,
    in_part,
    keys,
    parts,
    steps,
    tables,
    writes,
)
from .model import Key, TimedRows, TimedTable, newest


class Open(NamedTuple):
    """A transaction: its id on each side, when it began, its view of the partition, and the keys it has written."""

    ids: list[str]
    began_ms: int
    rows: TimedRows
    touched: set[Key]


class TimeMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock(lambda: START_MS)
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name) / "data.db"
        self.storages = [open_storage(None), open_storage(self.path)]
        self.sides = [self._engine(storage) for storage in self.storages]
        for schema in TABLES:
            for engine in self.sides:
                engine.create_table(schema)
        self.models = {"versions": TimedTable(DAY_MS, VERSIONS), "indexed": TimedTable(None, 1)}
        self.shown: list[tuple[int, set[Any]]] = [(0, set())]  # the late index: due time, entries from then on
        self.unseen: set[Key] = set()  # rows that the late index was not made of
        self.open: dict[tuple[str, str], Open] = {}

    def _engine(self, storage: Storage) -> Engine:
        settings = Settings(index_lag_ms=LAG_MS, transactions=("*",))
        return Engine(storage, clock=self.clock, settings=settings, instance="demo")

    def teardown(self) -> None:
        for storage in self.storages:
            storage.close()
        self.directory.cleanup()

    def all(self, call: Callable[[int, Engine], Any]) -> Any:
        """The answer on which both sides agree; a refusal is its code."""
        answers = [answer_of(call, side, engine) for side, engine in enumerate(self.sides)]
        assert answers[0] == answers[1]
        return answers[0]

    @rule(ms=steps)
    def time_passes(self, ms: int) -> None:
        self.clock.advance(ms)
        now_ms = self.clock()
        self.open = {place: held for place, held in self.open.items() if now_ms - held.began_ms < LIFE_MS}

    @rule()
    def restart(self) -> None:
        """Nothing but the storage is left; transactions are over."""
        self.storages[1].close()
        self.storages[1] = open_storage(self.path)
        self.sides = [self._engine(storage) for storage in self.storages]
        self._end_all(self.open)

    def _end_all(self, gone: Any) -> None:
        for place in list(gone):
            ids = self.open.pop(place).ids
            assert self._commit(ids) == "OTSSessionNotExist"

    def _commit(self, ids: list[str]) -> Any:
        return self.all(lambda side, engine: engine.commit_transaction(ids[side]))

    @rule(name=tables, write=writes, inside=st.booleans())
    def write(self, name: str, write: Write, inside: bool) -> None:
        change = write.change(self.clock(), dated=name == "versions")
        held = self.open.get((name, write.key[0])) if inside else None
        ids = [""] * 2 if held is None else held.ids
        answer = self.all(lambda side, engine: (engine.write_row(name, change, ids[side]), None)[1])
        assert answer == self._expected(name, write, change, held)
        self._changed(name)

    @rule(name=tables, key=keys, many=st.lists(writes, min_size=3, max_size=6))
    def update_one_row_often(self, name: str, key: Key, many: list[Write]) -> None:
        for write in many:
            self.write(name, write._replace(key=key, kind=WriteKind.UPDATE), False)

    @rule(name=tables, batch=batches, together=st.booleans(), atomic=st.booleans(), inside=st.booleans())
    def write_batch(self, name: str, batch: list[Write], together: bool, atomic: bool, inside: bool) -> None:
        part = batch[0].key[0]
        held = self.open.get((name, part)) if inside else None
        self._write_batch(name, in_part(part, batch) if together else batch, atomic, held)

    def _write_batch(self, name: str, batch: list[Write], atomic: bool, held: Open | None) -> None:
        changes = [write.change(self.clock(), dated=name == "versions") for write in batch]
        ids, atomic = ([""] * 2, atomic) if held is None else (held.ids, False)

        def send(side: int, engine: Engine) -> Any:
            (results,) = engine.batch_write([(name, changes)], ids[side], atomic=atomic)
            return [result.code if isinstance(result, OtsError) else None for result in results]

        answers = self.all(send)
        if atomic:
            assert answers == self._expected_of_all(name, batch, changes)
        else:
            assert answers == [self._expected(name, *one, held) for one in zip(batch, changes, strict=True)]
        self._changed(name)

    def _expected(self, name: str, write: Write, change: RowChange, held: Open | None) -> str | None:
        """Does to the model what the service would do; the code of the refusal, if it would refuse."""
        model, now_ms = self.models[name], self.clock()
        if held is None:
            if (name, write.key[0]) in self.open:
                return "OTSRowOperationConflict"
            refusal = model.write(model.rows, change, write.condition, now_ms)
            self._seen(name, [write.key] if refusal is None else [])
            return refusal
        if held is not self.open.get((name, write.key[0])):
            return "OTSDataOutOfRange"
        refusal = model.write(held.rows, change, write.condition, now_ms)
        if refusal is None:
            held.touched.add(write.key)
        return refusal

    def _expected_of_all(self, name: str, batch: Sequence[Write], changes: Sequence[RowChange]) -> list[str | None]:
        model = self.models[name]
        if len({write.key[0] for write in batch}) > 1:
            return ["OTSDataOutOfRange"] * len(batch)
        rows, unseen = dict(model.rows), set(self.unseen)
        answers = [self._expected(name, *one, None) for one in zip(batch, changes, strict=True)]
        refusal = next((answer for answer in answers if answer is not None), None)
        if refusal is not None:
            model.rows, self.unseen = rows, unseen
        return [refusal] * len(batch)

    def _seen(self, name: str, written: Sequence[Key]) -> None:
        if name == "indexed":
            self.unseen.difference_update(written)

    def _changed(self, name: str) -> None:
        if name == "indexed":
            self.shown.append((self.clock() + LAG_MS, self._entries(self.unseen)))

    def _entries(self, without: set[Key]) -> set[Any]:
        rows = {key: newest(row) for key, row in self.models["indexed"].rows.items() if key not in without}
        return {(row["x"], *key, row.get("y")) for key, row in rows.items() if "x" in row}

    @rule(whole=st.booleans())
    def make_the_index_anew(self, whole: bool) -> None:
        """Which ends the transactions of its table; made of all rows, it is not behind."""
        self.all(lambda _, engine: engine.drop_index("indexed", "late"))
        self.all(lambda _, engine: engine.create_index("indexed", LATE, include_base_data=whole))
        self.unseen = set() if whole else set(self.models["indexed"].rows)
        self.shown = [(0, self._entries(self.unseen))]
        self._end_all([place for place in self.open if place[0] == "indexed"])

    @rule(name=tables, part=parts)
    def begin(self, name: str, part: str) -> None:
        ids: list[str] = []

        def start(_: int, engine: Engine) -> None:
            ids.append(engine.start_transaction(name, (("p", part),)))

        if (name, part) in self.open:
            assert self.all(start) == "OTSRowOperationConflict"
            return
        self.all(start)
        own = {key: row for key, row in self.models[name].rows.items() if key[0] == part}
        self.open[name, part] = Open(ids, self.clock(), own, set())

    @rule(name=tables, part=parts, batch=batches, commit=st.booleans())
    def transact(self, name: str, part: str, batch: list[Write], commit: bool) -> None:
        if (name, part) not in self.open:
            self.begin(name, part)
        self._write_batch(name, in_part(part, batch), False, self.open[name, part])
        self.end(name, part, commit)

    @rule(name=tables, part=parts, commit=st.booleans())
    def end(self, name: str, part: str, commit: bool) -> None:
        held = self.open.pop((name, part), None)
        if held is None:
            return
        ending = "commit_transaction" if commit else "abort_transaction"
        assert self.all(lambda side, engine: getattr(engine, ending)(held.ids[side])) == name
        assert self.all(lambda side, engine: getattr(engine, ending)(held.ids[side])) == "OTSSessionNotExist"
        if commit:
            rows = self.models[name].rows
            for key in held.touched:
                rows.pop(key, None)
                if key in held.rows:
                    rows[key] = held.rows[key]
            self._seen(name, list(held.touched))
            self._changed(name)

    @rule(name=tables, part=parts, forward=st.booleans(), limit=st.sampled_from([None, 1, 2]))
    def read_inside(self, name: str, part: str, forward: bool, limit: int | None) -> None:
        held = self.open.get((name, part))
        if held is None:
            return
        rows = self.all(lambda side, engine: scan(engine, name, part, forward, limit, held.ids[side]))
        expected = visible(self.models[name].live(held.rows, self.clock()), forward)
        assert rows == (expected if limit is None else expected[:limit])
        single = self.all(lambda side, engine: [get(engine, name, key, held.ids[side]) for key, _ in expected])
        assert single == [columns for _, columns in expected]

    @rule(
        name=tables,
        part=parts,
        forward=st.booleans(),
        chosen=st.sampled_from([(), ("x",), ("y",)]),
        versions=st.integers(1, VERSIONS),
        condition=conditions,
    )
    def read_outside(
        self, name: str, part: str, forward: bool, chosen: tuple[str, ...], versions: int, condition: Any
    ) -> None:
        rows = {key: row for key, row in self.models[name].rows.items() if key[0] == part}
        shown = selected(self.models[name].live(rows, self.clock()), chosen, versions, condition)
        asked: Any = {"columns": chosen, "max_versions": versions, "filter": filter_of(condition)}
        answer = self.all(lambda _, engine: scan(engine, name, part, forward, None, "", **asked))
        assert answer == visible(shown, forward)
        single = self.all(lambda _, engine: [get(engine, name, key, "", **asked) for key in sorted(rows)])
        assert single == [cells_of(shown[key][1]) if key in shown else None for key in sorted(rows)]

    @invariant()
    def indexes_show_what_is_due(self) -> None:
        now_ms = self.clock()
        while len(self.shown) > 1 and self.shown[1][0] <= now_ms:
            self.shown.pop(0)
        late = self.all(lambda _, engine: index_rows(engine, "late", ("x", "p", "n")))
        assert [(x, p, n, y) for (x, p, n), y in late] == sorted(self.shown[0][1], key=lambda row: row[:3])
        local = self.all(lambda _, engine: index_rows(engine, "local", ("p", "x", "n")))
        assert {(x, p, n, y) for (p, x, n), y in local} == self._entries(set())


def answer_of(call: Callable[[int, Engine], Any], side: int, engine: Engine) -> Any:
    try:
        return call(side, engine)
    except OtsError as error:
        return error.code
