"""The rows of one instance: read, written, one at a time and in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from alifakes.tablestore import errors, validation
from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.batches import outside_atomic, refused_repeats, try_each
from alifakes.tablestore.engine.catalog import Catalog, Table
from alifakes.tablestore.engine.indexes import IndexQueue
from alifakes.tablestore.engine.keys import after, encode_key
from alifakes.tablestore.engine.model import (
    Consumed,
    NamedKey,
    RangeQuery,
    ReadOptions,
    RowChange,
)
from alifakes.tablestore.engine.partitions import Partitions
from alifakes.tablestore.engine.pending import Pending
from alifakes.tablestore.engine.put import EncodedKey, EncodedPut, Stamper, acknowledged, takes
from alifakes.tablestore.engine.ranges import bounds, read_range
from alifakes.tablestore.engine.reads import Reader
from alifakes.tablestore.engine.results import RangeResult, ReadResult, WriteResult
from alifakes.tablestore.engine.schema import check_key
from alifakes.tablestore.engine.search.live import LiveIndexes
from alifakes.tablestore.engine.transactions import Transaction, Transactions
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
        partitions: Partitions,
        live: LiveIndexes,
        settings: Settings,
        now: Callable[[], int],
    ) -> None:
        self._transactions = Transactions(storage, catalog)
        self._storage = storage
        self._catalog = catalog
        self._queue = queue
        self._partitions = partitions
        self._live = live
        self._settings = settings
        self._now = now

    def start_transaction(self, table: str, key: NamedKey, rows: Sequence[NamedKey] = ()) -> str:
        """Its id. `rows` announces keys that will be written; they must lie in the partition, and change nothing."""
        validation.check_table_name(table)
        for named in (key, *rows):
            validation.check_read_key(named)
        now_ms = self._now()
        target = self._catalog.data_table(table)
        name = self._transactions.start(target, key, now_ms)
        transaction = self._transactions.find(name, now_ms)
        try:
            self._check_partition(transaction, now_ms)
            for named in rows:
                transaction.check(named)
        except OtsError:
            self._transactions.end(name)
            raise
        return name

    def commit_transaction(self, name: str) -> str:
        """Everything written under the id at once; returns the table's name."""
        now_ms = self._now()
        transaction = self._transactions.find(name, now_ms)
        self._check_partition(transaction, now_ms)
        pending = Pending(self._storage)
        transaction.finish(self._storage, pending, self._queue, now_ms)
        self._commit(pending, [transaction.table], now_ms)
        self._transactions.end(name)
        return transaction.table.name

    def abort_transaction(self, name: str) -> str:
        """Returns the table's name."""
        table = self._transactions.find(name, self._now()).table
        self._transactions.end(name)
        return table.name

    def _check_partition(self, transaction: Transaction, now_ms: int) -> None:
        self._check_available(transaction.table, encode_key((transaction.first,)), now_ms)

    def _check_available(self, table: Table, key: bytes, now_ms: int) -> None:
        if self._partitions.unusual:
            self._partitions.check(table, key, after(key), now_ms)

    def _transaction(self, name: str, tables: Iterable[str]) -> Transaction | None:
        """None for the empty id, which the SDKs may send; raises OtsError when a table is not the transaction's."""
        if not name:
            return None
        transaction = self._transactions.find(name, self._now())
        for table in tables:
            transaction.check_table(table)
        return transaction

    def get_row(self, table: str, key: NamedKey, options: ReadOptions, transaction: str = "") -> ReadResult:
        held = self._transaction(transaction, [table])
        validation.check_table_name(table)
        validation.check_read_options(options)
        validation.check_read_key(key)
        now_ms = self._now()
        source = self._readable(table, now_ms)
        if held is not None:
            held.check(key)
        storage = self._storage if held is None else held.source
        return self._read(source, key, Reader(source, options, now_ms), storage, now_ms)

    def get_encoded(self, table: str, key: EncodedKey, options: ReadOptions) -> ReadResult | None:
        """What get_row does outside of a transaction; None when it has to see the key."""
        validation.check_table_name(table)
        validation.check_read_options(options)
        now_ms = self._now()
        try:
            source = self._readable(table, now_ms)
        except OtsError:
            return None
        if self._settings.verify_cells or key.shape != source.shape:
            return None
        return self._read_at(source, key.key, Reader(source, options, now_ms), self._storage, now_ms)

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
            results.append([self._try_read(source, key, reader, now_ms) for key in keys])
        return results

    def _try_read(self, table: Table, key: NamedKey, reader: Reader, now_ms: int) -> ReadResult | OtsError:
        try:
            return self._read(table, key, reader, self._storage, now_ms)
        except OtsError as error:
            return error

    def _read(self, table: Table, named: NamedKey, reader: Reader, storage: Storage, now_ms: int) -> ReadResult:
        key = encode_key(check_key(table, named))  # type: ignore[arg-type]
        return self._read_at(table, key, reader, storage, now_ms)

    def _read_at(self, table: Table, key: bytes, reader: Reader, storage: Storage, now_ms: int) -> ReadResult:
        self._check_available(table, key, now_ms)
        data = storage.get(table.rows, key)
        stored = None if data is None else reader.live(data)
        if stored is None:
            return ReadResult(None, Consumed(read=1))
        row, size = reader.read(key, stored)
        return ReadResult(row, Consumed(read=capacity.units(size)))

    def _readable(self, name: str, now_ms: int) -> Table:
        table = self._catalog.get(name)
        if table.base is not None and self._settings.index_lag_ms:
            self._queue.catch_up(table, now_ms)
        return table

    def get_range(self, table: str, query: RangeQuery, transaction: str = "") -> RangeResult:
        held = self._transaction(transaction, [table])
        validation.check_table_name(table)
        validation.check_range(query)
        now_ms = self._now()
        source = self._readable(table, now_ms)
        if self._partitions.unusual:
            self._partitions.check(source, *bounds(source, query), now_ms)
        if held is None:
            return read_range(self._storage, source, query, now_ms)
        held.check(query.start)
        held.check(query.end)
        return read_range(held.source, source, query, now_ms)

    def write_row(self, table: str, change: RowChange, transaction: str = "") -> WriteResult:
        held = self._transaction(transaction, [table])
        validation.check_table_name(table)
        validation.check_write(change)
        target, now_ms = self._catalog.data_table(table), self._now()
        if held is not None:
            return self._write_held(held, change, now_ms)
        pending = Pending(self._storage)
        result = self._write(target, change, pending, now_ms)
        self._commit(pending, [target], now_ms)
        return result

    def _write(self, table: Table, change: RowChange, pending: Pending, now_ms: int) -> WriteResult:
        if self._transactions:
            self._transactions.check_free(table, change.key, now_ms)
        return write(table, change, pending, self._queue, self._time_of(table, change, now_ms))

    def _write_held(self, held: Transaction, change: RowChange, now_ms: int) -> WriteResult:
        return held.write(change, self._time_of(held.table, change, now_ms))

    def _time_of(self, table: Table, change: RowChange, now_ms: int) -> int:
        """By the clock of the row's partition; raises OtsError when that is not available."""
        return self._partitions.enter(table, change.key, now_ms) if self._partitions.unusual else now_ms

    def _commit(self, pending: Pending, tables: Sequence[Table], now_ms: int) -> None:
        for table in tables:
            self._live.before_writes(table, now_ms)
            self._partitions.sample(pending, table)
        changes = pending.commit()
        for table in tables:
            self._live.change(table, changes.get(table.rows, {}), now_ms)
            self._partitions.grow(table, changes, now_ms)

    def put_encoded(self, tables: Sequence[tuple[str, Sequence[EncodedPut]]]) -> list[list[WriteResult]] | None:
        """What batch_write does of plain puts; None, with nothing done, when it has to see them."""
        if self._settings.verify_cells or self._transactions or self._partitions.unusual or not tables:
            return None
        puts = [put for _, rows in tables for put in rows]
        size = sum([put.key_size + put.size for put in puts])
        if len(puts) > errors.MAX_WRITE_ROWS or size > errors.MAX_REQUEST_DATA:
            return None
        targets = {}
        for name, rows in tables:
            try:
                table = self._catalog.data_table(name)
            except OtsError:
                return None
            if table in targets or not takes(table, rows):
                return None
            targets[table] = rows
        now_ms = self._now()
        pending, stored = Pending(self._storage), Stamper(now_ms).stored
        for table, rows in targets.items():
            pending.put_all(table.rows, {put.key: stored(put) for put in rows})
        self._commit(pending, list(targets), now_ms)
        return [[acknowledged(table, put) for put in rows] for table, rows in targets.items()]

    def batch_write(
        self, tables: Sequence[tuple[str, Sequence[RowChange]]], transaction: str = "", *, atomic: bool = False
    ) -> list[list[WriteResult | OtsError]]:
        """In the order sent, each row alone, all written to the storage at once; a missing table fails the request.

        If `atomic`, the rows of a table are written all or not at all.
        """
        held = self._transaction(transaction, [name for name, _ in tables])
        validation.check_batch_write(tables)
        targets = [self._catalog.data_table(name) for name, _ in tables]
        now_ms = self._now()
        if held is not None:
            write_held = partial(self._write_held, held, now_ms=now_ms)
            return [try_each(changes, refused_repeats(held.table, changes), write_held) for _, changes in tables]
        if atomic:
            return [
                self._write_atomically(table, changes, now_ms)
                for table, (_, changes) in zip(targets, tables, strict=True)
            ]
        pending = Pending(self._storage)
        results = [
            self._write_rows(table, changes, pending, now_ms)
            for table, (_, changes) in zip(targets, tables, strict=True)
        ]
        self._commit(pending, targets, now_ms)
        return results

    def _write_atomically(
        self, table: Table, changes: Sequence[RowChange], now_ms: int
    ) -> list[WriteResult | OtsError]:
        """All rows have one partition key; else, or if one fails, every row gets the same refusal."""
        pending = Pending(self._storage)
        refusal = outside_atomic(changes)
        results = self._write_rows(table, changes, pending, now_ms) if refusal is None else []
        refusal = refusal or next((result for result in results if isinstance(result, OtsError)), None)
        if refusal is not None:
            return [refusal for _ in changes]
        self._commit(pending, [table], now_ms)
        return results

    def _write_rows(
        self, table: Table, changes: Sequence[RowChange], pending: Pending, now_ms: int
    ) -> list[WriteResult | OtsError]:
        write_one = partial(self._write, table, pending=pending, now_ms=now_ms)
        return try_each(changes, refused_repeats(table, changes), write_one)
