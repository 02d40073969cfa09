"""Queries on their way in: each is a message in bytes inside a message, at every level of the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from alifakes.tablestore import errors
from alifakes.tablestore.engine.search import geo
from alifakes.tablestore.engine.search.query import (
    Bool,
    ConstantScore,
    DisMax,
    Exists,
    FunctionScore,
    GeoBox,
    GeoCircle,
    GeoPolygon,
    HighlightField,
    Highlighting,
    InnerHits,
    Match,
    MatchAll,
    Nested,
    Phrase,
    Prefix,
    Query,
    Range,
    ScoreMode,
    Term,
    Terms,
    Wildcard,
)
from alifakes.tablestore.engine.search.schema import (
    DistanceSort,
    DocSort,
    FieldSort,
    KeySort,
    Missing,
    NestedFilter,
    ScoreSort,
    Sorter,
    SortMode,
)
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import decode_value
from alifakes.tablestore.wire.requests import known, parse, text


def decode_query(query: pb.Query) -> Query:
    """Raises OtsError, also for one that is nested too deep to be walked through."""
    decoded = _decode(query)
    if _depth(decoded) > errors.MAX_QUERY_DEPTH:
        raise errors.search_too_deep()
    return decoded


def _depth(query: Query) -> int:
    deepest, left = 0, [(query, 1)]
    while left:
        one, depth = left.pop()
        deepest = max(deepest, depth)
        left += [(part, depth + 1) for part in _parts(one)]
    return deepest


def _parts(query: Query) -> Sequence[Query]:
    if isinstance(query, Bool):
        return (*query.must, *query.must_not, *query.filters, *query.should)
    if isinstance(query, DisMax):
        return query.queries
    return (query.query,) if isinstance(query, ConstantScore | FunctionScore | Nested) else ()


def _decode(query: pb.Query) -> Query:
    if not query.HasField("type"):
        raise errors.search_query_missing()
    decode = QUERIES.get(query.type)
    if decode is None:
        raise errors.not_emulated(f"Search with {pb.QueryType.Name(query.type)}")
    return decode(query.query)


def _decode_queries(queries: Iterable[pb.Query]) -> tuple[Query, ...]:
    return tuple(_decode(query) for query in queries)


def _decode_match(data: bytes) -> Match:
    query = known(parse(pb.MatchQuery, data))
    return Match(
        field=text(query.field_name),
        text=text(query.text),
        every=query.operator == pb.AND,
        minimum=_decode_minimum(query),
        weight=_decode_weight(query),
    )


def _decode_phrase(data: bytes) -> Phrase:
    query = known(parse(pb.MatchPhraseQuery, data))
    return Phrase(text(query.field_name), text(query.text), _decode_weight(query), query.slop)


def _decode_term(data: bytes) -> Term:
    query = known(parse(pb.TermQuery, data))
    return Term(text(query.field_name), decode_value(query.term), _decode_weight(query))


def _decode_terms(data: bytes) -> Terms:
    query = known(parse(pb.TermsQuery, data))
    return Terms(text(query.field_name), tuple(decode_value(term) for term in query.terms), _decode_weight(query))


def _decode_range(data: bytes) -> Range:
    query = known(parse(pb.RangeQuery, data))
    return Range(
        field=text(query.field_name),
        low=decode_value(query.range_from) if query.HasField("range_from") else None,
        high=decode_value(query.range_to) if query.HasField("range_to") else None,
        include_low=query.include_lower,
        include_high=query.include_upper,
    )


def _decode_prefix(data: bytes) -> Prefix:
    query = known(parse(pb.PrefixQuery, data))
    return Prefix(text(query.field_name), text(query.prefix), _decode_weight(query))


def _decode_wildcard(data: bytes) -> Wildcard:
    query = known(parse(pb.WildcardQuery, data))
    return Wildcard(text(query.field_name), text(query.value), _decode_weight(query))


def _decode_exists(data: bytes) -> Exists:
    return Exists(text(known(parse(pb.ExistsQuery, data)).field_name))


def _decode_match_all(data: bytes) -> MatchAll:
    known(parse(pb.MatchAllQuery, data))
    return MatchAll()


def _decode_bool(data: bytes) -> Bool:
    query = known(parse(pb.BoolQuery, data))
    return Bool(
        must=_decode_queries(query.must_queries),
        must_not=_decode_queries(query.must_not_queries),
        filters=_decode_queries(query.filter_queries),
        should=_decode_queries(query.should_queries),
        minimum=_decode_minimum(query),
        weight=_decode_weight(query),
    )


def _decode_constant_score(data: bytes) -> ConstantScore:
    return ConstantScore(_decode(known(parse(pb.ConstScoreQuery, data)).filter))


def _decode_dis_max(data: bytes) -> DisMax:
    query = known(parse(pb.DisMaxQuery, data))
    return DisMax(_decode_queries(query.queries), query.tie_breaker, _decode_weight(query))


def _decode_function_score(data: bytes) -> FunctionScore:
    query = known(parse(pb.FunctionScoreQuery, data))
    return FunctionScore(_decode(query.query), text(query.field_value_factor.field_name))


def _decode_box(data: bytes) -> GeoBox:
    query = known(parse(pb.GeoBoundingBoxQuery, data))
    top, left = _decode_place(query.top_left)
    bottom, right = _decode_place(query.bottom_right)
    return GeoBox(text(query.field_name), top, left, bottom, right)


def _decode_circle(data: bytes) -> GeoCircle:
    query = known(parse(pb.GeoDistanceQuery, data))
    return GeoCircle(text(query.field_name), _decode_place(query.center_point), query.distance)


def _decode_polygon(data: bytes) -> GeoPolygon:
    query = known(parse(pb.GeoPolygonQuery, data))
    return GeoPolygon(text(query.field_name), tuple(_decode_place(point) for point in query.points))


def _decode_place(point: str) -> geo.Degrees:
    place = geo.parse(text(point))
    if place is None:
        raise errors.invalid_geo_point(point)
    return place


def _decode_nested(data: bytes) -> Nested:
    query = known(parse(pb.NestedQuery, data))
    return Nested(
        path=text(query.path),
        query=_decode(query.query),
        mode=_SCORE_MODES[query.score_mode] if query.HasField("score_mode") else ScoreMode.NONE,
        weight=_decode_weight(query),
        inner_hits=_decode_inner_hits(query.inner_hits) if query.HasField("inner_hits") else None,
    )


_SCORE_MODES = {
    pb.SCORE_MODE_NONE: ScoreMode.NONE,
    pb.SCORE_MODE_AVG: ScoreMode.AVG,
    pb.SCORE_MODE_MAX: ScoreMode.MAX,
    pb.SCORE_MODE_TOTAL: ScoreMode.TOTAL,
    pb.SCORE_MODE_MIN: ScoreMode.MIN,
}


def _decode_inner_hits(hits: pb.InnerHits) -> InnerHits:
    default = InnerHits()
    if hits.offset < 0:
        raise errors.negative_search_number("offset", hits.offset)
    return InnerHits(
        sort=decode_sort(hits.sort),
        offset=hits.offset,
        limit=hits.limit if hits.HasField("limit") else default.limit,
        highlighting=decode_highlighting(hits.highlight) if hits.HasField("highlight") else None,
    )


def _decode_minimum(query: pb.MatchQuery | pb.BoolQuery) -> str | None:
    """The newer field is text, and goes first."""
    if query.HasField("new_minimum_should_match"):
        return text(query.new_minimum_should_match)
    return str(query.minimum_should_match) if query.HasField("minimum_should_match") else None


def _decode_weight(
    query: pb.MatchQuery
    | pb.MatchPhraseQuery
    | pb.TermQuery
    | pb.TermsQuery
    | pb.PrefixQuery
    | pb.WildcardQuery
    | pb.BoolQuery
    | pb.DisMaxQuery
    | pb.NestedQuery,
) -> float:
    return query.weight if query.HasField("weight") else 1.0


QUERIES: dict[int, Callable[[bytes], Query]] = {
    pb.BOOL_QUERY: _decode_bool,
    pb.CONST_SCORE_QUERY: _decode_constant_score,
    pb.DIS_MAX_QUERY: _decode_dis_max,
    pb.EXISTS_QUERY: _decode_exists,
    pb.FUNCTION_SCORE_QUERY: _decode_function_score,
    pb.GEO_BOUNDING_BOX_QUERY: _decode_box,
    pb.GEO_DISTANCE_QUERY: _decode_circle,
    pb.GEO_POLYGON_QUERY: _decode_polygon,
    pb.MATCH_ALL_QUERY: _decode_match_all,
    pb.MATCH_PHRASE_QUERY: _decode_phrase,
    pb.MATCH_QUERY: _decode_match,
    pb.NESTED_QUERY: _decode_nested,
    pb.PREFIX_QUERY: _decode_prefix,
    pb.RANGE_QUERY: _decode_range,
    pb.TERMS_QUERY: _decode_terms,
    pb.TERM_QUERY: _decode_term,
    pb.WILDCARD_QUERY: _decode_wildcard,
}


# --- highlighting ----------------------------------------------------------------------------------------------------


def decode_highlighting(highlight: pb.Highlight) -> Highlighting:
    return Highlighting(
        fields=tuple(_decode_highlight_field(wanted) for wanted in highlight.highlight_parameters),
        escape_html=highlight.highlight_encoder == pb.HTML_MODE,
    )


def _decode_highlight_field(wanted: pb.HighlightParameter) -> HighlightField:
    default = HighlightField(text(wanted.field_name))
    return HighlightField(
        field=default.field,
        fragments=wanted.number_of_fragments if wanted.HasField("number_of_fragments") else default.fragments,
        size=wanted.fragment_size if wanted.HasField("fragment_size") else default.size,
        pre_tag=text(wanted.pre_tag) if wanted.HasField("pre_tag") else default.pre_tag,
        post_tag=text(wanted.post_tag) if wanted.HasField("post_tag") else default.post_tag,
        best_first=wanted.fragments_order == pb.SCORE,
    )


# --- sorts -----------------------------------------------------------------------------------------------------------

SORT_MODES = {pb.SORT_MODE_MIN: SortMode.MIN, pb.SORT_MODE_MAX: SortMode.MAX, pb.SORT_MODE_AVG: SortMode.AVG}


def decode_sort(sort: pb.Sort) -> tuple[Sorter, ...]:
    return tuple(_decode_sorter(sorter) for sorter in sort.sorter)


def _decode_sorter(sorter: pb.Sorter) -> Sorter:
    for field, value in sorter.ListFields():
        return SORTS[field.number](value)
    raise errors.not_emulated("a sorter without an order")


def _decode_field_sort(sort: pb.FieldSort) -> FieldSort:
    return FieldSort(
        field=text(sort.field_name),
        descending=sort.order == pb.SORT_ORDER_DESC,
        mode=SORT_MODES[sort.mode] if sort.HasField("mode") else None,
        filter=_decode_filter(sort.nested_filter) if sort.HasField("nested_filter") else None,
        missing=_decode_missing(sort.missing_value) if sort.HasField("missing_value") else Missing.LAST,
        missing_field=text(sort.missing_field) if sort.HasField("missing_field") else None,
    )


def _decode_missing(value: bytes) -> str | int | float | bool | bytes | Missing:
    """The ends of all values stand for the ends of the order."""
    return _ENDS[value] if value in _ENDS else decode_value(value)


_ENDS = {b"\x09": Missing.FIRST, b"\x0a": Missing.LAST}


def _decode_filter(wanted: pb.NestedFilter) -> NestedFilter:
    return NestedFilter(text(wanted.path), decode_query(wanted.filter))


def _decode_distance_sort(sort: pb.GeoDistanceSort) -> DistanceSort:
    return DistanceSort(
        field=text(sort.field_name),
        points=tuple(_decode_place(point) for point in sort.points),
        descending=sort.order == pb.SORT_ORDER_DESC,
        mode=SORT_MODES[sort.mode] if sort.HasField("mode") else None,
        plane=sort.distance_type == pb.GEO_DISTANCE_PLANE,
        filter=_decode_filter(sort.nested_filter) if sort.HasField("nested_filter") else None,
    )


SORTS: dict[int, Callable[..., Sorter]] = {
    pb.Sorter.FIELD_SORT_FIELD_NUMBER: _decode_field_sort,
    pb.Sorter.GEO_DISTANCE_SORT_FIELD_NUMBER: _decode_distance_sort,
    pb.Sorter.SCORE_SORT_FIELD_NUMBER: lambda sort: ScoreSort(sort.order == pb.SORT_ORDER_DESC),
    pb.Sorter.PK_SORT_FIELD_NUMBER: lambda sort: KeySort(sort.order == pb.SORT_ORDER_DESC),
    pb.Sorter.DOC_SORT_FIELD_NUMBER: lambda sort: DocSort(sort.order == pb.SORT_ORDER_DESC),
}
