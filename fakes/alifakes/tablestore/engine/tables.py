"""The tables of one instance and their secondary indexes: made, described, changed, dropped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from alifakes.tablestore import errors, schema_validation, validation
from alifakes.tablestore.engine.catalog import Catalog, Index, Table, without_index
from alifakes.tablestore.engine.indexes import IndexQueue, index_entry
from alifakes.tablestore.engine.keys import decode_key
from alifakes.tablestore.engine.model import IndexSchema, TableOptions, TableSchema
from alifakes.tablestore.engine.rows import decode_row
from alifakes.tablestore.engine.search import checks
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage.interface import Storage

_BACKFILL_ROWS = 1000


class Tables:
    """`now` gives ms since 1970 and never runs backwards."""

    def __init__(
        self, storage: Storage, catalog: Catalog, queue: IndexQueue, settings: Settings, now: Callable[[], int]
    ) -> None:
        self._storage = storage
        self._catalog = catalog
        self._queue = queue
        self._settings = settings
        self._now = now
        self._adjusted_ms: dict[str, int] = {}  # when a table's reserved throughput last changed

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
            checks.check_options(options, schema.search_indexes)
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
            raise errors.table_has_search_indexes(name)
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
