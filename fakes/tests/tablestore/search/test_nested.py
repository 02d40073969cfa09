"""NESTED fields: documents of their own below a row, found, sorted by and shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import (
    BoolQuery,
    ColumnReturnType,
    DocSort,
    ExistsQuery,
    FieldSchema,
    FieldSort,
    FieldType,
    Highlight,
    HighlightParameter,
    InnerHits,
    MatchAllQuery,
    MatchQuery,
    NestedFilter,
    NestedQuery,
    PrimaryKeySort,
    RangeQuery,
    ScoreMode,
    ScoreSort,
    Sort,
    SortMode,
    SortOrder,
    TermQuery,
)

DEEP = FieldSchema(
    "parts",
    FieldType.NESTED,
    sub_field_schemas=[FieldSchema("code", FieldType.KEYWORD), FieldSchema("count", FieldType.LONG)],
)
ITEMS = FieldSchema(
    "items",
    FieldType.NESTED,
    sub_field_schemas=[
        FieldSchema("name", FieldType.KEYWORD),
        FieldSchema("price", FieldType.DOUBLE),
        FieldSchema("text", FieldType.TEXT, enable_highlighting=True),
        FieldSchema("tags", FieldType.KEYWORD, is_array=True),
        DEEP,
    ],
)
ROWS: list[tuple[int, Any]] = [
    (
        1,
        [
            {"name": "pen", "price": 2, "text": "one blue pen", "tags": ["a", "b"]},
            {"name": "ink", "price": 5.5, "text": "blue blue ink", "parts": [{"code": "x", "count": 1}]},
        ],
    ),
    (2, [{"name": "pen", "price": 9.0, "parts": [{"code": "x", "count": 7}, {"code": "y", "count": 2}]}]),
    (3, {"name": "cup", "price": 1.5, "text": "a red cup"}),
    (4, []),
    (5, "no objects"),
    (6, [{"name": 6, "price": "cheap"}]),
]


@pytest.fixture(scope="module")
def index(ots: Any, connect: Any, create: Any, create_index: Any) -> Any:
    table = create(connect(ots), {"id": "INTEGER"})
    table.fill([(key, {"items": json.dumps(items), "kind": key % 2}) for key, items in ROWS])
    return create_index(table, ITEMS, FieldSchema("kind", FieldType.LONG))


def _in(query: Any, path: str = "items", mode: Any = ScoreMode.NONE, **options: Any) -> Any:
    return NestedQuery(path, query, mode, **options)


def test_the_services_counts(large_sample: Any) -> None:
    answer = large_sample.search(_in(TermQuery("n.nk", "key199"), "n"), limit=100, get_total_count=True)
    assert (len(answer.rows), answer.next_token, answer.total_count) == (1, b"", 1)
    some = RangeQuery("n.nl", 100, 300, include_lower=True, include_upper=True)
    answer = large_sample.search(_in(some, "n"), limit=100, get_total_count=True, columns=ColumnReturnType.ALL)
    assert (len(answer.rows), answer.next_token, answer.total_count) == (100, b"", 201)


def test_the_index_has_no_order_of_its_own(index: Any) -> None:
    meta, _ = index.table.client.describe_search_index(index.table.name, index.name)
    assert meta.index_sort.sorters == []
    (items, _) = meta.fields
    assert (items.field_type, [field.field_name for field in items.sub_field_schemas]) == (
        FieldType.NESTED,
        ["name", "price", "text", "tags", "parts"],
    )
    assert index.search(limit=2).next_token == b""
    assert index.pages(limit=4, sort=[PrimaryKeySort(SortOrder.DESC)]) == [[6, 5, 4, 3], [2, 1]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (_in(TermQuery("items.name", "pen")), [1, 2]),
        (_in(BoolQuery(must_queries=[TermQuery("items.name", "pen"), RangeQuery("items.price", 3)])), [2]),
        (
            BoolQuery(must_queries=[_in(TermQuery("items.name", "pen")), _in(RangeQuery("items.price", 3))]),
            [1, 2],
        ),
        (_in(BoolQuery(must_not_queries=[TermQuery("items.name", "pen")])), [1, 3, 6]),
        (BoolQuery(must_not_queries=[_in(TermQuery("items.name", "pen"))]), [3, 4, 5, 6]),
        (_in(MatchAllQuery()), [1, 2, 3, 6]),
        (_in(ExistsQuery("items.price")), [1, 2, 3]),
        (_in(TermQuery("items.tags", "b")), [1]),
        (_in(MatchQuery("items.text", "blue")), [1]),
        (_in(_in(TermQuery("items.parts.code", "x"), "items.parts")), [1, 2]),
        (_in(_in(RangeQuery("items.parts.count", 5), "items.parts")), [2]),
        (BoolQuery(filter_queries=[TermQuery("kind", 1), _in(TermQuery("items.name", "pen"))]), [1]),
    ],
    ids=range(12),
)
def test_what_is_found(index: Any, query: Any, found: list[int]) -> None:
    assert index.keys(query) == found


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (TermQuery("items.name", "pen"), "field_name[items.name] is not existed"),
        (_in(TermQuery("kind", 1)), "field_name[kind] is not existed"),
        (_in(TermQuery("items.parts.code", "x")), "field_name[items.parts.code] is not existed"),
        (_in(MatchAllQuery(), "kind"), "nested path[kind] is not of type NESTED"),
        (_in(MatchAllQuery(), "items.parts"), "nested path[items.parts] is not existed"),
    ],
    ids=range(5),
)
def test_levels_do_not_mix(index: Any, invalid: Any, query: Any, message: str) -> None:
    with invalid(message):
        index.search(query)


def test_scores_of_elements_become_the_rows(index: Any) -> None:
    query = BoolQuery(should_queries=[TermQuery("items.name", "pen"), TermQuery("items.name", "ink", weight=3)])

    def score(mode: Any, weight: float | None = None) -> float:
        hits = index.search(_in(query, mode=mode, weight=weight), sort=[ScoreSort()]).search_hits
        return next(float(hit.score) for hit in hits if hit.row[0][0][1] == 1)

    least, most = score(ScoreMode.MIN), score(ScoreMode.MAX)
    assert 0 < least < most
    assert score(ScoreMode.TOTAL) == pytest.approx(least + most)
    assert score(ScoreMode.AVG) == pytest.approx((least + most) / 2)
    assert score(ScoreMode.MAX, 2) == pytest.approx(2 * most)
    assert score(ScoreMode.NONE) == 0


# --- orders ----------------------------------------------------------------------------------------------------------


def test_sort_by_what_elements_hold(index: Any) -> None:
    assert index.keys(sort=[FieldSort("items.price")]) == [3, 1, 2, 4, 5, 6]
    assert index.keys(sort=[FieldSort("items.price", SortOrder.DESC)]) == [2, 1, 3, 4, 5, 6]
    assert index.keys(sort=[FieldSort("items.price", SortOrder.DESC, SortMode.MIN)]) == [2, 1, 3, 4, 5, 6]
    assert index.keys(sort=[FieldSort("items.parts.count", SortOrder.DESC)])[:2] == [2, 1]


def test_sort_by_some_of_the_elements(index: Any) -> None:
    pens = NestedFilter("items", TermQuery("items.name", "pen"))
    order = [FieldSort("items.price", SortOrder.ASC, nested_filter=pens)]
    assert index.keys(sort=order) == [1, 2, 3, 4, 5, 6]
    inks = NestedFilter("items", TermQuery("items.name", "ink"))
    assert index.pages(limit=4, sort=[FieldSort("items.price", SortOrder.DESC, nested_filter=inks)]) == [
        [1, 2, 3, 4],
        [5, 6],
    ]


@pytest.mark.parametrize(
    ("sorter", "message"),
    [
        (FieldSort("items"), "sort is not supported for field[items]: enable_sort_and_agg is off"),
        (FieldSort("items.text"), "sort is not supported for field[items.text]: enable_sort_and_agg is off"),
        (
            FieldSort("kind", nested_filter=NestedFilter("items", MatchAllQuery())),
            "nested path[items] is not existed",
        ),
        (
            FieldSort("items.price", nested_filter=NestedFilter("other", MatchAllQuery())),
            "nested path[other] is not existed",
        ),
    ],
    ids=range(4),
)
def test_sorts_that_are_refused(index: Any, invalid: Any, sorter: Any, message: str) -> None:
    with invalid(message):
        index.search(sort=[sorter])


# --- inner hits ------------------------------------------------------------------------------------------------------


def _inner(index: Any, query: Any, hits: Any) -> dict[int, list[tuple[int, Any]]]:
    """By row, the places of the elements shown, and their fragments."""
    shown = {}
    for hit in index.search(_in(query, inner_hits=hits)).search_hits:
        for inner in hit.search_inner_hits:
            assert inner.path == "items"
            shown[hit.row[0][0][1]] = [(one.nested_doc_offset, _fragments(one)) for one in inner.search_hits]
    return shown


def _fragments(hit: Any) -> list[str]:
    result = hit.highlight_result
    return [] if result is None else [cut for field in result.highlight_fields for cut in field.field_fragments]


def test_inner_hits_show_which_elements(index: Any) -> None:
    everything = MatchAllQuery()
    assert _inner(index, TermQuery("items.name", "ink"), InnerHits(None, 0, 10, None)) == {1: [(1, [])]}
    by_price = Sort([FieldSort("items.price", SortOrder.DESC)])
    assert _inner(index, everything, InnerHits(by_price, 0, 10, None))[1] == [(1, []), (0, [])]
    assert _inner(index, everything, InnerHits(by_price, 1, 10, None))[1] == [(0, [])]
    assert _inner(index, everything, InnerHits(Sort([DocSort()]), 0, 1, None))[1] == [(0, [])]


def test_inner_hits_with_fragments(index: Any) -> None:
    marked = Highlight([HighlightParameter("items.text", 1, 50, "<b>", "</b>")])
    assert _inner(index, MatchQuery("items.text", "blue"), InnerHits(None, 0, 10, marked)) == {
        1: [(1, ["<b>blue</b> <b>blue</b> ink"]), (0, ["one <b>blue</b> pen"])]
    }


def test_inner_hits_that_are_refused(index: Any, invalid: Any) -> None:
    for hits, message in (
        (InnerHits(Sort([PrimaryKeySort()]), 0, 1, None), "[inner_hits.sort] does not support PrimaryKeySort"),
        (InnerHits(Sort([FieldSort("kind")]), 0, 1, None), "field_name[kind] is not existed"),
        (InnerHits(None, 0, 101, None), "[search.limit] must be less than 100, current limit is 101"),
        (InnerHits(None, -1, 1, None), "[search.offset] must not be negative, current offset is -1"),
    ):
        with invalid(message):
            index.search(_in(MatchAllQuery(), inner_hits=hits))


# --- changes and schemas ---------------------------------------------------------------------------------------------


def test_elements_come_and_go_with_their_row(make_table: Any, create_index: Any) -> None:
    index = create_index(make_table(), ITEMS)
    pens = _in(TermQuery("items.name", "pen"))
    index.table.put("a", {"items": '[{"name": "pen"}]'})
    assert index.keys(pens) == ["a"]
    index.table.put("a", {"items": '[{"name": "ink"}, {"name": "cup"}]'})
    assert (index.keys(pens), index.keys(_in(TermQuery("items.name", "cup")))) == ([], ["a"])
    index.table.delete("a")
    assert index.keys(_in(MatchAllQuery())) == []


@pytest.mark.parametrize(
    ("fields", "options", "message"),
    [
        ([FieldSchema("n", FieldType.NESTED)], {}, "field[n] of type NESTED must have at least one field"),
        (
            [FieldSchema("k", FieldType.KEYWORD, sub_field_schemas=[FieldSchema("x", FieldType.LONG)])],
            {},
            "field[k] has sub fields and is not of type NESTED",
        ),
        (
            [ITEMS],
            {"sort": [PrimaryKeySort()]},
            "index_sort is not supported for an index with a field of type NESTED",
        ),
        (
            [FieldSchema("n", FieldType.NESTED, sub_field_schemas=[FieldSchema("x", FieldType.LONG)] * 2)],
            {},
            "field[x] is duplicated",
        ),
    ],
    ids=range(4),
)
def test_schemas_that_are_refused(
    table: Any, create_index: Any, invalid: Any, fields: list[Any], options: dict[str, Any], message: str
) -> None:
    with invalid(message):
        create_index(table, *fields, **options)


def test_too_many_elements_are_left_out(make_table: Any, create_index: Any) -> None:
    index = create_index(make_table(), ITEMS)
    index.table.put("most", {"items": json.dumps([{"name": "pen"}] * 256)})
    index.table.put("more", {"items": json.dumps([{"name": "pen"}] * 257)})
    assert index.keys(_in(TermQuery("items.name", "pen"))) == ["most"]
    assert ots_sdk.Count("items.name") is not None
    answer = index.search(aggs=[ots_sdk.Count("items.name")], limit=0)
    assert answer.agg_results[0].value == 256
