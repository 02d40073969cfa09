"""Every kind of query on plain values: what it finds, and what it is refused for."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tablestore as ots_sdk
from hypothesis import given
from hypothesis import strategies as st
from tablestore import (
    BoolQuery,
    ExistsQuery,
    FieldSchema,
    FieldType,
    MatchAllQuery,
    MatchPhraseQuery,
    MatchQuery,
    PrefixQuery,
    RangeQuery,
    TermQuery,
    TermsQuery,
    WildcardQuery,
)

from alifakes.tablestore.engine.search.postings import wildcard

FIELDS = [
    FieldSchema("id", FieldType.LONG),
    FieldSchema("state", FieldType.KEYWORD),
    FieldSchema("count", FieldType.LONG),
    FieldSchema("price", FieldType.DOUBLE),
    FieldSchema("open", FieldType.BOOLEAN),
    FieldSchema("tags", FieldType.KEYWORD, is_array=True),
    FieldSchema("sizes", FieldType.LONG, is_array=True),
    FieldSchema("title", FieldType.TEXT),
    FieldSchema("hidden", FieldType.KEYWORD, index=False),
]
ROWS: list[tuple[int, dict[str, Any]]] = [
    (1, {"state": "draft", "count": 5, "price": 0.5, "open": True, "tags": '["a", "b"]', "sizes": "[1, 9]"}),
    (2, {"state": "public", "count": -5, "price": 1.5, "open": False, "tags": '["b"]', "sizes": "[]"}),
    (3, {"state": "public", "count": 7, "title": "one two", "hidden": "x"}),
    (4, {"state": 4, "count": "many", "price": 2, "tags": "no array", "sizes": '["1"]'}),
    (5, {}),
]


@pytest.fixture(scope="module")
def index(ots: Any, connect: Any, create: Any, create_index: Any) -> Any:
    table = create(connect(ots), {"id": "INTEGER"})
    table.fill(ROWS)
    return create_index(table, *FIELDS)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (MatchAllQuery(), [1, 2, 3, 4, 5]),
        (TermQuery("state", "public"), [2, 3]),
        (TermQuery("state", "Public"), []),
        (TermQuery("count", 7), [3]),
        (TermQuery("count", "7"), [3]),
        (TermQuery("id", 4), [4]),
        (TermQuery("price", 2.0), []),
        (TermQuery("price", 0.5), [1]),
        (TermQuery("price", "1.5"), [2]),
        (TermQuery("open", True), [1]),
        (TermQuery("open", "false"), [2]),
        (TermQuery("tags", "b"), [1, 2]),
        (TermQuery("sizes", 9), [1]),
        (TermQuery("title", "two"), [3]),
        (TermsQuery("state", ["draft", "public", "gone"]), [1, 2, 3]),
        (TermsQuery("count", [5, 7, 99]), [1, 3]),
        (TermsQuery("state", []), []),
        (RangeQuery("count", -5, 5), [2]),
        (RangeQuery("count", -5, 5, include_lower=False, include_upper=True), [1]),
        (RangeQuery("count", "-5", "5", include_upper=True), [1, 2]),
        (RangeQuery("count", range_from=6), [3]),
        (RangeQuery("count", range_to=6), [1, 2]),
        (RangeQuery("count"), [1, 2, 3]),
        (RangeQuery("count", 9, 3), []),
        (RangeQuery("price", 0.5, 1.5, include_upper=True), [1, 2]),
        (RangeQuery("state", "e", "z"), [2, 3]),
        (RangeQuery("sizes", 2, 20), [1]),
        (PrefixQuery("state", "pub"), [2, 3]),
        (PrefixQuery("state", ""), [1, 2, 3]),
        (PrefixQuery("title", "tw"), [3]),
        (WildcardQuery("state", "*b*"), [2, 3]),
        (WildcardQuery("state", "draf?"), [1]),
        (WildcardQuery("state", "p[u]*"), []),
        (ExistsQuery("price"), [1, 2]),
        (ExistsQuery("tags"), [1, 2]),
        (ExistsQuery("sizes"), [1]),
        (ExistsQuery("state"), [1, 2, 3]),
        (MatchQuery("state", "public"), [2, 3]),
        (MatchPhraseQuery("state", "public"), [2, 3]),
    ],
    ids=lambda given: None if isinstance(given, list) else type(given).__name__,
)
def test_what_a_query_finds(index: Any, query: Any, found: list[int]) -> None:
    assert index.keys(query) == found


PUBLIC, DRAFT, FIVE, SEVEN = (
    TermQuery("state", "public"),
    TermQuery("state", "draft"),
    TermQuery("count", 5),
    TermQuery("count", 7),
)


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({"must_queries": [PUBLIC, SEVEN]}, [3]),
        ({"must_queries": [PUBLIC], "filter_queries": [SEVEN]}, [3]),
        ({"must_queries": [PUBLIC], "must_not_queries": [SEVEN]}, [2]),
        ({"must_not_queries": [PUBLIC, DRAFT]}, [4, 5]),
        ({"should_queries": [DRAFT, SEVEN]}, [1, 3]),
        ({"must_queries": [PUBLIC], "should_queries": [SEVEN]}, [2, 3]),
        ({"filter_queries": [PUBLIC], "should_queries": [SEVEN], "minimum_should_match": 1}, [3]),
        ({"should_queries": [DRAFT, FIVE, SEVEN], "minimum_should_match": 2}, [1]),
        ({"should_queries": [DRAFT, FIVE, SEVEN], "minimum_should_match": "70%"}, [1]),
        ({"should_queries": [DRAFT, FIVE, SEVEN], "minimum_should_match": "-2"}, [1, 3]),
        ({"should_queries": [DRAFT], "minimum_should_match": 2}, []),
        ({"must_queries": [BoolQuery(should_queries=[DRAFT, SEVEN])], "must_not_queries": [FIVE]}, [3]),
        ({}, [1, 2, 3, 4, 5]),
    ],
)
def test_what_a_bool_query_finds(index: Any, parts: dict[str, Any], found: list[int]) -> None:
    assert index.keys(BoolQuery(**parts)) == found


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (TermQuery("nowhere", 1), "field_name[nowhere] is not existed"),
        (BoolQuery(must_not_queries=[ExistsQuery("nowhere")]), "field_name[nowhere] is not existed"),
        (
            TermQuery("hidden", "x"),
            "failed to query index, please check if 'Index' is enabled for query fields.",
        ),
        (TermQuery("count", "many"), "the value for field[count] is not of type LONG"),
        (TermQuery("count", True), "the value for field[count] is not of type LONG"),
        (TermQuery("count", 0.5), "the value for field[count] is not of type LONG"),
        (TermQuery("state", 4), "the value for field[state] is not of type KEYWORD"),
        (TermsQuery("open", [True, 1]), "the value for field[open] is not of type BOOLEAN"),
        (RangeQuery("price", "cheap"), "the value for field[price] is not of type DOUBLE"),
        (MatchQuery("count", "5"), "MATCH_QUERY is not supported for field[count] of type LONG"),
        (MatchPhraseQuery("open", "x"), "MATCH_PHRASE_QUERY is not supported for field[open] of type BOOLEAN"),
        (PrefixQuery("count", "5"), "PREFIX_QUERY is not supported for field[count] of type LONG"),
        (WildcardQuery("price", "*"), "WILDCARD_QUERY is not supported for field[price] of type DOUBLE"),
        (
            WildcardQuery("state", "*" * 33),
            "length of field value is longer than 32 for the [WILDCARD_QUERY] query",
        ),
        (BoolQuery(should_queries=[PUBLIC], minimum_should_match="two"), "Invalid minimum_should_match: 'two'."),
    ],
    ids=lambda given: None if isinstance(given, str) else type(given).__name__,
)
def test_queries_that_are_refused(index: Any, invalid: Any, query: Any, message: str) -> None:
    with invalid(message):
        index.search(query)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        (ots_sdk.KnnVectorQuery("state", 3, [1.0]), "KNN_VECTOR_QUERY"),
        (BoolQuery(must_queries=[ots_sdk.KnnVectorQuery("state", 3, [1.0])]), "KNN_VECTOR_QUERY"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_queries_that_are_not_emulated(index: Any, refused: Any, query: Any, name: str) -> None:
    with refused(400, "OTSUnsupportedOperation", f"Unsupported operation: Search with {name}."):
        index.search(query)


def test_values_that_no_field_can_hold_are_left_out(make_table: Any, create_index: Any) -> None:
    table = make_table()
    index = create_index(table, FieldSchema("k", FieldType.KEYWORD), FieldSchema("d", FieldType.DOUBLE, is_array=True))
    table.put("long", {"k": "x" * 4097, "d": json.dumps([1] * 257)})
    table.put("just", {"k": "x" * 4096, "d": json.dumps([1] * 256)})
    table.put("odd", {"d": "[NaN]"})
    table.put("deep", {"d": "[" * 100_000})
    assert index.keys(ExistsQuery("k")) == ["just"]
    assert index.keys(ExistsQuery("d")) == ["just"]
    assert len(index.keys()) == 4


@given(st.text("ab[*?", max_size=6), st.text("ab[", max_size=6))
def test_a_wildcard_is_matched_as_it_reads(pattern: str, value: str) -> None:
    def matches(at: int, of: int) -> bool:
        if at == len(pattern):
            return of == len(value)
        if pattern[at] == "*":
            return any(matches(at + 1, later) for later in range(of, len(value) + 1))
        return of < len(value) and pattern[at] in ("?", value[of]) and matches(at + 1, of + 1)

    assert (wildcard(pattern).fullmatch(value) is not None) == matches(0, 0)
