"""Capacity units: bytes of names and values, in units of 4 KB.

INTEGER and DOUBLE count 8 bytes, BOOLEAN 1, STRING its UTF-8 bytes, BINARY its bytes; a cell counts 8 more where its
timestamp matters: in a table with several versions or a time to live, and for a timestamp that the writer sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from alifakes.tablestore.engine.model import Change, ColumnUpdate, KeyValue, TableOptions, Value

UNIT = 4096
TIMESTAMP = 8


def units(size: int) -> int:
    """Every read and write costs at least one."""
    return -(-size // UNIT) or 1


@lru_cache(maxsize=4096)
def name_size(name: str) -> int:
    return len(name.encode())


def value_size(value: Value) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode())
    if isinstance(value, bytes):
        return len(value)
    return 1 if isinstance(value, bool) else 8


def key_size(names: Sequence[str], values: Sequence[KeyValue]) -> int:
    return sum(map(name_size, names)) + sum(map(value_size, values))


def cells_size(cells: Iterable[tuple[str, Value, int]]) -> int:
    """Without the bytes of timestamps."""
    return sum([name_size(name) + value_size(value) for name, value, _ in cells])


def timestamp_bytes(options: TableOptions) -> int:
    """What each cell of a table costs beyond its name and value."""
    return TIMESTAMP if options.max_versions > 1 or options.ttl != -1 else 0


def updates_size(updates: Iterable[ColumnUpdate], per_cell: int) -> int:
    """What a write's columns cost; deleted ones by their names alone."""
    total = 0
    for update in updates:
        total += name_size(update.name)
        if update.change is Change.PUT or update.change is Change.INCREMENT:
            assert update.value is not None
            total += value_size(update.value)
            total += TIMESTAMP if update.timestamp is not None else per_cell
    return total
