"""A row as it is stored: what expires, what it costs, and the row as an answer carries it.

A header of fixed size, then the row in PlainBuffer: most reads answer it as it stands and never look inside.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from itertools import groupby

from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.encoded import Cells, StoredCell, decode_cells, encode_cells
from alifakes.tablestore.engine.model import Cell, KeyValue, TableOptions

__all__ = ["Cells", "StoredCell", "StoredRow", "decode_row", "encode_row", "live"]

# When last written (ms), oldest timestamp of a cell (without cells: when last written), bytes of names and values with
# the key, cells, most versions of one column, where the cells start after the header.
HEADER = struct.Struct("<qqIIIH")
_NOT_STORED = b""


class StoredRow:
    """`size` counts the names and values of key and cells; cells are decoded when they are first asked for."""

    __slots__ = ("_cells", "_data", "count", "oldest_ms", "size", "versions", "written_ms")

    def __init__(self, written_ms: int, size: int, cells: Cells) -> None:
        self.written_ms = written_ms
        self.size = size
        self.count = len(cells)
        self.oldest_ms = min([cell[2] for cell in cells], default=written_ms)
        self.versions = _versions(cells)
        self._data = _NOT_STORED
        self._cells: Cells | None = cells

    @classmethod
    def decode(cls, data: bytes) -> StoredRow:
        row = cls.__new__(cls)
        row.written_ms, row.oldest_ms, row.size, row.count, row.versions, _ = HEADER.unpack_from(data)
        row._data = data
        row._cells = None
        return row

    @property
    def cells(self) -> Cells:
        if self._cells is None:
            self._cells = decode_cells(self._data, HEADER.size + HEADER.unpack_from(self._data)[5])
        return self._cells

    @property
    def encoded(self) -> bytes:
        """The row as an answer carries it; empty unless it is just as it was stored."""
        return self._data[HEADER.size :]


def _versions(cells: Cells) -> int:
    if len({cell[0] for cell in cells}) == len(cells):
        return min(len(cells), 1)
    return max(len(list(column)) for _, column in groupby(cells, key=lambda cell: cell[0]))


def encode_row(row: StoredRow, names: Iterable[str], key: Iterable[KeyValue]) -> bytes:
    encoded, start = encode_cells(zip(names, key, strict=True), row.cells)
    return HEADER.pack(row.written_ms, row.oldest_ms, row.size, row.count, row.versions, start) + encoded


decode_row = StoredRow.decode


def live(row: StoredRow, options: TableOptions, now_ms: int) -> StoredRow | None:
    """The row without its expired cells; None when it is gone.

    A row of which every cell has expired is gone. A row without cells expires by the time of its last write.
    """
    if options.ttl == -1:
        return row
    oldest = now_ms - options.ttl * 1000
    if row.oldest_ms > oldest:
        return row
    cells = tuple(cell for cell in row.cells if cell[2] > oldest)
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
