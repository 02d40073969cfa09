"""Random operations on engines in memory and in SQLite and on a dictionary, with time passing: all tell the same story.

What `test_machine.py` leaves out: versions and their timestamps, expiry, a local and a lagging global index, and
transactions.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import (
    Bound,
    Change,
    ColumnType,
    ColumnUpdate,
    IndexKind,
    IndexSchema,
    KeyColumn,
    KeyType,
    RangeQuery,
    ReadOptions,
    RowChange,
    TableOptions,
    TableSchema,
    WriteKind,
)
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage import open_storage

START_MS = 1_700_000_000_000
DAY_MS = 86_400_000
LAG_MS = 1_000
VERSIONS = 2
LIFE_MS = 60_000

Key = tuple[str, int]
Versions = dict[int, int]  # timestamp -> value
Row = tuple[int, dict[str, Versions]]  # when it was written, its columns
Rows = dict[Key, Row]

PARTS = (KeyColumn("p", KeyType.STRING), KeyColumn("n", KeyType.INTEGER))
TABLES = (
    TableSchema("versions", PARTS, TableOptions(ttl=DAY_MS // 1000, max_versions=VERSIONS)),
    TableSchema(
        "indexed",
        PARTS,
        columns=(("x", ColumnType.INTEGER),),
        indexes=(IndexSchema("late", ("x",), ()), IndexSchema("local", ("p", "x"), (), IndexKind.LOCAL)),
    ),
)

keys = st.tuples(st.sampled_from("ab"), st.integers(0, 2))
columns = st.dictionaries(st.sampled_from("xy"), st.integers(0, 3), min_size=1)
tables = st.sampled_from(["versions", "indexed"])
steps = st.sampled_from([1, LAG_MS - 1, LAG_MS, LIFE_MS // 2, LIFE_MS, DAY_MS // 2, DAY_MS])


class Model:
    """The rows of one table as the service should hold them."""

    def __init__(self, name: str) -> None:
        self.ttl_ms = DAY_MS if name == "versions" else None
        self.versions = VERSIONS if name == "versions" else 1
        self.rows: Rows = {}

    def live(self, rows: Rows, now_ms: int) -> Rows:
        if self.ttl_ms is None:
            return dict(rows)
        oldest = now_ms - self.ttl_ms
        alive = {}
        for key, (written, held) in rows.items():
            kept = {name: {at: value for at, value in cells.items() if at > oldest} for name, cells in held.items()}
            kept = {name: cells for name, cells in kept.items() if cells}
            if kept or (not held and written > oldest):
                alive[key] = (written, kept)
        return alive

    def write(self, rows: Rows, change: RowChange, key: Key, now_ms: int) -> None:
        alive = self.live(rows, now_ms)
        rows.clear()
        rows.update(alive)
        if change.kind is WriteKind.DELETE:
            rows.pop(key, None)
            return
        held = (
            {}
            if change.kind is WriteKind.PUT
            else {name: dict(cells) for name, cells in rows.get(key, (0, {}))[1].items()}
        )
        for update in change.updates:
            cells = held.setdefault(update.name, {})
            if update.change is Change.DELETE_ALL:
                cells.clear()
                continue
            value = update.value
            assert isinstance(value, int)
            latest = max(cells, default=now_ms)
            if update.change is Change.INCREMENT:
                cells[max(latest, now_ms)] = cells.get(latest, 0) + value
            else:
                cells[now_ms if update.timestamp is None else update.timestamp] = value
        for name, cells in list(held.items()):
            newest = sorted(cells, reverse=True)[: self.versions]
            held[name] = {at: cells[at] for at in newest}
            if not newest:
                del held[name]
        if (
            key in rows
            or any(update.change is not Change.DELETE_ALL for update in change.updates)
            or not change.updates
        ):
            rows[key] = (now_ms, held)


class TimeMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock(lambda: START_MS)
        self.directory = tempfile.TemporaryDirectory()
        self.storages = [open_storage(None), open_storage(Path(self.directory.name) / "data.db")]
        options = Settings(index_lag_ms=LAG_MS, transactions=("*",))
        self.sides = [Engine(storage, clock=self.clock, settings=options, instance="demo") for storage in self.storages]
        for schema in TABLES:
            for engine in self.sides:
                engine.create_table(schema)
        self.models = {schema.name: Model(schema.name) for schema in TABLES}
        self.shown: list[tuple[int, set[Any]]] = [(0, set())]  # the late index: due time, entries from then on
        self.open: dict[tuple[str, str], tuple[list[str], int, Rows, set[Key]]] = {}

    def teardown(self) -> None:
        for storage in self.storages:
            storage.close()
        self.directory.cleanup()

    def all(self, call: Callable[[int, Engine], Any]) -> Any:
        """The answer on which both sides agree; a refusal is its code."""
        answers = [answer_of(call, side, engine) for side, engine in enumerate(self.sides)]
        assert answers[0] == answers[1]
        return answers[0]

    def expire(self) -> None:
        now_ms = self.clock()
        self.open = {place: held for place, held in self.open.items() if now_ms - held[1] < LIFE_MS}

    @rule(ms=steps)
    def time_passes(self, ms: int) -> None:
        self.clock.advance(ms)
        self.expire()

    @rule(
        name=tables,
        key=keys,
        kind=st.sampled_from(list(WriteKind)),
        values=columns,
        how=st.sampled_from([Change.PUT, Change.PUT, Change.INCREMENT, Change.DELETE_ALL]),
        age=st.one_of(st.none(), st.integers(0, DAY_MS // 1000 - 1)),
        inside=st.booleans(),
    )
    def write(self, name: str, key: Key, kind: WriteKind, values: Any, how: Change, age: Any, inside: bool) -> None:
        change = self._change(name, key, kind, values, how, age)
        held = self.open.get((name, key[0]))
        if held is not None and inside:
            ids, _, own, touched = held
            self.all(lambda side, engine: engine.write_row(name, change, ids[side]).consumed)
            self.models[name].write(own, change, key, self.clock())
            touched.add(key)
            return
        answer = self.all(lambda _, engine: engine.write_row(name, change).consumed)
        if held is not None:
            assert answer == "OTSRowOperationConflict"
            return
        self.models[name].write(self.models[name].rows, change, key, self.clock())
        self._changed(name)

    def _change(self, name: str, key: Key, kind: WriteKind, values: Any, how: Change, age: Any) -> RowChange:
        if kind is WriteKind.PUT:
            how = Change.PUT
        dated = how is Change.PUT and name == "versions" and age is not None
        timestamp = self.clock() - age * 1000 if dated else None
        updates = tuple(
            ColumnUpdate(how, column, None if how is Change.DELETE_ALL else value, timestamp)
            for column, value in values.items()
        )
        return RowChange(kind, named(key), () if kind is WriteKind.DELETE else updates)

    def _changed(self, name: str) -> None:
        if name == "indexed":
            self.shown.append((self.clock() + LAG_MS, self._entries()))

    def _entries(self) -> set[Any]:
        rows = self.models["indexed"].rows
        return {(next(iter(held["x"].values())), *key) for key, (_, held) in rows.items() if "x" in held}

    @rule(name=tables, part=st.sampled_from("ab"))
    def begin(self, name: str, part: str) -> None:
        ids: list[str] = []

        def start(_: int, engine: Engine) -> None:
            ids.append(engine.start_transaction(name, (("p", part),)))

        if (name, part) in self.open:
            assert self.all(start) == "OTSRowOperationConflict"
            return
        self.all(start)
        own = {key: row for key, row in self.models[name].rows.items() if key[0] == part}
        self.open[name, part] = (ids, self.clock(), own, set())

    @rule(name=tables, part=st.sampled_from("ab"), commit=st.booleans())
    def end(self, name: str, part: str, commit: bool) -> None:
        held = self.open.pop((name, part), None)
        if held is None:
            return
        ids, _, own, touched = held
        ending = "commit_transaction" if commit else "abort_transaction"
        assert self.all(lambda side, engine: getattr(engine, ending)(ids[side])) == name
        assert self.all(lambda side, engine: getattr(engine, ending)(ids[side])) == "OTSSessionNotExist"
        if commit:
            for key in touched:
                self.models[name].rows.pop(key, None)
                if key in own:
                    self.models[name].rows[key] = own[key]
            self._changed(name)

    @rule(name=tables, part=st.sampled_from("ab"), forward=st.booleans(), limit=st.sampled_from([None, 1, 2]))
    def read_inside(self, name: str, part: str, forward: bool, limit: int | None) -> None:
        held = self.open.get((name, part))
        if held is None:
            return
        ids, _, own, _ = held
        rows = self.all(lambda side, engine: scan(engine, name, part, forward, limit, ids[side]))
        expected = visible(self.models[name].live(own, self.clock()), forward)
        assert rows == (expected if limit is None else expected[:limit])
        single = self.all(lambda side, engine: [get(engine, name, key, ids[side]) for key, _ in expected])
        assert single == [columns for _, columns in expected]

    @rule(name=tables, part=st.sampled_from("ab"), forward=st.booleans())
    def read_outside(self, name: str, part: str, forward: bool) -> None:
        rows = {key: row for key, row in self.models[name].rows.items() if key[0] == part}
        answer = self.all(lambda _, engine: scan(engine, name, part, forward, None, ""))
        assert answer == visible(self.models[name].live(rows, self.clock()), forward)

    @invariant()
    def indexes_show_what_is_due(self) -> None:
        now_ms = self.clock()
        while len(self.shown) > 1 and self.shown[1][0] <= now_ms:
            self.shown.pop(0)
        late = self.all(lambda _, engine: index_keys(engine, "late", ("x", "p", "n")))
        assert set(late) == self.shown[0][1]
        local = self.all(lambda _, engine: index_keys(engine, "local", ("p", "x", "n")))
        assert {(x, p, n) for p, x, n in local} == self._entries()


def answer_of(call: Callable[[int, Engine], Any], side: int, engine: Engine) -> Any:
    try:
        return call(side, engine)
    except OtsError as error:
        return error.code


def named(key: Key) -> Any:
    return (("p", key[0]), ("n", key[1]))


def visible(rows: Rows, forward: bool) -> list[Any]:
    ordered = sorted(rows, reverse=not forward)
    return [(key, cells_of(rows[key][1])) for key in ordered]


def cells_of(held: dict[str, Versions]) -> list[tuple[str, int, int]]:
    return [(name, held[name][at], at) for name in sorted(held) for at in sorted(held[name], reverse=True)]


def cells(row: Any) -> list[tuple[str, Any, int]]:
    return [(cell.name, cell.value, cell.timestamp) for cell in row.cells]


def get(engine: Engine, table: str, key: Key, transaction: str) -> Any:
    return cells(engine.get_row(table, named(key), ReadOptions(max_versions=10), transaction).row)


def scan(engine: Engine, table: str, part: str, forward: bool, limit: int | None, transaction: str) -> Any:
    ends = [(("p", part), ("n", bound)) for bound in (Bound.INF_MIN, Bound.INF_MAX)]
    start, end = ends if forward else ends[::-1]
    query = RangeQuery(start, end, forward, limit, ReadOptions(max_versions=10))
    rows = engine.get_range(table, query, transaction).rows
    return [(tuple(value for _, value in row.key), cells(row)) for row in rows]


def index_keys(engine: Engine, index: str, names: tuple[str, ...]) -> list[Any]:
    start, end = (tuple((name, bound) for name in names) for bound in (Bound.INF_MIN, Bound.INF_MAX))
    rows = engine.get_range(index, RangeQuery(start, end, options=ReadOptions(max_versions=1))).rows
    return [tuple(value for _, value in row.key) for row in rows]


def _run(**profile: Any) -> None:
    quiet = settings(suppress_health_check=list(HealthCheck), database=None, deadline=None, **profile)
    run_state_machine_as_test(TimeMachine, settings=quiet)


def test_memory_sqlite_and_a_dictionary_agree_as_time_passes() -> None:
    _run(max_examples=30, stateful_step_count=40, derandomize=True, phases=[Phase.generate])


@pytest.mark.slow
def test_they_agree_for_longer_as_time_passes() -> None:
    _run(max_examples=1000, stateful_step_count=80)
