"""Filters and conditions: from protobuf messages nested in bytes to the engine's model."""

from __future__ import annotations

from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from alifakes.tablestore import errors
from alifakes.tablestore.engine.model import (
    ColumnFilter,
    ColumnType,
    Comparator,
    CompositeFilter,
    Condition,
    Existence,
    Filter,
    Logic,
    PageFilter,
)
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import decode_value

# A message nested deeper holds too many filters anyway, and must not exhaust the stack.
MAX_DEPTH = errors.MAX_FILTERS

_COMPARATORS = {
    pb.CT_EQUAL: Comparator.EQUAL,
    pb.CT_NOT_EQUAL: Comparator.NOT_EQUAL,
    pb.CT_GREATER_THAN: Comparator.GREATER_THAN,
    pb.CT_GREATER_EQUAL: Comparator.GREATER_EQUAL,
    pb.CT_LESS_THAN: Comparator.LESS_THAN,
    pb.CT_LESS_EQUAL: Comparator.LESS_EQUAL,
    pb.CT_EXIST: Comparator.EXIST,
    pb.CT_NOT_EXIST: Comparator.NOT_EXIST,
}
_LOGIC = {pb.LO_NOT: Logic.NOT, pb.LO_AND: Logic.AND, pb.LO_OR: Logic.OR}
_CASTS = {
    pb.VT_INTEGER: ColumnType.INTEGER,
    pb.VT_DOUBLE: ColumnType.DOUBLE,
    pb.VT_STRING: ColumnType.STRING,
    pb.VT_BLOB: ColumnType.BINARY,
}
_EXISTENCE = {
    pb.IGNORE: Existence.IGNORE,
    pb.EXPECT_EXIST: Existence.EXPECT_EXIST,
    pb.EXPECT_NOT_EXIST: Existence.EXPECT_NOT_EXIST,
}
_NO_CONDITION = {existence: Condition(existence) for existence in Existence}

M = TypeVar("M", bound=Message)


def decode_condition(condition: pb.Condition) -> Condition:
    existence = _EXISTENCE[condition.row_existence]
    if not condition.column_condition:
        return _NO_CONDITION[existence]
    return Condition(existence, decode_filter(condition.column_condition))


def decode_filter(data: bytes) -> Filter:
    """Decode a filter as GetRow, BatchGetRow, GetRange and column conditions carry it.

    Raises OtsError 400 OTSParameterInvalid, in the words of the service's error list, when it is damaged.
    """
    return _filter(_parse(pb.FilterEnvelope, data, errors.damaged_filter), MAX_DEPTH)


def _filter(envelope: pb.FilterEnvelope, depth: int) -> Filter:
    if depth == 0:
        raise errors.too_many_filters()
    if envelope.type == pb.FT_SINGLE_COLUMN_VALUE:
        return _single(_parse(pb.SingleColumnValueFilter, envelope.filter, errors.damaged_relation_filter))
    if envelope.type == pb.FT_COMPOSITE_COLUMN_VALUE:
        composite = _parse(pb.CompositeColumnValueFilter, envelope.filter, errors.damaged_composite_filter)
        parts = tuple(_filter(part, depth - 1) for part in composite.sub_filters)
        return CompositeFilter(_LOGIC[composite.combinator], parts)
    page = _parse(pb.ColumnPaginationFilter, envelope.filter, errors.damaged_page_filter)
    return PageFilter(page.offset, page.limit)


def _single(single: pb.SingleColumnValueFilter) -> ColumnFilter:
    comparator = _COMPARATORS[single.comparator]
    needs_value = comparator not in (Comparator.EXIST, Comparator.NOT_EXIST)
    rule = single.value_trans_rule if single.HasField("value_trans_rule") else None
    if not isinstance(single.column_name, str) or (rule is not None and not isinstance(rule.regex, str)):
        raise errors.damaged_relation_filter()
    return ColumnFilter(
        name=single.column_name,
        comparator=comparator,
        value=decode_value(single.column_value) if needs_value or single.column_value else None,
        pass_if_missing=not single.filter_if_missing,
        latest_version_only=single.latest_version_only,
        regex=None if rule is None else rule.regex,
        cast_to=_CASTS.get(rule.cast_type) if rule is not None and rule.HasField("cast_type") else None,
    )


def _parse(kind: type[M], data: bytes, failure: errors.Message) -> M:
    message = kind()
    try:
        message.ParseFromString(data)
    except (DecodeError, UnicodeDecodeError):  # the latter from protobuf's Python implementation only
        raise failure() from None
    if not message.IsInitialized():
        raise failure()
    return message
