"""The rows of one instance: read, written, one at a time and in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from alifakes.tablestore import errors, validation
from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.catalog import Catalog, Table
from alifakes.tablestore.engine.indexes import IndexQueue
from alifakes.tablestore.engine.keys import encode_key
from alifakes.tablestore.engine.model import (
    Change,
    Consumed,
    Existence,
    NamedKey,
    RangeQuery,
    ReadOptions,
    RowChange,
)
from alifakes.tablestore.engine.pending import Pending
from alifakes.tablestore.engine.ranges import read_range
from alifakes.tablestore.engine.reads import Reader
from alifakes.tablestore.engine.results import RangeResult, ReadResult, WriteResult
from alifakes.tablestore.engine.schema import check_key
from alifakes.tablestore.engine.search.live import LiveIndexes
from alifakes.tablestore.engine.writes import write
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage.interface import Storage


class Rows:
    """`now` gives ms since 1970 and never runs backwards."""

    def __init__(
        self,
        storage: Storage,
        catalog: Catalog,
        queue: IndexQueue,
        live: LiveIndexes,
        settings: Settings,
        now: Callable[[], int],
    ) -> None:
        self._storage = storage
        self._catalog = catalog
        self._queue = queue
        self._live = live
        self._settings = settings
        self._now = now

    def get_row(self, table: str, key: NamedKey, options: ReadOptions) -> ReadResult:
        validation.check_table_name(table)
        validation.check_read_options(options)
        validation.check_read_key(key)
        now_ms = self._now()
        source = self._readable(table, now_ms)
        return self._read(source, key, Reader(source, options, now_ms))

    def batch_get(
        self, tables: Sequence[tuple[str, Sequence[NamedKey], ReadOptions]]
    ) -> list[list[ReadResult | OtsError]]:
        """In the order asked. A wrong key fails its row, a missing table the request."""
        validation.check_batch_get(tables)
        now_ms = self._now()
        sources = [self._readable(name, now_ms) for name, _, _ in tables]
        results: list[list[ReadResult | OtsError]] = []
        for source, (_, keys, options) in zip(sources, tables, strict=True):
            reader = Reader(source, options, now_ms)
            results.append([self._try_read(source, key, reader) for key in keys])
        return results

    def _try_read(self, table: Table, key: NamedKey, reader: Reader) -> ReadResult | OtsError:
        try:
            return self._read(table, key, reader)
        except OtsError as error:
            return error

    def _read(self, table: Table, named: NamedKey, reader: Reader) -> ReadResult:
        key = check_key(table, named)
        data = self._storage.get(table.rows, encode_key(key))  # type: ignore[arg-type]
        stored = None if data is None else reader.live(data)
        if stored is None:
            return ReadResult(None, Consumed(read=1))
        row, size = reader.read(key, stored)  # type: ignore[arg-type]
        return ReadResult(row, Consumed(read=capacity.units(size)))

    def _readable(self, name: str, now_ms: int) -> Table:
        table = self._catalog.get(name)
        if table.base is not None and self._settings.index_lag_ms:
            self._queue.catch_up(table, now_ms)
        return table

    def get_range(self, table: str, query: RangeQuery) -> RangeResult:
        validation.check_table_name(table)
        validation.check_range(query)
        now_ms = self._now()
        return read_range(self._storage, self._readable(table, now_ms), query, now_ms)

    def write_row(self, table: str, change: RowChange) -> WriteResult:
        validation.check_table_name(table)
        validation.check_write(change)
        pending = Pending(self._storage)
        target, now_ms = self._catalog.data_table(table), self._now()
        result = write(target, change, pending, self._queue, now_ms)
        self._commit(pending, [target], now_ms)
        return result

    def _commit(self, pending: Pending, tables: Sequence[Table], now_ms: int) -> None:
        for table in tables:
            self._live.before_writes(table, now_ms)
        changes = pending.commit()
        for table in tables:
            self._live.change(table, changes.get(table.rows, {}), now_ms)

    def batch_write(self, tables: Sequence[tuple[str, Sequence[RowChange]]]) -> list[list[WriteResult | OtsError]]:
        """In the order sent, each row alone, all written to the storage at once; a missing table fails the request."""
        validation.check_batch_write(tables)
        targets = [self._catalog.data_table(name) for name, _ in tables]
        now_ms = self._now()
        pending = Pending(self._storage)
        results = [
            self._write_rows(table, changes, pending, now_ms)
            for table, (_, changes) in zip(targets, tables, strict=True)
        ]
        self._commit(pending, targets, now_ms)
        return results

    def _write_rows(
        self, table: Table, changes: Sequence[RowChange], pending: Pending, now_ms: int
    ) -> list[WriteResult | OtsError]:
        refused = _refused_repeats(table, changes)
        results: list[WriteResult | OtsError] = []
        for change in changes:
            refusal = refused.get(change.key)
            if refusal is not None:
                results.append(refusal)
                continue
            try:
                results.append(write(table, change, pending, self._queue, now_ms))
            except OtsError as error:
                results.append(error)
        return results


def _refused_repeats(table: Table, changes: Sequence[RowChange]) -> dict[NamedKey, OtsError]:
    """Keys that occur more than once in a batch and may not; a row whose key the server completes repeats nothing."""
    if len({change.key for change in changes}) == len(changes):
        return {}
    at = table.auto_increment
    explicit = [change for change in changes if at is None or type(change.key[at : at + 1][0][1]) is int]
    counts = Counter(change.key for change in explicit)
    refused: dict[NamedKey, OtsError] = {}
    for change in explicit:
        if counts[change.key] > 1:
            refusal = _repeat_refusal(table, change)
            if refusal is not None:
                refused.setdefault(change.key, refusal)
    return refused


def _repeat_refusal(table: Table, change: RowChange) -> OtsError | None:
    if change.condition.existence is not Existence.IGNORE:
        return errors.repeated_row_with_expectation()
    if change.condition.column is not None:
        return errors.repeated_row_with_condition()
    if table.indexes or any(update.change is Change.INCREMENT for update in change.updates):
        return errors.repeated_row()
    return None
