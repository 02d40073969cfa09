"""Keys and columns as sent, held against a table's schema; what fails here fails one row of a batch."""

from __future__ import annotations

from alifakes.tablestore import errors
from alifakes.tablestore.engine.catalog import Table
from alifakes.tablestore.engine.model import (
    AutoIncrement,
    Bound,
    Change,
    ColumnType,
    Existence,
    KeyPart,
    KeyType,
    NamedKey,
    RowChange,
    WriteKind,
)
from alifakes.tablestore.validation import expectation_name, key_type_name, type_name

_KEY_TYPES: dict[KeyType, type] = {
    KeyType.INTEGER: int,
    KeyType.STRING: str,
    KeyType.BINARY: bytes,
    KeyType.BOOLEAN: bool,
}
_COLUMN_TYPES: dict[ColumnType, tuple[type, str]] = {
    ColumnType.INTEGER: (int, errors.INTEGER),
    ColumnType.DOUBLE: (float, errors.DOUBLE),
    ColumnType.BOOLEAN: (bool, errors.BOOLEAN),
    ColumnType.STRING: (str, errors.STRING),
    ColumnType.BINARY: (bytes, errors.BINARY),
}


def check_key(table: Table, key: NamedKey) -> tuple[KeyPart, ...]:
    """The values of a key whose size, names and types, in this order, are the table's; raises OtsError OTSInvalidPK."""
    columns = table.keys
    if len(key) != len(columns):
        raise errors.key_size_mismatch(len(key), len(columns))
    for (name, _), column in zip(key, columns, strict=True):
        if name != column.name:
            raise errors.key_name_mismatch(name, column.name)
    for (_, part), column in zip(key, columns, strict=True):
        if type(part) is _KEY_TYPES[column.type] or type(part) is Bound:
            continue
        if not (type(part) is AutoIncrement and column.auto_increment):
            raise errors.key_type_mismatch(type_name(part), key_type_name(column.type))
    return tuple([part for _, part in key])


def check_change(table: Table, change: RowChange, now_ms: int) -> None:
    """What a write may not do to this table, whatever the row holds."""
    if change.kind is WriteKind.UPDATE and not table.options.allow_update:
        raise errors.update_not_allowed(table.name)
    if table.auto_increment is not None and type(change.key[table.auto_increment][1]) is int:
        existence = change.condition.existence
        if existence is not Existence.EXPECT_EXIST:
            raise errors.auto_increment_row_must_exist(expectation_name(existence))
    for update in change.updates:
        if update.timestamp is not None:
            _check_timestamp(table, update.name, update.timestamp, update.change, now_ms)
        kind = table.defined_types.get(update.name)
        if kind is not None and update.value is not None:
            expected, name = _COLUMN_TYPES[kind]
            if type(update.value) is not expected:
                raise errors.wrong_defined_type(update.name, type_name(update.value), name)


def _check_timestamp(table: Table, column: str, timestamp: int, change: Change, now_ms: int) -> None:
    """A version that a writer sets lies near the server's clock, by whole seconds, and is not expired."""
    if change is not Change.PUT:
        return
    if table.indexes:
        raise errors.index_refuses_versions(column)
    options = table.options
    now = now_ms // 1000
    oldest = now - options.max_deviation
    if options.ttl != -1:
        oldest = max(oldest, now - options.ttl)
    if not oldest <= timestamp // 1000 < now + options.max_deviation:
        raise errors.timestamp_refused(column)
