"""What a read sees of a row: live cells, then requested columns, time range and versions, then the filter."""

from __future__ import annotations

from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.catalog import Table
from alifakes.tablestore.engine.encoded import encode_cells
from alifakes.tablestore.engine.filters import passes
from alifakes.tablestore.engine.keys import decode_key
from alifakes.tablestore.engine.model import PageFilter, ReadOptions
from alifakes.tablestore.engine.rows import Cells, StoredRow, decode_row, live, newest, page_of_columns


class Reader:
    """Reads rows of one table with one set of options at one time."""

    def __init__(self, table: Table, options: ReadOptions, now_ms: int) -> None:
        self._table = table
        self._options = options
        self._now_ms = now_ms
        self._columns = frozenset(options.columns)
        self._names = table.key_names
        self._keyless = bool(options.columns) and self._columns.isdisjoint(self._names)
        versions = table.options.max_versions
        self.versions = versions if options.max_versions is None else min(options.max_versions, versions)
        # Cells are visible while their timestamp is above this.
        self.horizon_ms = -1 if table.options.ttl == -1 else now_ms - table.options.ttl * 1000
        # The common case: `_select` would return every stored cell of a row with as few versions as are asked for.
        self._whole = (
            not options.columns
            and options.time_range is None
            and options.start_column is None
            and options.end_column is None
        )
        self.plain = self._whole and options.filter is None

    def live(self, data: bytes) -> StoredRow | None:
        row = decode_row(data)
        return row if row.oldest_ms > self.horizon_ms else live(row, self._table.options, self._now_ms)

    def read(self, key: bytes, stored: StoredRow) -> tuple[bytes | None, int]:
        """The row as an answer carries it, None when it is not to be shown, and the bytes that reading it costs.

        A row that has none of the columns asked for is not shown, and neither is one that the filter refuses. Every row
        has the columns of its key.
        """
        overhead = self._table.cell_overhead
        whole = self._whole and stored.versions <= self.versions
        if whole:
            size = stored.size + overhead * stored.count
            if self.plain and stored.encoded:
                return stored.encoded, size
        cells: Cells | None = stored.cells
        if not whole:
            cells = self._select(stored.cells)
            size = capacity.key_size(self._names, decode_key(key))
            if cells is None:
                return None, size
            size += capacity.cells_size(cells) + overhead * len(cells)
        assert cells is not None
        condition = self._options.filter
        if isinstance(condition, PageFilter):
            cells = page_of_columns(cells, condition.offset, condition.limit)
        elif condition is not None and not passes(condition, cells):
            return None, size
        if cells is stored.cells and stored.encoded:
            return stored.encoded, size
        return encode_cells(zip(self._names, decode_key(key), strict=True), cells)[0], size

    def _select(self, cells: Cells) -> Cells | None:
        """None when columns are named and the row has none of them.

        Without named columns, or with one of the key's, a row with none of its cells in the time range shows its key.
        """
        options = self._options
        if self._columns:
            cells = tuple(cell for cell in cells if cell[0] in self._columns)
        first, end = options.start_column, options.end_column
        if first is not None or end is not None:
            cells = tuple(cell for cell in cells if (first or "") <= cell[0] and (end is None or cell[0] < end))
        span = options.time_range
        if span is not None:
            cells = tuple(cell for cell in cells if span.start <= cell[2] < span.end)
        if len(cells) > 1:
            cells = newest(cells, self.versions)
        return None if self._keyless and not cells else cells
