"""The tables of one instance: every operation of the wide-column API and of search indexes, on any storage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace

from alifakes.tablestore import errors, schema_validation, search_errors, validation
from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.catalog import Catalog, Index, Table, without_index
from alifakes.tablestore.engine.indexes import IndexQueue, index_entry
from alifakes.tablestore.engine.keys import decode_key, encode_key
from alifakes.tablestore.engine.model import (
    Change,
    Consumed,
    Existence,
    IndexSchema,
    NamedKey,
    RangeQuery,
    ReadOptions,
    RowChange,
    TableOptions,
    TableSchema,
)
from alifakes.tablestore.engine.pending import Pending
from alifakes.tablestore.engine.ranges import read_range
from alifakes.tablestore.engine.reads import Reader
from alifakes.tablestore.engine.results import RangeResult, ReadResult, WriteResult
from alifakes.tablestore.engine.rows import decode_row
from alifakes.tablestore.engine.schema import check_key
from alifakes.tablestore.engine.search import checks
from alifakes.tablestore.engine.search.live import LiveIndexes
from alifakes.tablestore.engine.search.query import SearchRequest, SearchResult
from alifakes.tablestore.engine.search.schema import SearchIndexSchema
from alifakes.tablestore.engine.search.search import search
from alifakes.tablestore.engine.writes import write
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.storage.interface import Storage

_BACKFILL_ROWS = 1000


class Engine:
    """Not for several threads at once; every method raises OtsError with the service's words.

    `clock` gives ms since 1970; the engine never lets it run backwards. `search_lag_ms` None is `index_lag_ms`.
    `instance` keeps the tables of several instances apart in one storage, which whoever opened it closes.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        clock: Callable[[], int],
        index_lag_ms: int = 0,
        search_lag_ms: int | None = None,
        instance: str,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._lag_ms = index_lag_ms
        self._now_ms = 0
        self._adjusted_ms: dict[str, int] = {}  # when a table's reserved throughput last changed
        self._catalog = Catalog(storage, instance)
        self._queue = IndexQueue(storage, index_lag_ms)
        self._live = LiveIndexes(storage, index_lag_ms if search_lag_ms is None else search_lag_ms)
        if index_lag_ms == 0:  # what an engine with a lag left behind
            for table in self._catalog:
                self._queue.catch_up(table, self._now())

    def _now(self) -> int:
        self._now_ms = max(self._now_ms, self._clock())
        return self._now_ms

    # --- tables ---

    def create_table(self, schema: TableSchema) -> None:
        schema_validation.check_table(schema)
        names = [schema.name, *(index.name for index in schema.indexes)]
        if len(set(names)) < len(names) or any(name in self._catalog for name in names):
            raise errors.table_exists()
        self._check_room(len(names))
        self._catalog.save(replace(schema, created_ms=schema.created_ms or self._now()))

    def _check_room(self, more: int) -> None:
        if len(self._catalog) + more > errors.MAX_TABLES:
            raise errors.too_many_tables()

    def list_tables(self) -> list[str]:
        """Index tables too, by name."""
        return self._catalog.names()

    def describe_table(self, name: str) -> TableSchema:
        validation.check_table_name(name)
        return self._catalog.get(name).schema

    def update_table(
        self, name: str, *, reserved: tuple[int, int] | None = None, options: TableOptions | None = None
    ) -> TableSchema:
        validation.check_table_name(name)
        if reserved is None and options is None:
            raise errors.nothing_to_update()
        if options is not None:
            schema_validation.check_options(options)
        if reserved is not None:
            schema_validation.check_reserved(reserved)
        schema = self._catalog.data_table(name).schema
        if options is not None and schema.indexes:
            schema_validation.check_indexed_options(options)
        if options is not None and schema.search_indexes:
            checks.check_options(options)
        if reserved is not None and reserved != schema.reserved:
            self._check_adjustment(name)
        changed = replace(schema, reserved=reserved or schema.reserved, options=options or schema.options)
        self._catalog.save(changed)
        return changed

    def _check_adjustment(self, table: str) -> None:
        now_ms = self._now()
        last_ms = self._adjusted_ms.get(table)
        if last_ms is not None and now_ms - last_ms < errors.MIN_ADJUSTMENT_MS:
            raise errors.adjusted_too_often()
        self._adjusted_ms[table] = now_ms

    def delete_table(self, name: str) -> None:
        validation.check_table_name(name)
        table = self._catalog.get(name)
        if table.base is not None:
            raise errors.index_is_no_table(name)
        if table.indexes:
            raise errors.table_has_indexes(name)
        if table.search_indexes:
            raise search_errors.table_has_search_indexes(name)
        self._catalog.remove(name)
        self._adjusted_ms.pop(name, None)

    def create_index(self, table: str, index: IndexSchema, *, include_base_data: bool) -> None:
        """Fills the index before it returns when the table's rows are to be in it."""
        validation.check_table_name(table)
        schema = self._catalog.data_table(table).schema
        schema_validation.check_index(schema, index)
        if index.name in self._catalog:
            raise errors.table_exists()
        if len(schema.indexes) >= errors.MAX_INDEXES:
            raise errors.too_many_indexes()
        self._check_room(1)
        if include_base_data:
            self._backfill(self._catalog.get(table), Index(self._catalog.instance, schema, index))
        self._catalog.save(replace(schema, indexes=(*schema.indexes, index)))

    def _backfill(self, table: Table, index: Index) -> None:
        """The index shows in the catalog only after this, so that a half filled one is never seen."""
        self._storage.apply({}, index.table.storage_tables)
        rows: dict[bytes, bytes | None] = {}
        last = b""
        while True:
            with closing(self._storage.scan(table.rows, last)) as entries:
                read = 0
                for encoded, data in entries:
                    entry = index_entry(index, decode_key(encoded), decode_row(data))
                    if entry is not None:
                        rows[entry[0]] = entry[1]
                    read += 1
                    last = encoded + b"\x00"
                    if read == _BACKFILL_ROWS:
                        break
            self._storage.apply({index.table.rows: rows})
            rows = {}
            if read < _BACKFILL_ROWS:
                return

    def drop_index(self, table: str, index: str) -> None:
        validation.check_table_name(table)
        schema = self._catalog.data_table(table).schema
        if index not in {known.name for known in schema.indexes}:
            raise errors.index_missing(index)
        self._queue.forget(self._catalog.get(index))
        self._catalog.save(without_index(schema, index))

    # --- search indexes ---

    def create_search_index(self, table: str, index: SearchIndexSchema) -> None:
        schema = self._searchable(table).schema
        checks.check_index(schema, index)
        if any(known.name == index.name for known in schema.search_indexes):
            raise search_errors.index_exists(index.name)
        index = replace(index, created_ms=self._now())
        self._catalog.save(replace(schema, search_indexes=(*schema.search_indexes, index)))
        self._live.create(self._catalog.get(table), index, index.created_ms)

    def list_search_indexes(self, table: str | None) -> list[tuple[str, str]]:
        """(table, index) of one table, or of all."""
        tables = list(self._catalog) if table is None else [self._searchable(table)]
        return sorted((found.name, index.name) for found in tables for index in found.search_indexes)

    def describe_search_index(self, table: str, index: str) -> tuple[SearchIndexSchema, int]:
        """With the time (ms) up to which it shows its table; a time before it was made: its rows do not show yet."""
        return self._search_index(self._searchable(table), index), self._now() - self._live.lag_ms

    def delete_search_index(self, table: str, index: str) -> None:
        found = self._searchable(table)
        dropped = self._search_index(found, index)
        left = tuple(known for known in found.search_indexes if known is not dropped)
        self._catalog.save(replace(found.schema, search_indexes=left))
        self._live.forget(table, index)

    def search(self, table: str, index: str, request: SearchRequest) -> SearchResult:
        found = self._searchable(table)
        now_ms = self._now()
        current = self._live.current(found, self._search_index(found, index), now_ms)
        return search(current, found, self._storage, request, now_ms)

    def _searchable(self, name: str) -> Table:
        """The data table of a search index; the service has words of its own for one that is missing."""
        if name not in self._catalog:
            raise search_errors.table_missing(name)
        table = self._catalog.get(name)
        if table.base is not None:
            raise search_errors.index_on_index(name)
        return table

    @staticmethod
    def _search_index(table: Table, name: str) -> SearchIndexSchema:
        for index in table.search_indexes:
            if index.name == name:
                return index
        raise search_errors.index_missing(name)

    # --- rows ---

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
        if table.base is not None and self._lag_ms:
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
