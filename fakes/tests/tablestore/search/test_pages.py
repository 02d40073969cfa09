"""Orders, pages, columns and the limits of a search."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tablestore import (
    Collapse,
    ColumnReturnType,
    FieldSchema,
    FieldSort,
    FieldType,
    MatchQuery,
    PrimaryKeySort,
    RangeQuery,
    ScoreSort,
    SortMode,
    SortOrder,
    TermQuery,
)

from alifakes.tablestore.engine.search import paging

FIELDS = [
    FieldSchema("state", FieldType.KEYWORD, enable_sort_and_agg=True),
    FieldSchema("hot", FieldType.LONG, enable_sort_and_agg=True),
    FieldSchema("price", FieldType.DOUBLE, enable_sort_and_agg=True),
    FieldSchema("open", FieldType.BOOLEAN, enable_sort_and_agg=True),
    FieldSchema("sizes", FieldType.LONG, enable_sort_and_agg=True, is_array=True),
    FieldSchema("text", FieldType.TEXT),
    FieldSchema("plain", FieldType.KEYWORD),
    FieldSchema("shut", FieldType.KEYWORD, enable_sort_and_agg=False),
    FieldSchema("thin", FieldType.KEYWORD, store=False),
]
DESC = SortOrder.DESC


@pytest.fixture
def index(make_table: Any, create_index: Any) -> Any:
    return create_index(make_table({"id": "INTEGER"}), *FIELDS)


def test_sort_by_fields(index: Any) -> None:
    index.table.fill(
        [
            (1, {"hot": 5, "state": "b", "open": True, "price": -1.5}),
            (2, {"hot": 7, "state": "a", "open": False, "price": 2.5}),
            (3, {"hot": 5, "state": "a"}),
            (4, {"state": "c", "price": 0.0}),
        ]
    )
    assert index.keys() == [1, 2, 3, 4]
    assert index.keys(sort=[PrimaryKeySort(DESC)]) == [4, 3, 2, 1]
    assert index.keys(sort=[FieldSort("hot")]) == [1, 3, 2, 4]
    assert index.keys(sort=[FieldSort("hot", DESC)]) == [2, 1, 3, 4]
    assert index.keys(sort=[FieldSort("hot", DESC), FieldSort("state")]) == [2, 3, 1, 4]
    assert index.keys(sort=[FieldSort("hot", DESC), PrimaryKeySort(DESC)]) == [2, 3, 1, 4]
    assert index.keys(sort=[FieldSort("state", DESC)]) == [4, 1, 2, 3]
    assert index.keys(sort=[FieldSort("open", DESC)]) == [1, 2, 3, 4]
    assert index.keys(sort=[FieldSort("price")]) == [1, 4, 2, 3]


def test_sort_by_arrays(index: Any) -> None:
    index.table.fill([(1, {"sizes": "[1, 9]"}), (2, {"sizes": "[4, 6]"}), (3, {"sizes": "[2, 9]"})])
    assert index.keys(sort=[FieldSort("sizes")]) == [1, 3, 2]
    assert index.keys(sort=[FieldSort("sizes", DESC)]) == [1, 3, 2]
    assert index.keys(sort=[FieldSort("sizes", DESC, SortMode.MIN)]) == [2, 3, 1]
    assert index.keys(sort=[FieldSort("sizes", SortOrder.ASC, SortMode.AVG)]) == [1, 2, 3]


def test_the_order_of_the_index(make_table: Any, create_index: Any) -> None:
    index = create_index(make_table(), *FIELDS, sort=[FieldSort("hot", DESC)])
    index.table.fill([("a", {"hot": 1}), ("b", {"hot": 2}), ("c", {"hot": 2})])
    assert index.keys() == ["b", "c", "a"]
    assert index.keys(sort=[PrimaryKeySort()]) == ["a", "b", "c"]


def test_scores_come_with_a_sort_by_score_alone(index: Any) -> None:
    index.table.put(1, {"text": "one"})
    assert index.search(MatchQuery("text", "one")).search_hits[0].score == 0
    assert index.search(MatchQuery("text", "one"), sort=[ScoreSort()]).search_hits[0].score > 0


# --- pages -----------------------------------------------------------------------------------------------------------


def test_pages_and_where_they_end(index: Any) -> None:
    index.table.fill([(n, {"hot": n % 3}) for n in range(10)])
    assert index.pages(limit=4) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert index.pages(limit=5) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9], []]
    assert index.pages(limit=10) == [list(range(10)), []]
    assert index.pages(limit=11) == [list(range(10))]
    by_heat = [0, 3, 6, 9, 1, 4, 7, 2, 5, 8]
    assert list(itertools.chain(*index.pages(limit=3, sort=[FieldSort("hot")]))) == by_heat
    assert index.keys(limit=3, offset=8) == [8, 9]
    assert index.keys(limit=3, offset=20) == []
    answer = index.search(limit=0, get_total_count=True)
    assert (answer.rows, answer.total_count, answer.next_token) == ([], 10, b"")


def test_ten_rows_unless_told_and_no_total_unless_asked(index: Any) -> None:
    index.table.fill([(n, {}) for n in range(12)])
    answer = index.search()
    assert (len(answer.rows), answer.total_count, answer.is_all_succeed) == (10, -1, True)
    assert index.search(TermQuery("hot", 1), get_total_count=True).total_count == 0


def test_a_token_keeps_its_place_among_changes(index: Any) -> None:
    index.table.fill([(n, {"hot": n}) for n in range(10, 20)])
    token = index.search(limit=3, sort=[FieldSort("hot")]).next_token
    index.table.delete(12)
    index.table.put(5, {"hot": 5})
    index.table.put(25, {"hot": 13})
    assert index.keys(limit=3, next_token=token) == [13, 25, 14]


def test_a_token_of_scores(index: Any) -> None:
    index.table.fill([(n, {"text": "one " * (n % 4) + "two"}) for n in range(20)])
    query = MatchQuery("text", "one two")
    pages = index.pages(query, limit=3, sort=[ScoreSort()])
    assert sorted(itertools.chain(*pages)) == list(range(20))
    assert list(itertools.chain(*pages)) == index.keys(query, sort=[ScoreSort()])


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "hot": st.integers(-2, 2),
        "state": st.sampled_from(["a", "ab", "é", "菊"]),
        "price": st.sampled_from([-0.5, 0.0, 1.25]),
        "open": st.booleans(),
        "sizes": st.sampled_from(["[]", "[3]", "[1, 5]", "x"]),
    },
)
SORTERS = st.lists(
    st.one_of(
        st.builds(
            FieldSort, st.sampled_from(["hot", "state", "price", "open", "sizes"]), st.sampled_from(list(SortOrder))
        ),
        st.builds(PrimaryKeySort, st.sampled_from(list(SortOrder))),
        st.builds(ScoreSort, st.sampled_from(list(SortOrder))),
    ),
    max_size=3,
)


@pytest.mark.parametrize("few", [0, 1000], ids=["kept-order", "sorted"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(VALUES, max_size=25), sort=SORTERS, limit=st.integers(1, 7), low=st.integers(-2, 2))
def test_pages_give_every_match_once_and_in_order(
    make_table: Any,
    create_index: Any,
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    rows: list[dict[str, Any]],
    sort: list[Any],
    limit: int,
    low: int,
) -> None:
    monkeypatch.setattr(paging, "_FEW", few)
    index = create_index(make_table({"id": "INTEGER"}), *FIELDS)
    index.table.fill(list(enumerate(rows)))
    query = RangeQuery("hot", range_from=low)
    matching = [n for n, row in enumerate(rows) if row.get("hot", -9) >= low]
    pages = index.pages(query, limit=limit, sort=sort or None)
    walked = list(itertools.chain(*pages))
    assert sorted(walked) == matching
    assert all(len(page) == limit for page in pages[:-1])
    assert walked == index.keys(query, sort=sort or None)
    assert walked == sorted(matching, key=lambda n: [_rank(sorter, n, rows[n]) for sorter in sort] + [n])


def _rank(sorter: Any, number: int, row: dict[str, Any]) -> Any:
    """What the documents say a row sorts by: missing last, text by code points."""
    sign = -1 if sorter.sort_order == DESC else 1
    if isinstance(sorter, PrimaryKeySort):
        return sign * number
    if isinstance(sorter, ScoreSort):
        return 0  # a range scores all alike
    value = row.get(sorter.field_name)
    if sorter.field_name == "sizes":
        value = {"[3]": 3, "[1, 5]": 5 if sign < 0 else 1}.get(value or "")
    if value is None:
        return (1, [])
    return (
        (0, [sign * ord(letter) for letter in value] + [1e9 if sign < 0 else -1])
        if isinstance(value, str)
        else (
            0,
            [sign * value],
        )
    )


@pytest.mark.parametrize(
    "token",
    [b"x", b"[]", b"[[],[],1]", b'[[["key",false]],[],"00"]', b'[[["field","nowhere",false,null]],[1],"00"]'],
)
def test_tokens_that_no_answer_held(index: Any, invalid: Any, token: bytes) -> None:
    with invalid("[search.token] is invalid"):
        index.search(next_token=token)


def test_what_a_token_excludes(index: Any, invalid: Any) -> None:
    index.table.fill([(n, {"state": "a"}) for n in range(3)])
    token = index.search(limit=1).next_token
    with invalid("[search.sort] cannot be given together with a token"):
        index.search(next_token=token, sort=[PrimaryKeySort()])
    with invalid("[search.offset] cannot be given together with a token"):
        index.search(next_token=token, offset=1)
    with invalid("[search.collapse] cannot be given together with a token"):
        index.search(next_token=token, collapse_field=Collapse("state"))


# --- columns ---------------------------------------------------------------------------------------------------------


def test_columns(index: Any) -> None:
    index.table.put(1, {"hot": 1, "other": "x", "thin": "t", "sizes": "[1]"})

    def columns(wanted: Any) -> dict[str, Any]:
        ((key, cells),) = index.search(columns=wanted).rows
        assert key == [("id", 1)]
        return {name: value for name, value, _ in cells}

    assert columns(None) == columns(ColumnReturnType.NONE) == {}
    assert columns(ColumnReturnType.ALL) == {"hot": 1, "other": "x", "thin": "t", "sizes": "[1]"}
    assert columns(ColumnReturnType.ALL_FROM_INDEX) == {"hot": 1, "sizes": "[1]"}
    assert columns(["hot", "other", "nowhere"]) == {"hot": 1, "other": "x"}
    assert columns(["hot"]) == {"hot": 1}
    assert columns([]) == {}


def test_collapse_keeps_the_first_of_each(index: Any) -> None:
    states = ["a", "b", "a", None, "c", "b", None]
    index.table.fill([(n, {"hot": -n} if s is None else {"state": s, "hot": -n}) for n, s in enumerate(states)])
    answer = index.search(collapse_field=Collapse("state"), get_total_count=True, limit=100)
    assert [row[0][0][1] for row in answer.rows] == [0, 1, 3, 4]
    assert (answer.total_count, answer.next_token) == (7, b"")
    assert index.keys(collapse_field=Collapse("state"), sort=[FieldSort("hot")]) == [6, 5, 4, 2]
    assert index.keys(collapse_field=Collapse("state"), limit=2, offset=1) == [1, 3]
    assert index.search(collapse_field=Collapse("state"), limit=2).next_token == b""


# --- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limit": -1}, "[search.limit] must not be negative, current limit is -1"),
        ({"offset": -1}, "[search.offset] must not be negative, current offset is -1"),
        ({"limit": 1001}, "[search.limit] must be less than 1000, current limit is 1001"),
        (
            {"limit": 101, "columns": ColumnReturnType.ALL},
            "[search.limit] must be less than 100, current limit is 101",
        ),
        ({"limit": 101, "columns": ["other"]}, "[search.limit] must be less than 100, current limit is 101"),
        ({"limit": 101, "columns": ["thin"]}, "[search.limit] must be less than 100, current limit is 101"),
        ({"limit": 101, "columns": ["sizes"]}, "[search.limit] must be less than 100, current limit is 101"),
        (
            {"limit": 1, "offset": 10_000},
            "Parameter limit + offset must be less than 10000, current offset is 10000, limit is 1",
        ),
        ({"sort": [FieldSort("nowhere")]}, "field_name[nowhere] is not existed"),
        ({"sort": [FieldSort("shut")]}, "sort is not supported for field[shut]: enable_sort_and_agg is off"),
        ({"sort": [FieldSort("text")]}, "sort is not supported for field[text]: enable_sort_and_agg is off"),
        (
            {"sort": [FieldSort("state", DESC, SortMode.AVG)]},
            "SORT_MODE_AVG is not supported for field[state]",
        ),
        ({"collapse_field": Collapse("nowhere")}, "field_name[nowhere] is not existed"),
        (
            {"collapse_field": Collapse("sizes")},
            "collapse is not supported for field[sizes]: it must be a sortable field without arrays",
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_limits(index: Any, invalid: Any, options: dict[str, Any], message: str) -> None:
    with invalid(message):
        index.search(**options)


def test_what_just_passes(index: Any) -> None:
    index.table.fill([(n, {"hot": n}) for n in range(1001)])
    assert len(index.keys(limit=1000)) == 1000
    assert len(index.search(limit=1000, columns=["hot", "state"]).rows) == 1000
    assert len(index.search(limit=1000, columns=ColumnReturnType.ALL_FROM_INDEX).rows) == 1000
    assert len(index.search(limit=100, columns=ColumnReturnType.ALL).rows) == 100
    assert index.keys(limit=100, offset=9900) == []
