"""What the machine of `machine_time.py` draws: tables, keys, writes, conditions, and steps of the clock."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

from alifakes.tablestore.engine.model import (
    Change,
    ColumnType,
    ColumnUpdate,
    Condition,
    Existence,
    IndexKind,
    IndexSchema,
    KeyColumn,
    KeyType,
    RowChange,
    TableOptions,
    TableSchema,
    WriteKind,
)

from .machine_looks import filter_of, named
from .model import Key

START_MS = 1_700_000_000_000
DAY_MS = 86_400_000
LAG_MS = 1_000
VERSIONS = 2
LIFE_MS = 60_000  # of a transaction

PARTS = (KeyColumn("p", KeyType.STRING), KeyColumn("n", KeyType.INTEGER))
LATE = IndexSchema("late", ("x",), ("y",))
LOCAL = IndexSchema("local", ("p", "x"), ("y",), IndexKind.LOCAL)
TABLES = (
    TableSchema("versions", PARTS, TableOptions(ttl=DAY_MS // 1000, max_versions=VERSIONS)),
    TableSchema(
        "indexed",
        PARTS,
        columns=(("x", ColumnType.INTEGER), ("y", ColumnType.INTEGER)),
        indexes=(LATE, LOCAL),
    ),
)

keys = st.tuples(st.sampled_from("ab"), st.integers(0, 2))
columns = st.dictionaries(st.sampled_from("xy"), st.integers(0, 3), min_size=1)
tables = st.sampled_from(["versions", "indexed"])
parts = st.sampled_from("ab")
steps = st.sampled_from([1, LAG_MS - 1, LAG_MS, LIFE_MS // 2, LIFE_MS, DAY_MS // 2, DAY_MS, DAY_MS])
signs = st.sampled_from(["==", "!=", ">", ">=", "<", "<="])
single = st.tuples(st.just("is"), st.sampled_from("xy"), signs, st.integers(0, 3), st.booleans())
several = st.tuples(st.sampled_from(["all", "any"]), st.lists(single, min_size=2, max_size=3))
conditions = st.one_of(st.none(), st.none(), st.none(), st.none(), single, st.tuples(st.just("no"), single), several)


class Write(NamedTuple):
    """`age_s`: how much older than now its cells say they are; None leaves that to the server."""

    key: Key
    kind: WriteKind
    values: dict[str, int]
    how: Change
    age_s: int | None
    expect: Existence
    condition: Any

    def change(self, now_ms: int, *, dated: bool) -> RowChange:
        how = Change.PUT if self.kind is WriteKind.PUT else self.how
        dated = dated and how is Change.PUT and self.age_s is not None
        stamp = now_ms - (self.age_s or 0) * 1000 if dated else None
        updates = [
            ColumnUpdate(how, name, None if how is Change.DELETE_ALL else value, stamp)
            for name, value in self.values.items()
        ]
        condition = Condition(self.expect, filter_of(self.condition))
        return RowChange(self.kind, named(self.key), () if self.kind is WriteKind.DELETE else tuple(updates), condition)


writes = st.builds(
    Write,
    keys,
    st.sampled_from(list(WriteKind)),
    columns,
    st.sampled_from([Change.PUT, Change.PUT, Change.INCREMENT, Change.DELETE_ALL]),
    st.one_of(st.none(), st.integers(0, DAY_MS // 1000 - 1)),
    st.sampled_from([Existence.IGNORE, Existence.IGNORE, *Existence]),
    conditions,
)
batches = st.lists(writes, min_size=1, max_size=3, unique_by=lambda write: write.key[1])


def in_part(part: str, batch: list[Write]) -> list[Write]:
    return [write._replace(key=(part, write.key[1])) for write in batch]
