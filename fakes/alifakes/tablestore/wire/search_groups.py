"""Aggregations and group-bys on their way in: what each is, in bytes inside a message that names its type."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable

from alifakes.tablestore import errors
from alifakes.tablestore.engine.model import Value
from alifakes.tablestore.engine.search import geo
from alifakes.tablestore.engine.search.grouping import (
    Aggregation,
    Below,
    By,
    Composite,
    DateHistogram,
    DistanceGroups,
    FieldGroups,
    FieldMetric,
    FilterGroups,
    GridGroups,
    GroupBy,
    GroupSort,
    Histogram,
    Metric,
    Percentiles,
    RangeGroups,
    Span,
    TopRows,
    Unit,
)
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import decode_value
from alifakes.tablestore.wire.requests import known, parse, text
from alifakes.tablestore.wire.search_queries import decode_query, decode_sort

_ZONE = re.compile(r"([+-])(\d{2}):(\d{2})")


def decode_aggregations(aggregations: pb.Aggregations) -> tuple[Aggregation, ...]:
    return tuple(_decode_aggregation(aggregation) for aggregation in aggregations.aggs)


def _decode_aggregation(aggregation: pb.Aggregation) -> Aggregation:
    decode = AGGREGATIONS.get(aggregation.type) if aggregation.HasField("type") else None
    if decode is None:
        raise errors.not_emulated("an aggregation without a type")
    return decode(text(aggregation.name), aggregation.body)


def decode_group_bys(group_bys: pb.GroupBys) -> tuple[GroupBy, ...]:
    return tuple(_decode_group_by(group_by) for group_by in group_bys.group_bys)


def _decode_group_by(group_by: pb.GroupBy) -> GroupBy:
    decode = GROUP_BYS.get(group_by.type) if group_by.HasField("type") else None
    if decode is None:
        raise errors.not_emulated("a group-by without a type")
    return decode(text(group_by.name), group_by.body)


def _value(data: bytes) -> Value | None:
    return decode_value(data) if data else None


# --- aggregations ----------------------------------------------------------------------------------------------------


def _metric(metric: Metric) -> Callable[[str, bytes], FieldMetric]:
    def decode(name: str, body: bytes) -> FieldMetric:
        message = known(parse(pb.FieldAggregation, body))
        return FieldMetric(name, metric, text(message.field_name), _value(message.missing))

    return decode


def _percentiles(name: str, body: bytes) -> Percentiles:
    message = known(parse(pb.PercentilesAggregation, body))
    return Percentiles(name, text(message.field_name), tuple(message.percentiles), _value(message.missing))


def _top_rows(name: str, body: bytes) -> TopRows:
    message = known(parse(pb.TopRowsAggregation, body))
    return TopRows(name, message.limit, decode_sort(message.sort))


AGGREGATIONS: dict[int, Callable[[str, bytes], Aggregation]] = {
    pb.AGG_AVG: _metric(Metric.AVG),
    pb.AGG_MAX: _metric(Metric.MAX),
    pb.AGG_MIN: _metric(Metric.MIN),
    pb.AGG_SUM: _metric(Metric.SUM),
    pb.AGG_COUNT: _metric(Metric.COUNT),
    pb.AGG_DISTINCT_COUNT: _metric(Metric.DISTINCT_COUNT),
    pb.AGG_TOP_ROWS: _top_rows,
    pb.AGG_PERCENTILES: _percentiles,
}

# --- group-bys -------------------------------------------------------------------------------------------------------


def _below(
    message: pb.GroupByField
    | pb.GroupByRange
    | pb.GroupByFilter
    | pb.GroupByGeoDistance
    | pb.GroupByHistogram
    | pb.GroupByDateHistogram
    | pb.GroupByGeoGrid
    | pb.GroupByComposite,
) -> Below:
    return Below(decode_aggregations(message.sub_aggs), decode_group_bys(message.sub_group_bys))


def _sorts(sort: pb.GroupBySort) -> tuple[GroupSort, ...]:
    return tuple(_group_sort(sorter) for sorter in sort.sorters)


def _group_sort(sorter: pb.GroupBySorter) -> GroupSort:
    if sorter.HasField("group_key_sort"):
        return GroupSort(By.KEY, sorter.group_key_sort.order == pb.SORT_ORDER_DESC)
    if sorter.HasField("row_count_sort"):
        return GroupSort(By.COUNT, sorter.row_count_sort.order == pb.SORT_ORDER_DESC)
    by = sorter.sub_agg_sort
    return GroupSort(By.SUB_AGGREGATION, by.order == pb.SORT_ORDER_DESC, text(by.sub_agg_name))


def _size(message: pb.GroupByField | pb.GroupByGeoGrid | pb.GroupByComposite) -> int | None:
    return message.size if message.HasField("size") else None


def _by_field(name: str, body: bytes) -> FieldGroups:
    message = known(parse(pb.GroupByField, body))
    minimum = message.min_doc_count if message.HasField("min_doc_count") else 1
    return FieldGroups(name, text(message.field_name), _size(message), _sorts(message.sort), minimum, _below(message))


def _by_range(name: str, body: bytes) -> RangeGroups:
    message = known(parse(pb.GroupByRange, body))
    return RangeGroups(name, text(message.field_name), _ranges(message.ranges), _below(message))


def _ranges(ranges: Iterable[pb.Range]) -> tuple[Span, ...]:
    return tuple(
        (one.begin if one.HasField("begin") else -math.inf, one.end if one.HasField("end") else math.inf)
        for one in ranges
    )


def _by_filter(name: str, body: bytes) -> FilterGroups:
    message = known(parse(pb.GroupByFilter, body))
    return FilterGroups(name, tuple(decode_query(query) for query in message.filters), _below(message))


def _by_distance(name: str, body: bytes) -> DistanceGroups:
    message = known(parse(pb.GroupByGeoDistance, body))
    origin = message.origin.lat, message.origin.lon
    if not geo.is_place(*origin):
        raise errors.invalid_geo_point(f"{origin[0]},{origin[1]}")
    return DistanceGroups(name, text(message.field_name), origin, _ranges(message.ranges), _below(message))


def _histogram(name: str, body: bytes) -> Histogram:
    message = known(parse(pb.GroupByHistogram, body))
    interval = _value(message.interval)
    if interval is None:
        raise errors.invalid_interval("group_by_histogram")
    return Histogram(
        name=name,
        field=text(message.field_name),
        interval=interval,
        bounds=_bounds(message),
        missing=_value(message.missing),
        minimum=message.min_doc_count if message.HasField("min_doc_count") else None,
        sort=_sorts(message.sort),
        offset=_value(message.offset),
        below=_below(message),
    )


def _bounds(message: pb.GroupByHistogram | pb.GroupByDateHistogram) -> tuple[Value, Value] | None:
    low, high = _value(message.field_range.min), _value(message.field_range.max)
    if low is None and high is None:
        return None
    if low is None or high is None:
        raise errors.half_a_field_range()
    return low, high


def _date_histogram(name: str, body: bytes) -> DateHistogram:
    message = known(parse(pb.GroupByDateHistogram, body))
    return DateHistogram(
        name=name,
        field=text(message.field_name),
        interval=_length(message.interval),
        bounds=_bounds(message),
        missing=_value(message.missing),
        minimum=message.min_doc_count if message.HasField("min_doc_count") else None,
        zone_ms=_zone(text(message.time_zone)),
        sort=_sorts(message.sort),
        offset=_length(message.offset) if message.HasField("offset") else None,
        below=_below(message),
    )


def _length(value: pb.DateTimeValue) -> tuple[int, Unit]:
    if not value.HasField("unit"):
        raise errors.invalid_interval("group_by_date_histogram")
    return value.value, UNITS[value.unit]


def _zone(zone: str) -> int:
    """(D) +hh:mm or -hh:mm; UTC if none is given (not verified with the service)."""
    if not zone:
        return 0
    found = _ZONE.fullmatch(zone)
    if found is None:
        raise errors.invalid_time_zone(zone)
    minutes = int(found[2]) * 60 + int(found[3])
    return (-minutes if found[1] == "-" else minutes) * 60_000


UNITS = {
    pb.YEAR: Unit.YEAR,
    pb.QUARTER_YEAR: Unit.QUARTER_YEAR,
    pb.MONTH: Unit.MONTH,
    pb.WEEK: Unit.WEEK,
    pb.DAY: Unit.DAY,
    pb.HOUR: Unit.HOUR,
    pb.MINUTE: Unit.MINUTE,
    pb.SECOND: Unit.SECOND,
    pb.MILLISECOND: Unit.MILLISECOND,
}


def _by_grid(name: str, body: bytes) -> GridGroups:
    message = known(parse(pb.GroupByGeoGrid, body))
    return GridGroups(name, text(message.field_name), message.precision, _size(message), _below(message))


def _by_combination(name: str, body: bytes) -> Composite:
    message = known(parse(pb.GroupByComposite, body))
    sources = []
    for source in decode_group_bys(message.sources):
        if not isinstance(source, FieldGroups | Histogram | DateHistogram):
            raise errors.invalid_source(source.name)
        sources.append(source)
    suggested = message.suggested_size if message.HasField("suggested_size") else None
    return Composite(name, tuple(sources), _size(message), suggested, text(message.next_token), _below(message))


GROUP_BYS: dict[int, Callable[[str, bytes], GroupBy]] = {
    pb.GROUP_BY_FIELD: _by_field,
    pb.GROUP_BY_RANGE: _by_range,
    pb.GROUP_BY_FILTER: _by_filter,
    pb.GROUP_BY_GEO_DISTANCE: _by_distance,
    pb.GROUP_BY_HISTOGRAM: _histogram,
    pb.GROUP_BY_DATE_HISTOGRAM: _date_histogram,
    pb.GROUP_BY_GEO_GRID: _by_grid,
    pb.GROUP_BY_COMPOSITE: _by_combination,
}
