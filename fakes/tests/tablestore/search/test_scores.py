"""Queries that change scores, and phrases with room between their words."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tablestore import (
    AnalyzerType,
    DisMaxQuery,
    FieldSchema,
    FieldType,
    FieldValueFactor,
    FunctionScoreQuery,
    Highlight,
    HighlightParameter,
    MatchAllQuery,
    MatchPhraseQuery,
    MatchQuery,
    RangeQuery,
    ScoreSort,
    TermQuery,
)

from alifakes.tablestore.engine.search.text import _sloppy
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.search_queries import decode_query

TEAS = [
    ("a/001", {"title": "求推荐几款菊花茶店铺", "pv": 25}),
    ("b/001", {"title": "秋天最适合饮用的几种花茶", "pv": 30}),
    ("a/011", {"title": "苕溪边上有一大片野生菊花", "pv": 100}),
    ("a/019", {"title": "菊花茶是一款大部分人都适合的经典花茶", "pv": 120}),
]


@pytest.fixture
def teas(table: Any, create_index: Any) -> Any:
    table.fill(TEAS)
    return create_index(
        table,
        FieldSchema("title", FieldType.TEXT, analyzer=AnalyzerType.MAXWORD, enable_highlighting=True),
        FieldSchema("pv", FieldType.LONG, enable_sort_and_agg=True),
        FieldSchema("rate", FieldType.DOUBLE),
    )


def _scores(index: Any, query: Any) -> dict[Any, float]:
    hits = index.search(query, sort=[ScoreSort()], limit=100).search_hits
    return {hit.row[0][0][1]: hit.score for hit in hits}


def test_the_services_scores(teas: Any) -> None:
    """(P) 53, 11 and 9; which words its dictionary finds is not known, so that the best is out by a little."""
    query = FunctionScoreQuery(MatchQuery("title", "花茶"), FieldValueFactor("pv"))
    scores = _scores(teas, query)
    assert list(scores) == ["a/019", "b/001", "a/001"]
    assert scores["a/019"] == pytest.approx(53, abs=1)
    assert (int(scores["b/001"]), int(scores["a/001"])) == (11, 9)


def test_fragments_of_what_a_function_scores(teas: Any) -> None:
    query = FunctionScoreQuery(MatchQuery("title", "花茶"), FieldValueFactor("pv"))
    marked = Highlight([HighlightParameter("title", 1, 18, "<b>", "</b>")])
    hits = teas.search(query, sort=[ScoreSort()], highlight=marked, limit=1).search_hits
    (field,) = hits[0].highlight_result.highlight_fields
    assert list(field.field_fragments) == ["菊<b>花茶</b>是一款大部分人都适合的经典<b>花茶</b>"]


def test_the_services_count(large_sample: Any) -> None:
    query = FunctionScoreQuery(RangeQuery("l", 100, 300), FieldValueFactor("l"))
    answer = large_sample.search(query, limit=100, get_total_count=True)
    assert (len(answer.rows), answer.total_count) == (100, 200)
    best = large_sample.search(query, sort=[ScoreSort()], limit=2)
    assert [(hit.row[0][0][1], hit.score) for hit in best.search_hits] == [(299, 299), (298, 298)]


def test_factors(teas: Any, invalid: Any) -> None:
    teas.table.put("c", {"title": "茶"})
    assert _scores(teas, FunctionScoreQuery(MatchAllQuery(), FieldValueFactor("pv")))["c"] == 1
    assert set(_scores(teas, FunctionScoreQuery(MatchAllQuery(), FieldValueFactor("rate"))).values()) == {1}
    with invalid("Function score is not supported for field[title] of type TEXT"):
        teas.search(FunctionScoreQuery(MatchAllQuery(), FieldValueFactor("title")))
    with invalid("field_name[nowhere] is not existed"):
        teas.search(FunctionScoreQuery(MatchAllQuery(), FieldValueFactor("nowhere")))


def test_the_best_of_several(sample: Any) -> None:
    one, two = TermQuery("k", "key001", weight=2), TermQuery("t", "1")
    alone = _scores(sample, one)[1], _scores(sample, two)[1]
    both = DisMaxQuery([one, two])
    assert _scores(sample, both) == {1: pytest.approx(max(alone))}
    assert _scores(sample, DisMaxQuery([one, two], tie_breaker=0.5, weight=3))[1] == pytest.approx(
        3 * (max(alone) + min(alone) / 2), rel=1e-6
    )
    assert sample.keys(DisMaxQuery([TermQuery("l", 3), TermQuery("l", 5)])) == [(3, "pk_3"), (5, "pk_5")]


def test_a_constant_score() -> None:
    """The Python SDK cannot ask for it."""
    inner = pb.Query(type=pb.EXISTS_QUERY, query=pb.ExistsQuery(field_name="x").SerializeToString())
    body = pb.ConstScoreQuery(filter=inner).SerializeToString()
    decoded = decode_query(pb.Query(type=pb.CONST_SCORE_QUERY, query=body))
    assert repr(decoded) == "ConstantScore(query=Exists(field='x'))"


# --- phrases ---------------------------------------------------------------------------------------------------------


def test_words_out_of_place(table: Any, create_index: Any) -> None:
    table.fill([(str(n), {"t": text}) for n, text in enumerate(["a b c", "a x b c", "a x x b", "b a", "c b a", "a a"])])
    index = create_index(table, FieldSchema("t", FieldType.TEXT))

    def found(text: str, slop: int) -> list[str]:
        return list(index.keys(MatchPhraseQuery("t", text, slop=slop)))

    assert found("a b", 0) == ["0"]
    assert found("a b", 1) == ["0", "1"]
    assert found("a b", 2) == ["0", "1", "2", "3", "4"]
    assert found("a c", 1) == ["0"]
    assert found("a a", 0) == ["5"]
    assert found("a a", 5) == ["5"]
    scores = _scores(index, MatchPhraseQuery("t", "a b", slop=2))
    assert scores["0"] > scores["1"] > scores["2"]


STARTS = st.lists(st.integers(0, 30), min_size=1, max_size=5, unique=True).map(sorted)


@given(st.lists(STARTS, min_size=2, max_size=3), st.integers(0, 5))
def test_a_span_is_found_where_there_is_one(starts: list[list[int]], slop: int) -> None:
    places = [{start + at for start in term} for at, term in enumerate(starts)]
    assume(len(set.union(*places)) == sum(map(len, places)))  # different terms stand in different places
    narrowest = min(max(chosen) - min(chosen) for chosen in itertools.product(*starts))
    assert (_sloppy(starts, slop) > 0) is (narrowest <= slop)


def test_every_slop_of_a_single_word(sample: Any) -> None:
    for slop in (0, 3):
        assert sample.keys(MatchPhraseQuery("t", "7", slop=slop)) == [(7, "pk_7")]
