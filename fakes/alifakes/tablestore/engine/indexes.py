"""Secondary indexes: what an index shows of a row, and the queue in which a global index lags behind its table."""

from __future__ import annotations

import marshal
import math
from contextlib import closing
from itertools import islice

from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.catalog import Index, Table
from alifakes.tablestore.engine.keys import encode_key
from alifakes.tablestore.engine.model import IndexKind, Key, KeyValue
from alifakes.tablestore.engine.partitions import Partitions
from alifakes.tablestore.engine.pending import Pending
from alifakes.tablestore.engine.rows import StoredRow, encode_row
from alifakes.tablestore.storage.interface import Storage

_FORMAT = 2  # of marshal, as for rows
_SEQUENCE_BYTES = 8
_STEP = 1000  # changes taken from the queue at once


class IndexQueue:
    """Carries changes of data tables to their indexes.

    A local index changes with its table. A global one shows a change once the clock has reached the time of the write
    plus the lag: until then it waits in a queue beside the index, in the order of writes, and is durable like them.
    """

    def __init__(self, storage: Storage, partitions: Partitions, lag_ms: int) -> None:
        self._storage = storage
        self._partitions = partitions
        self._lag_ms = lag_ms
        self._next: dict[str, int] = {}  # queue -> number of the next entry

    def change(
        self, pending: Pending, index: Index, key: Key, old: StoredRow | None, new: StoredRow | None, now_ms: int
    ) -> None:
        before = index_entry(index, key, old)
        entry = index_entry(index, key, new)
        if before is not None and (entry is None or entry[0] != before[0]):
            self._put(pending, index, before[0], None, now_ms)
        if entry is not None:
            self._put(pending, index, entry[0], entry[1], now_ms)

    def _put(self, pending: Pending, index: Index, key: bytes, value: bytes | None, now_ms: int) -> None:
        table = index.table
        if self._lag_ms == 0 or index.schema.kind is IndexKind.LOCAL:
            pending.put(table.rows, key, value)
            return
        number = self._next.get(table.queue)
        if number is None:
            number = self._after_last(table.queue)
        self._next[table.queue] = number + 1
        pending.put(table.queue, number.to_bytes(_SEQUENCE_BYTES, "big"), marshal.dumps((now_ms, key, value), _FORMAT))

    def _after_last(self, queue: str) -> int:
        with closing(self._storage.scan(queue, b"", reverse=True)) as entries:
            for key, _ in entries:
                return int.from_bytes(key, "big") + 1
        return 0

    def catch_up(self, table: Table, now_ms: int) -> None:
        """Show what is due; costs one look at the queue when nothing is."""
        self._take(table, now_ms - self._lag_ms, now_ms)

    def drain(self, table: Table, now_ms: int) -> None:
        """Show everything, due or not."""
        self._take(table, math.inf, now_ms)

    def _take(self, table: Table, until_ms: float, now_ms: int) -> None:
        while self._take_from(table, until_ms, now_ms) == _STEP:
            pass

    def _take_from(self, table: Table, until_ms: float, now_ms: int) -> int:
        rows: dict[bytes, bytes | None] = {}
        done: dict[bytes, bytes | None] = {}
        with closing(self._storage.scan(table.queue, b"")) as entries:
            for number, entry in islice(entries, _STEP):
                written_ms, key, value = marshal.loads(entry)
                if written_ms > until_ms:
                    break
                rows[key] = value
                done[number] = None
        if done:
            changes = {table.rows: rows, table.queue: done, table.samples: self._partitions.sampled(rows)}
            self._storage.apply(changes)
            self._partitions.grow(table, changes, now_ms)
        return len(done)

    def forget(self, table: Table) -> None:
        self._next.pop(table.queue, None)


def index_entry(index: Index, key: Key, row: StoredRow | None) -> tuple[bytes, bytes] | None:
    """The index row of a data row; None unless the row has every key column of the index."""
    if row is None:
        return None
    values: dict[str, KeyValue] = dict(zip(index.base_names, key, strict=True))
    cells = []
    for cell in row.cells:
        name, value, _ = cell
        if name in index.columns:
            cells.append(cell)
        elif name in index.key_columns:
            values.setdefault(name, value)  # type: ignore[arg-type]
    names = index.table.key_names
    try:
        index_key = [values[name] for name in names]
    except KeyError:
        return None
    size = capacity.key_size(names, index_key) + capacity.cells_size(cells)
    return encode_key(index_key), encode_row(StoredRow(row.written_ms, size, tuple(cells)), names, index_key)
