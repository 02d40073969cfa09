"""GetRange: one page of a range in either direction."""

from __future__ import annotations

from contextlib import closing

from alifakes.tablestore import errors
from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.catalog import Table
from alifakes.tablestore.engine.keys import after, decode_key, encode_bound
from alifakes.tablestore.engine.model import Consumed, RangeQuery
from alifakes.tablestore.engine.reads import Reader
from alifakes.tablestore.engine.results import RangeResult
from alifakes.tablestore.engine.rows import HEADER, decode_row
from alifakes.tablestore.engine.schema import check_key
from alifakes.tablestore.storage.interface import Storage


def read_range(storage: Storage, table: Table, query: RangeQuery, now_ms: int) -> RangeResult:
    """A page ends at `limit` rows returned, or at 5,000 rows or 4 MiB looked at, whatever the filter lets through.

    It costs the sum of what was looked at. Expired rows count for nothing; those met are removed, and 5,000 of them end
    a page too.
    """
    low, high = bounds(table, query)
    reader = Reader(table, query.options, now_ms)
    plain, horizon_ms, most_versions = reader.plain, reader.horizon_ms, reader.versions
    overhead, unpack, skipped = table.cell_overhead, HEADER.unpack_from, HEADER.size
    rows: list[bytes] = []
    expired: dict[bytes, bytes | None] = {}
    limit = errors.MAX_RANGE_ROWS if query.limit is None else query.limit
    next_key = None
    scanned = size = 0
    with closing(storage.scan(table.rows, low, high, reverse=not query.forward)) as entries:
        for key, data in entries:
            _, oldest_ms, row_size, cells, versions, _ = unpack(data)
            stored = None
            if oldest_ms <= horizon_ms:
                stored = reader.live(data)
                if stored is None and len(expired) < errors.MAX_RANGE_ROWS:
                    expired[key] = None
                    continue
            if (
                scanned >= errors.MAX_RANGE_ROWS
                or size >= errors.MAX_RANGE_DATA
                or len(rows) >= limit
                or len(expired) >= errors.MAX_RANGE_ROWS
            ):
                next_key = tuple(zip(table.key_names, decode_key(key), strict=True))
                break
            scanned += 1
            if plain and stored is None and versions <= most_versions:
                rows.append(data[skipped:])
                size += row_size + overhead * cells
                continue
            row, cost = reader.read(key, stored or decode_row(data))
            size += cost
            if row is not None:
                rows.append(row)
    if expired:
        storage.apply({table.rows: expired})
    return RangeResult(rows, next_key, Consumed(read=capacity.units(size)))


def bounds(table: Table, query: RangeQuery) -> tuple[bytes, bytes]:
    """The first place in the range and the first behind it; backward, the start belongs to it and the end does not."""
    start = encode_bound(check_key(table, query.start))
    end = encode_bound(check_key(table, query.end))
    if query.forward:
        if start >= end:
            raise errors.empty_forward_range()
        return start, end
    if start <= end:
        raise errors.empty_backward_range()
    return after(end), after(start)
