"""Answers of searches and scans on their way out."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable
from typing import Any

from alifakes.tablestore.engine.model import Value
from alifakes.tablestore.engine.search import geo
from alifakes.tablestore.engine.search.grouping import (
    AggregationResult,
    Composite,
    DateHistogram,
    DistanceGroups,
    FieldGroups,
    FieldMetric,
    FilterGroups,
    GridGroups,
    Group,
    GroupByResult,
    Histogram,
    Metric,
    Percentiles,
    RangeGroups,
    TopRows,
)
from alifakes.tablestore.engine.search.query import Fragments, InnerHit, SearchHit, SearchResult
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import encode_row


def encode_search(result: SearchResult) -> pb.SearchResponse:
    response = pb.SearchResponse(total_hits=result.total, is_all_succeed=True)
    if result.token:
        response.next_token = result.token
    for hit in result.hits:
        response.rows.append(encode_row(hit.row.key, hit.row.cells))
        _encode_hit(response.search_hits.add(), hit)
    if result.aggregations:
        response.aggs = _aggregations(result.aggregations).SerializeToString()
    if result.group_bys:
        response.group_bys = _group_bys(result.group_bys).SerializeToString()
    return response


def _encode_hit(sent: pb.SearchHit, hit: SearchHit) -> None:
    if hit.score is not None:
        sent.score = hit.score
    _encode_fragments(sent, hit.fragments)
    for path, inner in hit.inner:
        hits = sent.search_inner_hits.add(path=path).search_hits
        for one in inner:
            _encode_inner_hit(hits.add(), one)


def _encode_inner_hit(sent: pb.SearchHit, hit: InnerHit) -> None:
    sent.score = hit.score
    sent.nested_doc_offset = hit.offset
    _encode_fragments(sent, hit.fragments)


def _encode_fragments(sent: pb.SearchHit, fragments: Fragments) -> None:
    for name, cut in fragments:
        sent.highlight_result.highlight_fields.add(field_name=name, field_fragments=cut)


def _encode_value(value: Value) -> bytes:
    """A value that stands alone: its type, then its bytes; the SDK reads numbers without their length."""
    if isinstance(value, float):
        return b"\x01" + struct.pack("<d", value)
    assert isinstance(value, int)
    return b"\x00" + struct.pack("<q", value)


# --- aggregations ----------------------------------------------------------------------------------------------------

_METRICS = {
    Metric.AVG: pb.AGG_AVG,
    Metric.MAX: pb.AGG_MAX,
    Metric.MIN: pb.AGG_MIN,
    Metric.SUM: pb.AGG_SUM,
    Metric.COUNT: pb.AGG_COUNT,
    Metric.DISTINCT_COUNT: pb.AGG_DISTINCT_COUNT,
}
# Of no values at all (not verified with the service): what the least and the greatest start from, and no number.
_OF_NOTHING = {Metric.MAX: -math.inf, Metric.MIN: math.inf, Metric.AVG: math.nan}


def _aggregations(results: Iterable[AggregationResult]) -> pb.AggregationsResult:
    sent = pb.AggregationsResult()
    for result in results:
        kind, message = _aggregation(result)
        sent.agg_results.add(name=result.asked.name, type=kind, agg_result=message.SerializeToString())
    return sent


def _aggregation(result: AggregationResult) -> tuple[int, Any]:
    asked, value = result.asked, result.value
    if isinstance(asked, TopRows):
        assert isinstance(value, tuple)
        rows = [encode_row(row.key, row.cells) for row in value]  # type: ignore[union-attr]
        return pb.AGG_TOP_ROWS, pb.TopRowsAggregationResult(rows=rows)
    if isinstance(asked, Percentiles):
        assert isinstance(value, tuple)
        percentiles = pb.PercentilesAggregationResult()
        for percent, found in value:  # type: ignore[misc]
            percentiles.percentiles_aggregation_items.add(key=percent, value=_encode_value(found))
        return pb.AGG_PERCENTILES, percentiles
    assert isinstance(asked, FieldMetric)
    assert not isinstance(value, tuple)
    kind = _METRICS[asked.metric]
    if kind in (pb.AGG_COUNT, pb.AGG_DISTINCT_COUNT):
        return kind, pb.CountResult(value=int(value or 0))
    return kind, pb.NumberResult(value=_OF_NOTHING[asked.metric] if value is None else value)


# --- group-bys -------------------------------------------------------------------------------------------------------


def _group_bys(results: Iterable[GroupByResult]) -> pb.GroupBysResult:
    sent = pb.GroupBysResult()
    for result in results:
        kind, message, encode_key = _KINDS[type(result.asked)]
        answer = message()
        for group in result.groups:
            _encode_group(answer.items.add(row_count=group.count), group, encode_key)
        if isinstance(result.asked, Composite):
            answer.source_group_by_names.extend(source.name for source in result.asked.sources)
            if result.token:
                answer.next_token = result.token
        sent.group_by_results.add(name=result.asked.name, type=kind, group_by_result=answer.SerializeToString())
    return sent


def _encode_group(item: Any, group: Group, encode_key: Callable[[Any, Any], None]) -> None:
    encode_key(item, group.key)
    if group.aggregations:
        item.sub_aggs_result.CopyFrom(_aggregations(group.aggregations))
    if group.group_bys:
        item.sub_group_bys_result.CopyFrom(_group_bys(group.group_bys))


def _text_key(item: pb.GroupByFieldResultItem, key: str) -> None:
    item.key = key


def _span_key(item: pb.GroupByRangeResultItem, key: tuple[float, float]) -> None:
    item.range_from, item.range_to = key


def _no_key(_item: pb.GroupByFilterResultItem, _key: None) -> None:
    pass


def _number_key(item: pb.GroupByHistogramItem, key: float) -> None:
    item.key = _encode_value(key)


def _time_key(item: pb.GroupByDateHistogramItem, key: int) -> None:
    item.timestamp = key


def _grid_key(item: pb.GroupByGeoGridResultItem, key: str) -> None:
    item.key = key
    (top, left), (bottom, right) = geo.corners_of(key)
    item.geo_grid.top_left.lat, item.geo_grid.top_left.lon = top, left
    item.geo_grid.bottom_right.lat, item.geo_grid.bottom_right.lon = bottom, right


def _combined_key(item: pb.GroupByCompositeResultItem, key: tuple[str | None, ...]) -> None:
    item.keys.extend(part or "" for part in key)
    item.is_null_keys.extend(part is None for part in key)


_KINDS: dict[type, tuple[int, Callable[[], Any], Callable[[Any, Any], None]]] = {
    FieldGroups: (pb.GROUP_BY_FIELD, pb.GroupByFieldResult, _text_key),
    RangeGroups: (pb.GROUP_BY_RANGE, pb.GroupByRangeResult, _span_key),
    FilterGroups: (pb.GROUP_BY_FILTER, pb.GroupByFilterResult, _no_key),
    DistanceGroups: (pb.GROUP_BY_GEO_DISTANCE, pb.GroupByRangeResult, _span_key),
    Histogram: (pb.GROUP_BY_HISTOGRAM, pb.GroupByHistogramResult, _number_key),
    DateHistogram: (pb.GROUP_BY_DATE_HISTOGRAM, pb.GroupByDateHistogramResult, _time_key),
    GridGroups: (pb.GROUP_BY_GEO_GRID, pb.GroupByGeoGridResult, _grid_key),
    Composite: (pb.GROUP_BY_COMPOSITE, pb.GroupByCompositeResult, _combined_key),
}
