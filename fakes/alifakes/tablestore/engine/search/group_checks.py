"""What the service checks of aggregations and group-bys before it runs a search; raises OtsError."""

from __future__ import annotations

from collections.abc import Sequence

from alifakes.tablestore import errors
from alifakes.tablestore.engine.search.grouping import (
    Aggregation,
    Below,
    Composite,
    DateHistogram,
    DistanceGroups,
    FieldGroups,
    FieldMetric,
    FilterGroups,
    GridGroups,
    GroupBy,
    Histogram,
    Metric,
    Percentiles,
    RangeGroups,
    Span,
    TopRows,
)
from alifakes.tablestore.engine.search.schema import Field, FieldType, SearchIndexSchema
from alifakes.tablestore.engine.search.sort_checks import check_sorts, has_score

_NUMBERS = (FieldType.LONG, FieldType.DOUBLE)
_MEASURED = (*_NUMBERS, FieldType.DATE)
_COUNTED = (*_MEASURED, FieldType.BOOLEAN, FieldType.KEYWORD, FieldType.GEO_POINT)
_METRIC_TYPES = {
    Metric.AVG: _MEASURED,
    Metric.MAX: _MEASURED,
    Metric.MIN: _MEASURED,
    Metric.SUM: _NUMBERS,  # (D)
    Metric.COUNT: _COUNTED,  # (P)
    Metric.DISTINCT_COUNT: _COUNTED,  # (P)
}
_GROUP_TYPES = {
    FieldGroups: (*_MEASURED, FieldType.BOOLEAN, FieldType.KEYWORD),
    RangeGroups: _NUMBERS,
    DistanceGroups: (FieldType.GEO_POINT,),
    Histogram: _NUMBERS,
    DateHistogram: (FieldType.DATE,),
    GridGroups: (FieldType.GEO_POINT,),
}


def check_grouping(index: SearchIndexSchema, aggregations: Sequence[Aggregation], group_bys: Sequence[GroupBy]) -> None:
    _check_level(index, Below(tuple(aggregations), tuple(group_bys)), 1)


def _check_level(index: SearchIndexSchema, below: Below, depth: int) -> None:
    if len(below.aggregations) > errors.MAX_AGGREGATIONS:
        raise errors.too_many_aggregations(len(below.aggregations))
    if len(below.group_bys) > errors.MAX_GROUP_BYS:
        raise errors.too_many_group_bys(len(below.group_bys))
    _check_names(below.aggregations)
    _check_names(below.group_bys)
    if below.group_bys and depth > errors.MAX_GROUP_DEPTH:
        raise errors.group_by_too_deep()
    for aggregation in below.aggregations:
        _check_aggregation(index, aggregation)
    for group_by in below.group_bys:
        _check_group_by(index, group_by)
        _check_recursion(index, group_by)
        _check_level(index, group_by.below, depth + 1)


def _check_names(asked: Sequence[Aggregation | GroupBy]) -> None:
    seen = set()
    for one in asked:
        if not one.name:
            raise errors.aggregation_name_missing()
        if one.name in seen:
            raise errors.duplicated_aggregation(one.name)
        seen.add(one.name)


def _check_aggregation(index: SearchIndexSchema, asked: Aggregation) -> None:
    if isinstance(asked, TopRows):
        if not 0 < asked.limit <= errors.MAX_TOP_ROWS:
            raise errors.invalid_top_rows(asked.limit)
        check_sorts(index, asked.sort)
        if has_score(asked.sort):
            raise errors.top_rows_by_score()
    elif isinstance(asked, Percentiles):
        _suited(index, asked.field, "AGG_PERCENTILES", _MEASURED)
        if not asked.percents:
            raise errors.percentiles_missing()
        for percent in asked.percents:
            if not 0 <= percent <= 100:
                raise errors.invalid_percentile(percent)
    else:
        assert isinstance(asked, FieldMetric)
        _suited(index, asked.field, f"AGG_{asked.metric.value}", _METRIC_TYPES[asked.metric])


def _suited(index: SearchIndexSchema, name: str, kind: str, types: Sequence[FieldType]) -> Field:
    field = index.field(name)
    if field is None:
        raise errors.field_missing(name)
    if field.type not in types:
        raise errors.aggregation_does_not_suit(kind, name, field.type.value)
    if field.sortable is False:
        raise errors.aggregation_off(kind, name)
    return field


def _check_group_by(index: SearchIndexSchema, asked: GroupBy) -> None:
    if isinstance(asked, Composite):
        if not asked.sources:
            raise errors.sources_missing()
        for source in asked.sources:
            _check_group_by(index, source)
    elif not isinstance(asked, FilterGroups):
        _suited(index, asked.field, _KIND_NAMES[type(asked)], _GROUP_TYPES[type(asked)])
    if isinstance(asked, RangeGroups | DistanceGroups):
        _check_ranges(_KIND_NAMES[type(asked)], asked.ranges)
    size = getattr(asked, "size", None)
    if size is not None and not 0 < size <= errors.MAX_GROUPS:
        raise errors.invalid_group_size(size)
    suggested = asked.suggested_size if isinstance(asked, Composite) else None
    if suggested is not None and suggested <= 0:
        raise errors.invalid_group_size(suggested)
    if isinstance(asked, GridGroups) and not 1 <= asked.precision <= errors.MAX_GEOHASH:
        raise errors.invalid_geohash_precision(asked.precision)


def _check_ranges(kind: str, ranges: Sequence[Span]) -> None:
    if not ranges:
        raise errors.ranges_missing(kind)
    if any(low >= high for low, high in ranges):
        raise errors.invalid_group_range(kind)


def _check_recursion(index: SearchIndexSchema, asked: GroupBy) -> None:
    """(D) below a group-by on a NESTED field there is nothing more on one."""
    if _is_nested(index, asked) and any(
        _is_nested(index, one) for one in (*asked.below.aggregations, *asked.below.group_bys)
    ):
        raise errors.nested_groups_recursive()


def _is_nested(index: SearchIndexSchema, asked: Aggregation | GroupBy) -> bool:
    if isinstance(asked, Composite):
        return any(_is_nested(index, source) for source in asked.sources)
    name = getattr(asked, "field", None)
    return name is not None and index.located(name)[1] != ""


_KIND_NAMES = {
    FieldGroups: "GROUP_BY_FIELD",
    RangeGroups: "GROUP_BY_RANGE",
    DistanceGroups: "GROUP_BY_GEO_DISTANCE",
    Histogram: "GROUP_BY_HISTOGRAM",
    DateHistogram: "GROUP_BY_DATE_HISTOGRAM",
    GridGroups: "GROUP_BY_GEO_GRID",
}
