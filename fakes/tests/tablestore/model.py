"""Tables as dictionaries: what the emulator should hold of what was written, and what it should refuse."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

from alifakes.tablestore.engine.model import Change, ColumnUpdate, Existence, RowChange, WriteKind

Key = tuple[str, int]
Columns = dict[str, Any]
Rows = dict[Key, Columns]

FAILED = (403, "OTSConditionCheckFail")
INVALID = (400, "OTSParameterInvalid")
COMPARE = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def holds(condition: Any, row: Mapping[str, Any]) -> bool:
    """A condition is None, ("is", column, sign, value, passes if missing), ("no", c), or ("all" | "any", [c, ...])."""
    if condition is None:
        return True
    kind, *rest = condition
    if kind == "is":
        column, sign, value, missing = rest
        return bool(COMPARE[sign](row[column], value)) if column in row else bool(missing)
    if kind == "no":
        return not holds(rest[0], row)
    return (all if kind == "all" else any)(holds(part, row) for part in rest[0])


def counted(change: Any) -> list[str]:
    return [name for name, (what, *_) in change.items() if what == "increment"]


def apply(rows: Rows, write: Any, typed: bool) -> tuple[int, str] | None:
    """Do to rows of one version each what the service would do; the refusal if it would refuse.

    A write is (kind, key, change, expectation, condition); `typed`: column z is predefined as a STRING.
    """
    kind, key, change, expect, condition = write
    row = rows.get(key)
    if typed and kind == "update" and "z" in counted(change):
        return INVALID
    texts_counted = kind == "update" and any(isinstance((row or {}).get(name), str) for name in counted(change))
    if (row is None and expect == "EXPECT_EXIST") or (row is not None and expect == "EXPECT_NOT_EXIST"):
        return FAILED
    if not holds(condition, row or {}):
        return FAILED
    if texts_counted:
        return INVALID
    if kind == "put":
        rows[key] = dict(change)
    elif kind == "delete":
        rows.pop(key, None)
    elif row is not None or any(what != "gone" for what, *_ in change.values()):
        row = rows.setdefault(key, {})
        for name, (what, *value) in change.items():
            if what == "gone":
                row.pop(name, None)
            elif what == "put":
                row[name] = value[0]
            else:
                row[name] = row.get(name, 0) + value[0]
    return None


Versions = dict[int, int]  # timestamp -> value
Row = tuple[int, dict[str, Versions]]  # when it was written, its columns
TimedRows = dict[Key, Row]


def newest(row: Row | None) -> dict[str, int]:
    return {} if row is None else {name: cells[max(cells)] for name, cells in row[1].items()}


class TimedTable:
    """A table whose cells have versions and may expire; rows are handed in, as a transaction has its own."""

    def __init__(self, ttl_ms: int | None, versions: int) -> None:
        self._ttl_ms = ttl_ms
        self._versions = versions
        self.rows: TimedRows = {}

    def live(self, rows: TimedRows, now_ms: int) -> TimedRows:
        if self._ttl_ms is None:
            return dict(rows)
        oldest = now_ms - self._ttl_ms
        alive = {}
        for key, (written, held) in rows.items():
            kept = {name: {at: value for at, value in cells.items() if at > oldest} for name, cells in held.items()}
            kept = {name: cells for name, cells in kept.items() if cells}
            if kept or (not held and written > oldest):
                alive[key] = (written, kept)
        return alive

    def write(self, rows: TimedRows, change: RowChange, condition: Any, now_ms: int) -> str | None:
        """The code of the refusal, if it is refused; `condition` is what the change's own says, as `holds` takes it."""
        alive = self.live(rows, now_ms)
        rows.clear()
        rows.update(alive)
        key: Any = tuple(value for _, value in change.key)
        old = rows.get(key)
        unfit = {Existence.EXPECT_EXIST: old is None, Existence.EXPECT_NOT_EXIST: old is not None}
        if unfit.get(change.condition.existence) or not holds(condition, newest(old)):
            return FAILED[1]
        if change.kind is WriteKind.DELETE:
            rows.pop(key, None)
            return None
        only_deletes = change.updates and all(update.change is Change.DELETE_ALL for update in change.updates)
        if old is not None or not only_deletes:
            stamp = self._stamp(old, change, now_ms)
            rows[key] = (stamp, self._held(old, change, stamp))
        return None

    def _stamp(self, old: Row | None, change: RowChange, now_ms: int) -> int:
        """Where versions are kept, an update has a stamp of its own."""
        if old is None:
            return now_ms
        return max(now_ms, old[0] + (change.kind is WriteKind.UPDATE and self._versions > 1))

    def _held(self, old: Row | None, change: RowChange, now_ms: int) -> dict[str, Versions]:
        kept = {} if old is None or change.kind is WriteKind.PUT else old[1]
        held = {name: dict(cells) for name, cells in kept.items()}
        for update in change.updates:
            _update(held.setdefault(update.name, {}), update, now_ms)
        trimmed = {name: {at: cells[at] for at in sorted(cells)[-self._versions :]} for name, cells in held.items()}
        return {name: cells for name, cells in trimmed.items() if cells}


def _update(cells: Versions, update: ColumnUpdate, now_ms: int) -> None:
    if update.change is Change.DELETE_ALL:
        cells.clear()
        return
    value = update.value
    assert isinstance(value, int)
    if update.change is Change.INCREMENT:
        latest = max(cells, default=now_ms)
        cells[max(latest, now_ms)] = cells.get(latest, 0) + value
    else:
        cells[now_ms if update.timestamp is None else update.timestamp] = value
