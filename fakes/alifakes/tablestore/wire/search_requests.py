"""Searches on their way in: a query is a message in bytes inside a message, at every level of the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from alifakes.tablestore import search_errors
from alifakes.tablestore.engine.search.query import (
    Bool,
    Exists,
    HighlightField,
    Highlighting,
    Match,
    MatchAll,
    Phrase,
    Prefix,
    Query,
    Range,
    Returned,
    SearchRequest,
    Term,
    Terms,
    Wildcard,
)
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import decode_row, decode_value
from alifakes.tablestore.wire.requests import not_emulated, parse, text
from alifakes.tablestore.wire.search_indexes import decode_sort

_RETURNED = {
    pb.RETURN_ALL: Returned.ALL,
    pb.RETURN_SPECIFIED: Returned.SPECIFIED,
    pb.RETURN_NONE: Returned.NONE,
    pb.RETURN_ALL_FROM_INDEX: Returned.ALL_FROM_INDEX,
}


def decode_search(request: pb.SearchRequest) -> SearchRequest:
    """Routing values are checked and change nothing: an index here is one partition."""
    for key in request.routing_values:
        decode_row(key)
    search = parse(pb.SearchQuery, request.search_query)
    for name in ("aggs", "group_bys", "filter"):
        if search.HasField(name):
            raise not_emulated(f"Search with {name}")
    if not search.HasField("query"):
        raise search_errors.query_missing()
    columns = request.columns_to_get
    return SearchRequest(
        query=_decode_query(search.query),
        sort=decode_sort(search.sort) or None,
        offset=search.offset if search.HasField("offset") else None,
        limit=search.limit if search.HasField("limit") else None,
        count_all=search.get_total_count,
        token=search.token,
        collapse=text(search.collapse.field_name) if search.HasField("collapse") else None,
        highlighting=_decode_highlighting(search.highlight) if search.HasField("highlight") else None,
        returned=_RETURNED[columns.return_type] if columns.HasField("return_type") else Returned.NONE,
        columns=tuple(text(name) for name in columns.column_names),
    )


def _decode_highlighting(highlight: pb.Highlight) -> Highlighting:
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


# --- queries ---------------------------------------------------------------------------------------------------------


def _decode_query(query: pb.Query) -> Query:
    decode = _DECODERS.get(query.type)
    if decode is None:
        raise not_emulated(f"Search with {pb.QueryType.Name(query.type)}")
    return decode(query.query)


def _decode_queries(queries: Iterable[pb.Query]) -> tuple[Query, ...]:
    return tuple(_decode_query(query) for query in queries)


def _decode_match(data: bytes) -> Match:
    query = parse(pb.MatchQuery, data)
    return Match(
        field=text(query.field_name),
        text=text(query.text),
        every=query.operator == pb.AND,
        minimum=_decode_minimum(query),
        weight=_decode_weight(query),
    )


def _decode_phrase(data: bytes) -> Phrase:
    query = parse(pb.MatchPhraseQuery, data)
    if query.slop:
        raise not_emulated("MatchPhraseQuery with a slop")
    return Phrase(text(query.field_name), text(query.text), _decode_weight(query))


def _decode_term(data: bytes) -> Term:
    query = parse(pb.TermQuery, data)
    return Term(text(query.field_name), decode_value(query.term), _decode_weight(query))


def _decode_terms(data: bytes) -> Terms:
    query = parse(pb.TermsQuery, data)
    return Terms(text(query.field_name), tuple(decode_value(term) for term in query.terms), _decode_weight(query))


def _decode_range(data: bytes) -> Range:
    query = parse(pb.RangeQuery, data)
    return Range(
        field=text(query.field_name),
        low=decode_value(query.range_from) if query.HasField("range_from") else None,
        high=decode_value(query.range_to) if query.HasField("range_to") else None,
        include_low=query.include_lower,
        include_high=query.include_upper,
    )


def _decode_prefix(data: bytes) -> Prefix:
    query = parse(pb.PrefixQuery, data)
    return Prefix(text(query.field_name), text(query.prefix), _decode_weight(query))


def _decode_wildcard(data: bytes) -> Wildcard:
    query = parse(pb.WildcardQuery, data)
    return Wildcard(text(query.field_name), text(query.value), _decode_weight(query))


def _decode_exists(data: bytes) -> Exists:
    return Exists(text(parse(pb.ExistsQuery, data).field_name))


def _decode_match_all(data: bytes) -> MatchAll:
    parse(pb.MatchAllQuery, data)
    return MatchAll()


def _decode_bool(data: bytes) -> Bool:
    query = parse(pb.BoolQuery, data)
    return Bool(
        must=_decode_queries(query.must_queries),
        must_not=_decode_queries(query.must_not_queries),
        filters=_decode_queries(query.filter_queries),
        should=_decode_queries(query.should_queries),
        minimum=_decode_minimum(query),
        weight=_decode_weight(query),
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
    | pb.BoolQuery,
) -> float:
    return query.weight if query.HasField("weight") else 1.0


_DECODERS: dict[int, Callable[[bytes], Query]] = {
    pb.BOOL_QUERY: _decode_bool,
    pb.EXISTS_QUERY: _decode_exists,
    pb.MATCH_ALL_QUERY: _decode_match_all,
    pb.MATCH_PHRASE_QUERY: _decode_phrase,
    pb.MATCH_QUERY: _decode_match,
    pb.PREFIX_QUERY: _decode_prefix,
    pb.RANGE_QUERY: _decode_range,
    pb.TERMS_QUERY: _decode_terms,
    pb.TERM_QUERY: _decode_term,
    pb.WILDCARD_QUERY: _decode_wildcard,
}
