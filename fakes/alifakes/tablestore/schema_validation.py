"""What the service checks of a table, its options and its indexes before it makes or changes them; raises OtsError."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from alifakes.tablestore import errors
from alifakes.tablestore.engine.capacity import value_size
from alifakes.tablestore.engine.keys import encode_key
from alifakes.tablestore.engine.model import (
    ColumnType,
    IndexKind,
    IndexSchema,
    KeyColumn,
    KeyType,
    KeyValue,
    StreamSettings,
    TableOptions,
    TableSchema,
)
from alifakes.tablestore.validation import check_column_name, check_table_name

_SPLIT_POINT_TYPES = {KeyType.INTEGER: int, KeyType.STRING: str, KeyType.BINARY: bytes}
_KEY_COLUMN_TYPES = (ColumnType.INTEGER, ColumnType.STRING, ColumnType.BINARY)


def check_table(schema: TableSchema) -> None:
    check_table_name(schema.name)
    _check_key_columns(schema.name, schema.keys)
    _check_defined_columns(schema)
    check_options(schema.options)
    check_reserved(schema.reserved)
    _check_split_points(schema.split_points, schema.keys[0])
    if schema.stream is not None:
        check_stream(schema.stream)
    if len(schema.indexes) > errors.MAX_INDEXES:
        raise errors.too_many_indexes()
    for index in schema.indexes:
        check_index_shape(index)
        check_index(schema, index)


def _check_key_columns(table: str, columns: tuple[KeyColumn, ...]) -> None:
    if not 1 <= len(columns) <= errors.MAX_KEY_COLUMNS:
        raise errors.invalid_key_column_count()
    seen = set()
    for column in columns:
        check_column_name(column.name)
        if column.name in seen:
            raise errors.duplicated_key_name(column.name)
        seen.add(column.name)
    if columns[0].type is KeyType.BOOLEAN:
        raise errors.invalid_key_type(KeyType.BOOLEAN.value)
    automatic = [column for column in columns if column.auto_increment]
    if len(automatic) > 1:
        raise errors.too_many_auto_increments()
    if columns[0].auto_increment:
        raise errors.auto_increment_first(table)
    if automatic and automatic[0].type is not KeyType.INTEGER:
        raise errors.auto_increment_not_integer()


def _check_defined_columns(schema: TableSchema) -> None:
    if len(schema.columns) > errors.MAX_DEFINED_COLUMNS:
        raise errors.too_many_defined_columns()
    keys = {column.name for column in schema.keys}
    seen = set()
    for name, _ in schema.columns:
        check_column_name(name)
        if name in keys:
            raise errors.attribute_is_key(name)
        if name in seen:
            raise errors.duplicated_defined_column(name)
        seen.add(name)


def check_new_columns(schema: TableSchema, columns: tuple[tuple[str, ColumnType], ...]) -> None:
    if not columns:
        raise errors.defined_columns_missing(schema.name)
    keys = {column.name for column in schema.keys}
    defined = dict(schema.columns)
    for name, _ in columns:
        if name in keys:
            raise errors.defined_column_is_key(name)
        if name in defined:
            raise errors.defined_column_exists(name)
    _check_defined_columns(replace(schema, columns=(*schema.columns, *columns)))


def check_dropped_columns(schema: TableSchema, names: tuple[str, ...]) -> None:
    if not names:
        raise errors.defined_columns_missing(schema.name)
    keys = {column.name for column in schema.keys}
    defined = dict(schema.columns)
    for name in names:
        if name in keys:
            raise errors.defined_column_is_key(name)
        if name not in defined:
            raise errors.unknown_defined_column(name)
        for index in schema.indexes:
            if name in index.keys or name in index.columns:
                raise errors.defined_column_indexed(name, index.name)


def _check_split_points(points: tuple[KeyValue, ...], key: KeyColumn) -> None:
    """The values between the partitions of a new table."""
    if len(points) >= errors.MAX_PARTITIONS:
        raise errors.too_many_partitions()
    for point in points:
        if type(point) is not _SPLIT_POINT_TYPES[key.type]:
            raise errors.partition_type_mismatch()
        if type(point) is int:
            if point in (-(2**63), 2**63 - 1):
                raise errors.infinite_partition_value()
            continue
        if not point:
            raise errors.empty_partition_value(key.type.value.lower())
        if value_size(point) > errors.MAX_PARTITION_VALUE:
            raise errors.partition_value_too_long(value_size(point))
    encoded = [encode_key((point,)) for point in points]
    if any(later <= earlier for earlier, later in pairwise(encoded)):
        raise errors.partitions_not_ascending()


def check_stream(stream: StreamSettings) -> None:
    if not errors.MIN_STREAM_HOURS <= stream.expiration_hours <= errors.MAX_STREAM_HOURS:
        raise errors.invalid_stream_expiration(stream.expiration_hours)


def check_options(options: TableOptions) -> None:
    if options.ttl == 0 or options.ttl < -1:
        raise errors.invalid_ttl()
    if 0 < options.ttl < errors.MIN_TTL:
        raise errors.ttl_too_short(options.ttl)
    if options.max_versions <= 0:
        raise errors.invalid_table_max_versions()
    if not 0 <= options.max_deviation <= errors.MAX_DEVIATION:
        raise errors.invalid_deviation()


def check_reserved(reserved: tuple[int, int]) -> None:
    for units in reserved:
        if units < 0:
            raise errors.invalid_reserved(units)
        if units > errors.MAX_RESERVED:
            raise errors.reserved_too_large(units)


def check_index_shape(index: IndexSchema) -> None:
    """What is checked without its table. (J)"""
    check_table_name(index.name)
    if not 1 <= len(index.keys) <= errors.MAX_KEY_COLUMNS:
        raise errors.invalid_index_key_count()
    if len(index.columns) > errors.MAX_INDEX_COLUMNS:
        raise errors.invalid_index_column_count()


def check_index(table: TableSchema, index: IndexSchema) -> None:
    _check_index_columns(table, index)
    if index.kind is IndexKind.LOCAL and index.keys[0] != table.keys[0].name:
        raise errors.local_index_key(index.name, table.keys[0].name)
    check_indexed_options(table.options)


def _check_index_columns(table: TableSchema, index: IndexSchema) -> None:
    keys = {column.name: column for column in table.keys}
    defined = dict(table.columns)
    seen = set()
    for name in (*index.keys, *index.columns):
        if name not in keys and name not in defined:
            raise errors.unknown_index_column(name, index.name)
        if name in seen:
            raise errors.duplicated_index_column(name, index.name)
        seen.add(name)
    for name in index.keys:
        if name in defined and defined[name] not in _KEY_COLUMN_TYPES:
            raise errors.invalid_index_key_type(name, index.name)
    if index.keys[0] in keys and keys[index.keys[0]].type is KeyType.BOOLEAN:
        raise errors.invalid_index_key_type(index.keys[0], index.name)
    for name in index.columns:
        if name in keys:
            raise errors.index_attribute_is_key(name, index.name)
    first = keys.get(index.keys[0])
    if first is not None and first.auto_increment:
        raise errors.index_starts_with_auto_increment(index.name)


def check_indexed_options(options: TableOptions) -> None:
    """Of a table that has secondary indexes."""
    if options.max_versions != 1:
        raise errors.index_needs_one_version()
    if options.ttl != -1 and options.allow_update:
        raise errors.index_needs_no_expiry()
