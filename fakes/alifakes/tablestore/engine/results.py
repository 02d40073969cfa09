"""What the engine answers with."""

from __future__ import annotations

from dataclasses import dataclass

from alifakes.tablestore.engine.model import Consumed, KeyValue, Row

FullKey = tuple[tuple[str, KeyValue], ...]  # names and values in schema order


@dataclass(slots=True)
class ReadResult:
    """One row as read; `row` is None when there is none, or none of the requested columns, or the filter hides it."""

    row: Row | None
    consumed: Consumed


@dataclass(slots=True)
class WriteResult:
    """One acknowledged write; `key` only when the change asked for it."""

    key: FullKey | None
    consumed: Consumed


@dataclass(slots=True)
class RangeResult:
    """One page; `next_key` is the key of the first row not looked at, None at the end of the range."""

    rows: list[Row]
    next_key: FullKey | None
    consumed: Consumed
