"""The tables of one instance and their secondary indexes: made, described, changed, dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import EllipsisType

from alifakes.tablestore import errors, schema_validation, validation
from alifakes.tablestore.engine.backfill import Backfill
from alifakes.tablestore.engine.catalog import Catalog, Table, without_index
from alifakes.tablestore.engine.indexes import IndexQueue
from alifakes.tablestore.engine.model import (
    ColumnType,
    IndexSchema,
    KeyValue,
    StreamSettings,
    TableOptions,
    TableSchema,
)
from alifakes.tablestore.engine.operations import TableOperations
from alifakes.tablestore.engine.partitions import Partitions
from alifakes.tablestore.engine.search import checks
from alifakes.tablestore.engine.splits import Splits, split_by_size
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage.interface import Storage


class Tables:
    """`now` gives ms since 1970 and never runs backwards. Every method raises OtsError.

    A name that is none is refused before the number of operations, and this before all else.
    """

    def __init__(
        self,
        storage: Storage,
        catalog: Catalog,
        queue: IndexQueue,
        partitions: Partitions,
        operations: TableOperations,
        settings: Settings,
        now: Callable[[], int],
    ) -> None:
        self._storage = storage
        self._catalog = catalog
        self._queue = queue
        self._partitions = partitions
        self._now = now
        self._backfill = Backfill(storage, catalog, queue, partitions, settings, now)
        catalog.build = self._backfill.advance
        self._operations = operations
        self._adjusted_ms: dict[str, int] = {}  # when a table's reserved throughput last changed

    def create_table(self, schema: TableSchema) -> None:
        schema_validation.check_table(schema)
        self._operations.count()
        names = [schema.name, *(index.name for index in schema.indexes)]
        if len(set(names)) < len(names) or any(name in self._catalog for name in names):
            raise errors.table_exists()
        self._check_room(len(names))
        now_ms = self._now()
        stream = schema.stream and replace(schema.stream, enabled_ms=now_ms)
        self._catalog.save(replace(schema, created_ms=schema.created_ms or now_ms, stream=stream))

    def _check_room(self, more: int) -> None:
        if len(self._catalog) + more > errors.MAX_TABLES:
            raise errors.too_many_tables()

    def list_tables(self) -> list[str]:
        """By name; index tables are told of by their tables."""
        return self._catalog.names()

    def describe_table(self, name: str) -> TableSchema:
        validation.check_table_name(name)
        for index in self._catalog.find(name).indexes:
            self._backfill.advance(index.table.name)
        return self._catalog.find(name).schema

    def is_ready(self, name: str) -> bool:
        """Whether its rows can be used."""
        return self._catalog.is_ready(self._catalog.find(name))

    def allows_transactions(self, name: str) -> bool:
        return self._catalog.find(name).explicit_transactions

    def partition_points(self, name: str) -> tuple[KeyValue, ...]:
        """Where every partition but the first begins, by the first key column."""
        return self._partitions.points(self._catalog.find(name))

    def split_by_size(self, name: str, size: int, limit: int | None) -> Splits:
        """`size` in bytes."""
        validation.check_table_name(name)
        return split_by_size(self._storage, self._catalog.get(name), self._partitions, size, limit)

    def update_table(
        self,
        name: str,
        *,
        reserved: tuple[int, int] | None = None,
        options: TableOptions | None = None,
        stream: StreamSettings | EllipsisType | None = ...,
    ) -> TableSchema:
        """`stream` None disables the stream."""
        validation.check_table_name(name)
        self._operations.count()
        if reserved is None and options is None and stream is ...:
            raise errors.nothing_to_update()
        if options is not None:
            schema_validation.check_options(options)
        if reserved is not None:
            schema_validation.check_reserved(reserved)
        schema = self._catalog.data_table(name).schema
        if options is not None and schema.indexes:
            schema_validation.check_indexed_options(options)
        if options is not None and schema.search_indexes:
            checks.check_options(options, schema.search_indexes)
        if reserved is not None and reserved != schema.reserved:
            self._check_adjustment(name)
        changed = replace(
            schema,
            reserved=reserved or schema.reserved,
            options=options or schema.options,
            stream=schema.stream if stream is ... else self._stream(schema.stream, stream),
        )
        self._catalog.save(changed)
        return changed

    def _stream(self, old: StreamSettings | None, new: StreamSettings | None) -> StreamSettings | None:
        """A stream that is enabled stays the one it is."""
        if new is None:
            return None
        schema_validation.check_stream(new)
        if old is None:
            return replace(new, enabled_ms=self._now())
        if (old.expiration_hours, old.columns) != (new.expiration_hours, new.columns):
            raise errors.not_emulated("UpdateTable that changes a stream which is enabled")
        return old

    def _check_adjustment(self, table: str) -> None:
        now_ms = self._now()
        last_ms = self._adjusted_ms.get(table)
        if last_ms is not None and now_ms - last_ms < errors.MIN_ADJUSTMENT_MS:
            raise errors.adjusted_too_often()
        self._adjusted_ms[table] = now_ms

    def delete_table(self, name: str) -> None:
        """With its secondary indexes; a search index must have been deleted before."""
        validation.check_table_name(name)
        self._operations.count()
        table = self._catalog.find(name)
        if table.base is not None:
            raise errors.index_is_no_table(name)
        if table.search_indexes:
            raise errors.table_has_search_indexes(name)
        for gone in table.with_indexes:
            self._forget(gone)
        self._catalog.remove(name)
        self._adjusted_ms.pop(name, None)

    def create_index(self, table: str, index: IndexSchema, *, include_base_data: bool) -> None:
        """An index that is to show the rows which the table has can be read once it is filled."""
        validation.check_table_name(table)
        schema_validation.check_index_shape(index)
        self._operations.count()
        schema = self._catalog.data_table(table).schema
        schema_validation.check_index(schema, index)
        if index.name in self._catalog:
            raise errors.table_exists()
        if len(schema.indexes) >= errors.MAX_INDEXES:
            raise errors.too_many_indexes()
        self._check_room(1)
        if include_base_data:
            index = replace(index, build=self._backfill.start())
        self._catalog.save(replace(schema, indexes=(*schema.indexes, index)))
        self._backfill.advance(index.name)

    def drop_index(self, table: str, index: str) -> None:
        validation.check_table_name(table)
        self._operations.count()
        schema = self._catalog.data_table(table).schema
        if index not in {known.name for known in schema.indexes}:
            raise errors.index_missing(index)
        self._forget(self._catalog.find(index))
        self._catalog.save(without_index(schema, index))

    def _forget(self, table: Table) -> None:
        self._queue.forget(table)
        self._partitions.forget(table)

    def add_defined_columns(self, name: str, columns: tuple[tuple[str, ColumnType], ...]) -> None:
        validation.check_table_name(name)
        self._operations.count()
        schema = self._catalog.data_table(name).schema
        schema_validation.check_new_columns(schema, columns)
        self._catalog.save(replace(schema, columns=(*schema.columns, *columns)))

    def delete_defined_columns(self, name: str, columns: tuple[str, ...]) -> None:
        """What rows hold of them stays."""
        validation.check_table_name(name)
        self._operations.count()
        schema = self._catalog.data_table(name).schema
        schema_validation.check_dropped_columns(schema, columns)
        left = tuple(column for column in schema.columns if column[0] not in columns)
        self._catalog.save(replace(schema, columns=left))
