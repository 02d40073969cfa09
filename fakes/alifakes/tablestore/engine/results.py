"""What the engine answers with."""

from __future__ import annotations

from dataclasses import dataclass

from alifakes.tablestore.engine.encoded import decode_encoded
from alifakes.tablestore.engine.model import Cell, Consumed, KeyValue, Row

FullKey = tuple[tuple[str, KeyValue], ...]  # names and values in schema order


@dataclass(slots=True)
class ReadResult:
    """One row as read; None when there is none, or none of the requested columns, or the filter hides it."""

    encoded: bytes | None
    consumed: Consumed

    @property
    def row(self) -> Row | None:
        return None if self.encoded is None else decode_encoded(self.encoded)


@dataclass(slots=True)
class WriteResult:
    """One acknowledged write; `key` only when the change asked for it, `cells` are those that it asked for."""

    key: FullKey | None
    consumed: Consumed
    cells: tuple[Cell, ...] = ()


@dataclass(slots=True)
class RangeResult:
    """One page; `next_key` is the key of the first row not looked at, None at the end of the range."""

    encoded: list[bytes]
    next_key: FullKey | None
    consumed: Consumed

    @property
    def rows(self) -> list[Row]:
        return [decode_encoded(row) for row in self.encoded]
