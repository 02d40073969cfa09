"""Fragments of a text with tags around what a search found in it."""

from __future__ import annotations

from typing import Any

import pytest
import tablestore as ots_sdk
from hypothesis import given
from hypothesis import strategies as st
from tablestore import (
    AnalyzerType,
    BoolQuery,
    FieldSchema,
    FieldType,
    Highlight,
    HighlightEncoder,
    HighlightFragmentOrder,
    HighlightParameter,
    MatchPhraseQuery,
    MatchQuery,
    PrefixQuery,
    RangeQuery,
    TermQuery,
    TermsQuery,
    WildcardQuery,
)

from alifakes.tablestore.engine.search.analysis import tokens
from alifakes.tablestore.engine.search.schema import Analyzer, Cut

TEAS = (
    "求推荐几款菊花茶店铺",
    "秋天最适合饮用的几种花茶",
    "苕溪边上有一大片野生菊花",
    "菊花茶是一款大部分人都适合的经典花茶",
)


def _fragments(index: Any, query: Any, *parameters: Any, mode: Any = HighlightEncoder.PLAIN_MODE) -> dict[str, Any]:
    """Key -> the fragments of `text`."""
    wanted = Highlight(list(parameters) or [HighlightParameter("text", 3, 100, "<b>", "</b>")], mode)
    found = {}
    for hit in index.search(query, highlight=wanted, limit=100).search_hits:
        for field in _highlighted(hit):
            found[hit.row[0][0][1]] = list(field.field_fragments)
    return found


def _highlighted(hit: Any) -> Any:
    """The SDK's native codec has no result where its Python codec has an empty one."""
    return [] if hit.highlight_result is None else hit.highlight_result.highlight_fields


def test_fragments_as_the_service_cuts_them(texts: Any) -> None:
    """(P)"""
    index = texts(*TEAS, cut=AnalyzerType.MAXWORD)
    assert _fragments(index, MatchQuery("text", "花茶"), HighlightParameter("text", 1, 18, "<b>", "</b>")) == {
        "3": ["菊<b>花茶</b>是一款大部分人都适合的经典<b>花茶</b>"],
        "1": ["秋天最适合饮用的几种<b>花茶</b>"],
        "0": ["求推荐几款菊<b>花茶</b>店铺"],
    }


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        (MatchQuery("text", "ONE three"), "<b>One</b> two one-<b>three</b>".replace("two one", "two <b>one</b>")),
        (MatchPhraseQuery("text", "one two"), "<b>One</b> <b>two</b> one-three"),
        (TermQuery("text", "two"), "One <b>two</b> one-three"),
        (TermsQuery("text", ["two", "three"]), "One <b>two</b> one-<b>three</b>"),
        (PrefixQuery("text", "t"), "One <b>two</b> one-<b>three</b>"),
        (WildcardQuery("text", "*e"), "<b>One</b> two <b>one</b>-<b>three</b>"),
        (RangeQuery("text", "p", "tm"), "One two one-<b>three</b>"),
        (BoolQuery(must_queries=[TermQuery("text", "two")], must_not_queries=[TermQuery("text", "four")]), None),
    ],
    ids=lambda given: "" if isinstance(given, str) else type(given).__name__,
)
def test_what_is_marked(texts: Any, query: Any, marked: str | None) -> None:
    index = texts("One two one-three")
    assert _fragments(index, query) == {"0": [marked or "One <b>two</b> one-three"]}


def test_defaults_and_what_is_not_searched(texts: Any) -> None:
    index = texts("one two")
    assert _fragments(index, TermQuery("text", "two"), HighlightParameter("text")) == {"0": ["one <em>two</em>"]}
    assert _fragments(index, ots_sdk.MatchAllQuery()) == {}
    answer = index.search(TermQuery("text", "two"))
    assert len(_highlighted(answer.search_hits[0])) == 0


def test_overlapping_terms_are_marked_once(texts: Any) -> None:
    index = texts("白菊花茶", cut=AnalyzerType.MINWORD)
    assert _fragments(index, MatchQuery("text", "菊花茶")) == {"0": ["白<b>菊花茶</b>"]}


def test_html_is_escaped_on_request(texts: Any) -> None:
    index = texts("<i>one</i> & two")
    query = TermQuery("text", "one")
    assert _fragments(index, query) == {"0": ["<i><b>one</b></i> & two"]}
    assert _fragments(index, query, mode=HighlightEncoder.HTML_MODE) == {
        "0": ["&lt;i&gt;<b>one</b>&lt;&#x2F;i&gt; &amp; two"]
    }


def test_fragments_of_a_long_text(texts: Any) -> None:
    filler = "lorem ipsum dolor sit amet " * 10
    index = texts(f"{filler}one {filler}one one one {filler}one {filler}")
    size = HighlightParameter("text", 2, 30, "<b>", "</b>")
    first, best = _fragments(index, TermQuery("text", "one"), size)["0"]
    assert (first.count("<b>"), best.count("<b>")) == (1, 3)
    assert all(len(fragment.replace("<b>", "").replace("</b>", "")) <= 30 for fragment in (first, best))
    assert not first.startswith(" ")
    by_score = HighlightParameter("text", 2, 30, "<b>", "</b>", HighlightFragmentOrder.SCORE)
    assert _fragments(index, TermQuery("text", "one"), by_score)["0"] == [best, first]
    assert len(_fragments(index, TermQuery("text", "one"), HighlightParameter("text", 9, 30))["0"]) == 3


@given(st.text("ab 菊花", max_size=40), st.integers(1, 20))
def test_no_fragment_loses_or_invents_anything(text: str, size: int) -> None:
    from alifakes.tablestore.engine.search.highlight import fragments
    from alifakes.tablestore.engine.search.query import HighlightField, Match

    analyzer = Analyzer(Cut.MAX_WORD)
    found = fragments(Match("f", "ab 菊花"), HighlightField("f", 99, size, "<", ">"), analyzer, [text], False)
    marked = sum(fragment.count("<") for fragment in found)
    assert marked == sum(token.term in ("ab", "菊花") for token in tokens(analyzer, text))
    at = 0
    for fragment in found:
        plain = fragment.replace("<", "").replace(">", "")
        at = text.index(plain, at) + len(plain)


def test_highlighting_that_is_refused(table: Any, create_index: Any, invalid: Any) -> None:
    index = create_index(table, FieldSchema("author", FieldType.TEXT), FieldSchema("k", FieldType.KEYWORD))
    with invalid("highlighting is not supported for field[author]"):
        _fragments(index, None, HighlightParameter("author"))
    with invalid("field_name[nowhere] is not existed"):
        _fragments(index, None, HighlightParameter("nowhere"))


def test_sizes_that_are_refused(texts: Any, invalid: Any) -> None:
    index = texts("one")
    with invalid("[highlight.fragment_size] must be positive, not 0"):
        _fragments(index, None, HighlightParameter("text", 1, 0))
    with invalid("[highlight.number_of_fragments] must be positive, not -1"):
        _fragments(index, None, HighlightParameter("text", -1, 10))
