"""The tables of one instance: their schemas in the storage, and what the engine derives from each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from alifakes.tablestore import errors
from alifakes.tablestore.engine.capacity import timestamp_bytes
from alifakes.tablestore.engine.model import (
    ColumnType,
    IndexKind,
    IndexSchema,
    KeyColumn,
    KeyType,
    TableOptions,
    TableSchema,
)
from alifakes.tablestore.engine.search.schema import dump_index, load_index
from alifakes.tablestore.storage.interface import Storage

KEY_TYPES = {ColumnType.INTEGER: KeyType.INTEGER, ColumnType.STRING: KeyType.STRING, ColumnType.BINARY: KeyType.BINARY}


class Table:
    """A data table or, with `base`, an index table."""

    def __init__(self, instance: str, schema: TableSchema, base: str | None = None) -> None:
        self.schema = schema
        self.options = schema.options
        self.base = base
        self.name = schema.name
        self.keys = schema.keys
        self.key_names = tuple(column.name for column in schema.keys)
        self.cell_overhead = timestamp_bytes(schema.options)
        self.auto_increment = next((at for at, column in enumerate(schema.keys) if column.auto_increment), None)
        self.defined_types = dict(schema.columns)
        self.rows = f"{instance}/{schema.name}/rows"
        self.counters = f"{instance}/{schema.name}/counters"
        self.queue = f"{instance}/{schema.name}/queue"  # of an index table: what it has yet to show
        self.indexes: tuple[Index, ...] = ()
        self.search_indexes = schema.search_indexes

    @property
    def storage_tables(self) -> tuple[str, ...]:
        return self.rows, self.counters, self.queue


class Index:
    """One index of a data table, with the table that it fills."""

    def __init__(self, instance: str, base: TableSchema, schema: IndexSchema) -> None:
        self.schema = schema
        self.columns = frozenset(schema.columns)
        self.base_names = tuple(column.name for column in base.keys)
        self.key_columns = frozenset(schema.keys).difference(self.base_names)  # attribute columns of the data table
        self.table = Table(instance, index_table_schema(base, schema), base.name)


def index_table_schema(base: TableSchema, index: IndexSchema) -> TableSchema:
    """The key of an index table is the index's key and whatever of the data table's key is not in it yet."""
    base_keys = {column.name: column.type for column in base.keys}
    defined = dict(base.columns)
    names = [*index.keys, *(name for name in base_keys if name not in index.keys)]
    return TableSchema(
        name=index.name,
        keys=tuple(KeyColumn(name, base_keys.get(name) or KEY_TYPES[defined[name]]) for name in names),
        options=base.options,
        columns=tuple((name, defined[name]) for name in index.columns),
        reserved=(0, 0),
        created_ms=base.created_ms,
    )


class Catalog:
    """Reads every schema when it is made; each change is written before it shows."""

    def __init__(self, storage: Storage, instance: str) -> None:
        self._storage = storage
        self.instance = instance
        self._place = f"{instance}/catalog"
        self._tables: dict[str, Table] = {}
        for _, value in storage.scan(self._place, b""):
            self._show(_decode(value))

    def __contains__(self, name: str) -> bool:
        return name in self._tables

    def __len__(self) -> int:
        return len(self._tables)

    def __iter__(self) -> Iterator[Table]:
        return iter(self._tables.values())

    def names(self) -> list[str]:
        return sorted(self._tables)

    def get(self, name: str) -> Table:
        """Raises OtsError 404 OTSObjectNotExist."""
        table = self._tables.get(name)
        if table is None:
            raise errors.table_missing()
        return table

    def data_table(self, name: str) -> Table:
        """A table that is no index table, to be written; raises OtsError."""
        table = self.get(name)
        if table.base is not None:
            raise errors.index_read_only()
        return table

    def save(self, schema: TableSchema) -> None:
        """Add a table, or change one and its indexes; what dropped indexes held goes with them."""
        dropped = self._index_tables(schema.name, schema)
        drop = [place for table in dropped for place in table.storage_tables]
        self._storage.apply({self._place: {schema.name.encode(): _encode(schema)}}, drop)
        for table in dropped:
            del self._tables[table.name]
        self._show(schema)

    def remove(self, name: str) -> None:
        self._storage.apply({self._place: {name.encode(): None}}, self._tables[name].storage_tables)
        del self._tables[name]

    def _index_tables(self, base: str, schema: TableSchema) -> list[Table]:
        kept = {index.name for index in schema.indexes}
        return [table for table in self if table.base == base and table.name not in kept]

    def _show(self, schema: TableSchema) -> None:
        table = Table(self.instance, schema)
        table.indexes = tuple(Index(self.instance, schema, index) for index in schema.indexes)
        self._tables[schema.name] = table
        for index in table.indexes:
            self._tables[index.schema.name] = index.table


def without_index(schema: TableSchema, name: str) -> TableSchema:
    return replace(schema, indexes=tuple(index for index in schema.indexes if index.name != name))


def _encode(schema: TableSchema) -> bytes:
    return json.dumps(
        {
            "name": schema.name,
            "keys": [[column.name, column.type.value, column.auto_increment] for column in schema.keys],
            "options": [
                schema.options.ttl,
                schema.options.max_versions,
                schema.options.max_deviation,
                schema.options.allow_update,
            ],
            "columns": [[name, kind.value] for name, kind in schema.columns],
            "indexes": [
                [index.name, list(index.keys), list(index.columns), index.kind.value] for index in schema.indexes
            ],
            "search_indexes": [dump_index(index) for index in schema.search_indexes],
            "reserved": list(schema.reserved),
            "created_ms": schema.created_ms,
        }
    ).encode()


def _decode(value: bytes) -> TableSchema:
    stored = json.loads(value)
    read, write = stored["reserved"]
    return TableSchema(
        name=stored["name"],
        keys=tuple(KeyColumn(name, KeyType(kind), auto) for name, kind, auto in stored["keys"]),
        options=TableOptions(*stored["options"]),
        columns=tuple((name, ColumnType(kind)) for name, kind in stored["columns"]),
        indexes=tuple(
            IndexSchema(name, tuple(keys), tuple(columns), IndexKind(kind))
            for name, keys, columns, kind in stored["indexes"]
        ),
        search_indexes=tuple(load_index(index) for index in stored.get("search_indexes", ())),  # none in older files
        reserved=(read, write),
        created_ms=stored["created_ms"],
    )
