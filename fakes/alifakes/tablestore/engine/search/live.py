"""Search indexes that follow their tables: filled from them, behind them by the lag, and rid of what has expired.

An index lives in memory only. It is filled when it is made and, after a restart, when it is first searched (with a lag
already when its table is first written); what had been written but was not to be seen yet then shows at once.
"""

from __future__ import annotations

import gc
import heapq
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from alifakes.tablestore.engine.catalog import Table
from alifakes.tablestore.engine.rows import decode_row, live
from alifakes.tablestore.engine.search.index import InvertedIndex
from alifakes.tablestore.engine.search.schema import SearchIndexSchema
from alifakes.tablestore.storage.interface import Storage

_UNSEARCHED = 1000  # changes that may wait for the next search when they are due


@contextmanager
def _without_collector(wanted: bool) -> Iterator[None]:
    """Filling an index makes millions of objects and no cycles; to look for some takes longer than all the rest."""
    if not wanted or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class LiveIndex:
    """One index, with the changes that it has yet to show: (when they are due, the row's key, the row or None)."""

    def __init__(self, schema: SearchIndexSchema, table: Table) -> None:
        self._index = InvertedIndex(schema, table.key_names)
        self._waiting: deque[tuple[int, bytes, bytes | None]] = deque()
        self._ttl = -1
        self._oldest: list[tuple[int, int]] = []  # with a time to live, a heap: oldest timestamp, document

    def fill(self, storage: Storage, table: Table, due_ms: int) -> None:
        """Take in every row of the table, to be seen from `due_ms` on."""
        with closing(storage.scan(table.rows, b"")) as entries:
            self._waiting.extend((due_ms, key, data) for key, data in entries)

    def change(self, changes: Mapping[bytes, bytes | None], table: Table, due_ms: int, now_ms: int) -> None:
        self._waiting.extend((due_ms, key, data) for key, data in changes.items())
        if len(self._waiting) > _UNSEARCHED:
            self.current(table, now_ms)

    def current(self, table: Table, now_ms: int) -> InvertedIndex:
        """The index as it is to be seen now."""
        with _without_collector(len(self._waiting) > _UNSEARCHED):
            while self._waiting and self._waiting[0][0] <= now_ms:
                _, key, data = self._waiting.popleft()
                self._put(table, key, data, now_ms)
        self._expire(table, now_ms)
        return self._index

    def _put(self, table: Table, key: bytes, data: bytes | None, now_ms: int) -> None:
        if data is None:
            self._index.put(key, b"", None)
            return
        number = self._index.put(key, data, live(decode_row(data), self._index.options(table.options), now_ms))
        if number is not None and self._ttl != -1:
            heapq.heappush(self._oldest, (self._oldest_timestamp(number, table, now_ms), number))

    def _expire(self, table: Table, now_ms: int) -> None:
        ttl = self._index.options(table.options).ttl
        if ttl != self._ttl:
            self._ttl = ttl
            numbers = self._index.documents if ttl != -1 else ()
            self._oldest = [(self._oldest_timestamp(number, table, now_ms), number) for number in numbers]
            heapq.heapify(self._oldest)
        while self._oldest and self._oldest[0][0] <= now_ms - ttl * 1000:
            _, number = heapq.heappop(self._oldest)
            document = self._index.documents.get(number)
            if document is not None:
                self._put(table, document.key, document.data, now_ms)

    def _oldest_timestamp(self, number: int, table: Table, now_ms: int) -> int:
        """Of what shows of the row; 0 when nothing does any more."""
        options = self._index.options(table.options)
        row = live(decode_row(self._index.documents[number].data), options, now_ms)
        return 0 if row is None else row.oldest_ms


class LiveIndexes:
    """The search indexes of one instance that have been filled."""

    def __init__(self, storage: Storage, lag_ms: int) -> None:
        self._storage = storage
        self.lag_ms = lag_ms
        self._live: dict[tuple[str, str], LiveIndex] = {}

    def create(self, table: Table, schema: SearchIndexSchema, now_ms: int) -> None:
        """Rows that the table has already show after the lag."""
        self._fill(table, schema, now_ms + self.lag_ms)

    def _fill(self, table: Table, schema: SearchIndexSchema, due_ms: int) -> LiveIndex:
        index = self._live[table.name, schema.name] = LiveIndex(schema, table)
        index.fill(self._storage, table, due_ms)
        return index

    def before_writes(self, table: Table, now_ms: int) -> None:
        """With a lag, what the table holds now must not mix with what is about to be written."""
        if self.lag_ms == 0:
            return
        for schema in table.search_indexes:
            if (table.name, schema.name) not in self._live:
                self._fill(table, schema, now_ms)

    def change(self, table: Table, changes: Mapping[bytes, bytes | None], now_ms: int) -> None:
        """Rows that have been written."""
        for schema in table.search_indexes:
            index = self._live.get((table.name, schema.name))
            if index is not None:
                index.change(changes, table, now_ms + self.lag_ms, now_ms)

    def current(self, table: Table, schema: SearchIndexSchema, now_ms: int) -> InvertedIndex:
        index = self._live.get((table.name, schema.name)) or self._fill(table, schema, now_ms)
        return index.current(table, now_ms)

    def forget(self, table: str, index: str) -> None:
        self._live.pop((table, index), None)
