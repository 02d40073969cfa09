"""The tables of one instance: their schemas in the storage, and what the engine derives from each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from alifakes.tablestore import errors
from alifakes.tablestore.engine.capacity import timestamp_bytes
from alifakes.tablestore.engine.keys import decode_key, encode_key
from alifakes.tablestore.engine.model import (
    Build,
    ColumnType,
    IndexKind,
    IndexSchema,
    KeyColumn,
    KeyType,
    StreamSettings,
    TableOptions,
    TableSchema,
)
from alifakes.tablestore.engine.search.schema import dump_index, load_index
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage.interface import Changes, Storage

KEY_TYPES = {ColumnType.INTEGER: KeyType.INTEGER, ColumnType.STRING: KeyType.STRING, ColumnType.BINARY: KeyType.BINARY}

_WIRE_TYPES = {KeyType.INTEGER: b"\x00", KeyType.STRING: b"\x03", KeyType.BINARY: b"\x07", KeyType.BOOLEAN: b"\x02"}


class Table:
    """A data table or, with `base`, an index table."""

    def __init__(self, instance: str, schema: TableSchema, base: str | None = None) -> None:
        self.schema = schema
        self.options = schema.options
        self.base = base
        self.name = schema.name
        self.keys = schema.keys
        self.key_names = tuple(column.name for column in schema.keys)
        self.shape = tuple(part for key in schema.keys for part in (key.name.encode(), _WIRE_TYPES[key.type]))
        self.cell_overhead = timestamp_bytes(schema.options)
        self.auto_increment = next((at for at, column in enumerate(schema.keys) if column.auto_increment), None)
        self.defined_types = dict(schema.columns)
        self.rows = f"{instance}/{schema.name}/rows"
        self.counters = f"{instance}/{schema.name}/counters"
        self.queue = f"{instance}/{schema.name}/queue"  # of an index table: what it has yet to show
        self.samples = f"{instance}/{schema.name}/samples"  # rows that stand for many
        self.partitions = f"{instance}/{schema.name}/partitions"  # where those begin that have come by a split
        self.explicit_transactions = schema.explicit_transactions
        self.building = False
        self.indexes: tuple[Index, ...] = ()
        self.with_indexes: tuple[Table, ...] = (self,)  # with the tables of its indexes
        self.search_indexes = schema.search_indexes

    @property
    def storage_tables(self) -> tuple[str, ...]:
        return self.rows, self.counters, self.queue, self.samples, self.partitions


class Index:
    """One index of a data table, with the table that it fills."""

    def __init__(self, instance: str, base: TableSchema, schema: IndexSchema) -> None:
        self.schema = schema
        self.columns = frozenset(schema.columns)
        self.base_names = tuple(column.name for column in base.keys)
        self.key_columns = frozenset(schema.keys).difference(self.base_names)  # attribute columns of the data table
        self.table = Table(instance, index_table_schema(base, schema), base.name)
        self.table.building = schema.build is not None


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
    """Reads every schema when it is made; each change is written before it shows.

    `build` goes on with the filling of an index table, whose name it is given; it is called before the index is read.
    """

    def __init__(self, storage: Storage, instance: str, settings: Settings, now: Callable[[], int]) -> None:
        self._storage = storage
        self._settings = settings
        self._now = now
        self.instance = instance
        self.build: Callable[[str], None] = lambda _name: None
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
        """Of data tables."""
        return sorted(table.name for table in self if table.base is None)

    def find(self, name: str) -> Table:
        """Whatever its state; raises OtsError 404 OTSObjectNotExist."""
        table = self._tables.get(name)
        if table is None:
            raise errors.table_missing()
        return table

    def get(self, name: str) -> Table:
        """A table whose rows can be used; raises OtsError, also for one that is not ready yet."""
        table = self.find(name)
        if not self.is_ready(table):
            raise errors.table_not_ready()
        if table.building:
            self.build(name)
            table = self.find(name)
            if table.building:
                raise errors.index_not_ready()
        return table

    def is_ready(self, table: Table) -> bool:
        """Whether so much time has passed since it was made."""
        ready_ms = self._settings.table_ready_ms
        return not ready_ms or self._now() >= table.schema.created_ms + ready_ms

    def data_table(self, name: str) -> Table:
        """A table whose rows can be written; raises OtsError."""
        table = self.find(name)
        if table.base is not None:
            raise errors.index_read_only()
        return self.get(name)

    def index(self, name: str) -> tuple[Table, Index]:
        """The data table and the index of an index table."""
        base = self._tables[name].base
        assert base is not None
        table = self._tables[base]
        return table, next(index for index in table.indexes if index.schema.name == name)

    def save(self, schema: TableSchema, changes: Changes | None = None) -> None:
        """Add a table, or change one and its indexes, and rows with it; what dropped indexes held goes with them."""
        dropped = self._index_tables(schema.name, schema)
        drop = [place for table in dropped for place in table.storage_tables]
        self._storage.apply({**(changes or {}), self._place: {schema.name.encode(): _encode(schema)}}, drop)
        for table in dropped:
            del self._tables[table.name]
        self._show(schema)

    def remove(self, name: str) -> None:
        """With its indexes."""
        gone = self._tables[name].with_indexes
        drop = [place for table in gone for place in table.storage_tables]
        self._storage.apply({self._place: {name.encode(): None}}, drop)
        for table in gone:
            del self._tables[table.name]

    def _index_tables(self, base: str, schema: TableSchema) -> list[Table]:
        kept = {index.name for index in schema.indexes}
        return [table for table in self if table.base == base and table.name not in kept]

    def _show(self, schema: TableSchema) -> None:
        table = Table(self.instance, schema)
        table.explicit_transactions |= self._settings.allows_transactions(schema.name)
        table.indexes = tuple(Index(self.instance, schema, index) for index in schema.indexes)
        table.with_indexes = (table, *(index.table for index in table.indexes))
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
            "indexes": [_encode_index(index) for index in schema.indexes],
            "search_indexes": [dump_index(index) for index in schema.search_indexes],
            "reserved": list(schema.reserved),
            "created_ms": schema.created_ms,
            "split_points": [encode_key((point,)).hex() for point in schema.split_points],
            "stream": _encode_stream(schema.stream),
            "explicit_transactions": schema.explicit_transactions,
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
        indexes=tuple(_decode_index(*index) for index in stored["indexes"]),
        search_indexes=tuple(load_index(index) for index in stored["search_indexes"]),
        reserved=(read, write),
        created_ms=stored["created_ms"],
        split_points=tuple(decode_key(bytes.fromhex(point))[0] for point in stored["split_points"]),
        stream=_decode_stream(stored["stream"]),
        explicit_transactions=stored["explicit_transactions"],
    )


def _encode_index(index: IndexSchema) -> list[object]:
    build = None
    if index.build is not None:
        build = [index.build.started_ms, index.build.position.hex(), index.build.rows]
    return [index.name, list(index.keys), list(index.columns), index.kind.value, build]


def _decode_index(name: str, keys: list[str], columns: list[str], kind: str, stored: Any) -> IndexSchema:
    build = None
    if stored is not None:
        started_ms, position, rows = stored
        build = Build(started_ms, bytes.fromhex(position), rows)
    return IndexSchema(name, tuple(keys), tuple(columns), IndexKind(kind), build)


def _encode_stream(stream: StreamSettings | None) -> list[object] | None:
    return None if stream is None else [stream.expiration_hours, list(stream.columns), stream.enabled_ms]


def _decode_stream(stored: Any) -> StreamSettings | None:
    if stored is None:
        return None
    expiration_hours, columns, enabled_ms = stored
    return StreamSettings(expiration_hours, tuple(columns), enabled_ms)
