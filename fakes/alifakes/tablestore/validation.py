"""What the service checks of a request before it looks at any row, in its order; all raise OtsError."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

from alifakes.tablestore import errors
from alifakes.tablestore.engine.capacity import TIMESTAMP, name_size, value_size
from alifakes.tablestore.engine.filters import compiled, count
from alifakes.tablestore.engine.model import (
    AutoIncrement,
    Bound,
    Change,
    ColumnFilter,
    ColumnUpdate,
    Comparator,
    Condition,
    Existence,
    Filter,
    KeyPart,
    KeyType,
    Logic,
    NamedKey,
    PageFilter,
    RangeQuery,
    ReadOptions,
    RowChange,
    TimeRange,
    Value,
    WriteKind,
)

_TABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEY_TYPES = {
    KeyType.INTEGER: errors.INTEGER,
    KeyType.STRING: errors.STRING,
    KeyType.BINARY: errors.BINARY,
    KeyType.BOOLEAN: errors.BOOLEAN,
}
_VALUE_TYPES = {
    int: errors.INTEGER,
    str: errors.STRING,
    bytes: errors.BINARY,
    float: errors.DOUBLE,
    bool: errors.BOOLEAN,
}
_EXISTENCES = {existence: f"ROW_EXISTENCE_{existence.value}" for existence in Existence}


@lru_cache(maxsize=1024)
def check_table_name(name: str) -> None:
    if not _TABLE_NAME.fullmatch(name) or len(name) > errors.MAX_TABLE_NAME:
        raise errors.invalid_table_name(name)


@lru_cache(maxsize=4096)
def check_column_name(name: str) -> None:
    """Live tests accept any characters but a leading '#'."""
    if not name or name.startswith("#") or name_size(name) > errors.MAX_COLUMN_NAME:
        raise errors.invalid_column_name(name)


def type_name(part: KeyPart | Value | None) -> str:
    """The service's name for a value's type."""
    if isinstance(part, Bound):
        return errors.INF_MIN if part is Bound.INF_MIN else errors.INF_MAX
    if isinstance(part, AutoIncrement):
        return errors.AUTO_INCREMENT
    return _VALUE_TYPES[type(part)]


def key_type_name(kind: KeyType) -> str:
    return _KEY_TYPES[kind]


def shown(part: KeyPart) -> str:
    """A key's value as messages quote it."""
    return part.decode(errors="backslashreplace") if isinstance(part, bytes) else str(part)


# --- keys ------------------------------------------------------------------------------------------------------------


def check_read_key(key: NamedKey) -> None:
    _check_key(key)
    for _, part in key:
        if isinstance(part, AutoIncrement):
            raise errors.auto_increment_in_read()


def check_bound_key(key: NamedKey) -> None:
    """The start or end of a range: the only place for INF_MIN and INF_MAX."""
    _check_key(key, bounds=True)
    for _, part in key:
        if isinstance(part, AutoIncrement):
            raise errors.auto_increment_in_read()


def _check_key(key: NamedKey, *, bounds: bool = False) -> None:
    if not 1 <= len(key) <= errors.MAX_KEY_COLUMNS:
        raise errors.invalid_key_column_count()
    names = set()
    for name, part in key:
        check_column_name(name)
        if name in names:
            raise errors.duplicated_key_name(name)
        names.add(name)
        kind = type(part)
        if kind is str or kind is bytes:
            if len(part) * 4 > errors.MAX_KEY_VALUE:  # type: ignore[arg-type]
                _check_key_length(name, value_size(part))  # type: ignore[arg-type]
        elif kind is Bound and not bounds:
            raise errors.invalid_key_type(type_name(part))


def _check_key_length(name: str, length: int) -> None:
    if length > errors.MAX_KEY_VALUE:
        raise errors.key_too_long(name, length)


# --- writes ----------------------------------------------------------------------------------------------------------


def check_write(change: RowChange) -> None:
    """PutRow, UpdateRow or DeleteRow alone."""
    if change.kind is WriteKind.UPDATE and not change.updates:
        raise errors.attribute_column_missing()
    size = check_change(change)
    if size > errors.MAX_REQUEST_DATA:
        raise errors.request_too_large({WriteKind.PUT: "PutRow", WriteKind.UPDATE: "UpdateRow"}[change.kind], size)


def check_batch_write(tables: Sequence[tuple[str, Sequence[RowChange]]]) -> None:
    """What refuses a whole BatchWriteRow."""
    if not tables:
        raise errors.empty_batch_write()
    _check_tables([name for name, _ in tables])
    for name, changes in tables:
        if not changes:
            raise errors.no_operation_for_table(name)
    if sum(len(changes) for _, changes in tables) > errors.MAX_WRITE_ROWS:
        raise errors.too_many_rows(errors.MAX_WRITE_ROWS)
    size = sum([check_change(change) for _, changes in tables for change in changes])
    if size > errors.MAX_REQUEST_DATA:
        raise errors.request_too_large("BatchWriteRow", size)


def _check_tables(names: Sequence[str]) -> None:
    seen = set()
    for name in names:
        check_table_name(name)
        if name in seen:
            raise errors.duplicated_table(name)
        seen.add(name)


def check_change(change: RowChange) -> int:
    """What can be judged of one row's write without its table; returns its bytes: names, values, timestamps sent."""
    _check_key(change.key)
    size = 0
    completed = False
    for name, part in change.key:
        size += name_size(name)
        if isinstance(part, AutoIncrement):
            completed = True
        elif not isinstance(part, Bound):
            size += value_size(part)
    if change.kind is WriteKind.DELETE:
        if change.updates:
            raise errors.column_in_delete()
    else:
        size += _check_updates(change)
    if change.condition.column is not None:
        _check_condition(change.condition)
    if completed:
        _check_auto_increment(change)
    if change.returned:
        _check_returned(change)
    return size


def _check_returned(change: RowChange) -> None:
    """Only what this request increments can be answered with (J)."""
    incremented = {update.name for update in change.updates if update.change is Change.INCREMENT}
    for name in change.returned:
        if name not in incremented:
            raise errors.returned_column_not_incremented(name)


def _check_auto_increment(change: RowChange) -> None:
    if change.kind is WriteKind.DELETE:
        raise errors.auto_increment_in_delete()
    if change.condition.column is not None:
        raise errors.auto_increment_with_condition()
    if change.condition.existence is not Existence.IGNORE:
        raise errors.auto_increment_with_expectation(expectation_name(change.condition.existence))


def expectation_name(existence: Existence) -> str:
    return _EXISTENCES[existence]


def _check_updates(change: RowChange) -> int:
    updates = change.updates
    if change.kind is WriteKind.UPDATE and not updates:
        raise errors.no_column_to_update()
    if len(updates) > errors.MAX_ROW_COLUMNS:
        raise errors.too_many_columns(len(updates))
    size = 0
    increments = False
    key_names = [name for name, _ in change.key]
    for update in updates:
        check_column_name(update.name)
        if update.name in key_names:
            raise errors.attribute_is_key(update.name)
        if update.change is Change.PUT:
            _check_timestamp(update.timestamp)
        elif change.kind is WriteKind.PUT:
            raise errors.operation_in_put(update.name)
        else:
            _check_operation(update)
            increments = increments or update.change is Change.INCREMENT
        size += name_size(update.name)
        if update.change is Change.PUT or update.change is Change.INCREMENT:
            size += _check_value(update.name, update.value)
        if update.timestamp is not None:
            size += TIMESTAMP
    if increments:
        _check_increments(updates)
    return size


def _check_operation(update: ColumnUpdate) -> None:
    """Of UpdateRow: DELETE, DELETE_ALL and INCREMENT."""
    if update.change is Change.INCREMENT:
        if update.timestamp is not None:
            raise errors.timestamp_in_increment(update.name)
        if type(update.value) not in (int, float, type(None)):
            raise errors.increment_by_wrong_type(update.name, type_name(update.value))
        return
    if update.value is not None:
        raise errors.value_in_column_delete()
    if update.change is Change.DELETE:
        if update.timestamp is None:
            raise errors.version_delete_without_timestamp()
        _check_timestamp(update.timestamp)
    elif update.timestamp is not None:
        raise errors.timestamp_in_column_delete()


def _check_increments(updates: Sequence[ColumnUpdate]) -> None:
    names = [update.name for update in updates]
    for update in updates:
        if update.change is Change.INCREMENT and names.count(update.name) > 1:
            raise errors.increment_not_alone(update.name)


def _check_value(name: str, value: Value | None) -> int:
    if value is None:
        raise errors.value_missing(name)
    if type(value) is float:
        if math.isnan(value):
            raise errors.not_a_number_value()
        if math.isinf(value):
            raise errors.infinite_value()
        return 8
    size = value_size(value)
    if size > errors.MAX_VALUE:
        raise errors.value_too_long(name, size)
    return size


def _check_timestamp(timestamp: int | None) -> None:
    if timestamp is not None and not 0 <= timestamp < errors.TIMESTAMP_END:
        raise errors.timestamp_out_of_range()


# --- reads -----------------------------------------------------------------------------------------------------------


def check_batch_get(tables: Sequence[tuple[str, Sequence[NamedKey], ReadOptions]]) -> None:
    """What refuses a whole BatchGetRow."""
    if not tables:  # a table without keys is answered without rows (P)
        raise errors.empty_batch_read()
    _check_tables([name for name, _, _ in tables])
    if sum(len(keys) for _, keys, _ in tables) > errors.MAX_READ_ROWS:
        raise errors.too_many_rows(errors.MAX_READ_ROWS)
    for _, keys, options in tables:
        check_read_options(options, batch=True)
        for key in keys:
            check_read_key(key)


def check_range(query: RangeQuery) -> None:
    if query.limit is not None and query.limit <= 0:
        raise errors.invalid_limit()
    check_read_options(query.options)
    check_bound_key(query.start)
    check_bound_key(query.end)


def check_read_options(options: ReadOptions, *, batch: bool = False) -> None:
    """Columns and filter come before the version condition (J)."""
    if len(options.columns) > errors.MAX_READ_COLUMNS:
        raise errors.too_many_read_columns(len(options.columns))
    for name in options.columns:
        check_column_name(name)
    if options.filter is not None:
        check_filter(options.filter)
    if options.max_versions is None and options.time_range is None:
        raise errors.no_version_condition_in_batch() if batch else errors.no_version_condition()
    if options.max_versions is not None and options.max_versions <= 0:
        raise errors.invalid_max_versions(options.max_versions)
    if options.time_range is not None:
        _check_time_range(options.time_range)


def _check_time_range(span: TimeRange) -> None:
    if not 0 <= span.start < errors.TIMESTAMP_END or not 0 <= span.end <= errors.TIMESTAMP_END:
        raise errors.timestamp_out_of_range()
    if span.start >= span.end:
        raise errors.invalid_time_range(span.start, span.end)


# --- filters ---------------------------------------------------------------------------------------------------------


def check_filter(condition: Filter) -> None:
    """Column paging stands alone; of single and composite filters there are at most 32."""
    if isinstance(condition, PageFilter):
        if condition.offset < 0:
            raise errors.invalid_filter_offset()
        if condition.limit <= 0:
            raise errors.invalid_filter_limit()
        return
    if count(condition) > errors.MAX_FILTERS:
        raise errors.too_many_filters()
    _check_part(condition)


def _check_condition(condition: Condition) -> None:
    if isinstance(condition.column, PageFilter):
        raise errors.invalid_condition_filter()
    assert condition.column is not None
    check_filter(condition.column)


def _check_part(part: Filter) -> None:
    if isinstance(part, PageFilter):
        raise errors.invalid_sub_filter()
    if isinstance(part, ColumnFilter):
        _check_column_filter(part)
        return
    if part.logic is Logic.NOT and len(part.parts) != 1:
        raise errors.invalid_not_filter()
    if part.logic is not Logic.NOT and len(part.parts) < 2:
        raise errors.invalid_logic_filter()
    for inner in part.parts:
        _check_part(inner)


def _check_column_filter(condition: ColumnFilter) -> None:
    check_column_name(condition.name)
    if condition.value is None and condition.comparator not in (Comparator.EXIST, Comparator.NOT_EXIST):
        raise errors.filter_value_missing(condition.name)
    if condition.value is not None:
        _check_value(condition.name, condition.value)
    if condition.regex is None:
        return
    if name_size(condition.regex) > errors.MAX_REGEX:
        raise errors.regex_too_long(name_size(condition.regex))
    try:
        compiled(condition.regex)
    except (re.error, OverflowError):
        raise errors.invalid_regex(condition.regex) from None
