"""Passages: words as the search index cuts them, phrases found where it finds them, excerpts that invent nothing."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alifakes.tablestore.engine.search.analysis import query_terms, tokens
from alifakes.tablestore.engine.search.schema import Analyzer
from feed.domain.passages import Passages, joined, parts

TEXTS = st.text("ab1 _-<&/茶花ごカé", max_size=60) | st.text(max_size=30)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("菊花茶", ["菊花茶"]),
        (" West-Lake\u3000龙井 ", ["West-Lake", "龙井"]),
        ("C++ ! … 茶", ["C++", "茶"]),
        ("?!", []),
    ],
)
def test_a_query_falls_into_parts(query: str, wanted: list[str]) -> None:
    assert parts(query) == wanted


@given(TEXTS, TEXTS)
def test_a_part_is_found_where_the_index_finds_it(text: str, query: str) -> None:
    analyzer = Analyzer()
    indexed = tokens(analyzer, text)
    for part in parts(query) + parts(text[len(text) // 2 :]):
        terms = query_terms(analyzer, part)
        rows = [indexed[at : at + len(terms)] for at in range(len(indexed))]
        expected = {(word.start, word.end) for row in rows if [word.term for word in row] == terms for word in row}
        assert set(Passages(text).places(part)) == expected


@given(TEXTS, st.lists(TEXTS, max_size=3), st.integers(1, 5), st.integers(1, 30))
def test_excerpts_are_pieces_of_the_text_in_its_order(
    text: str, queries: list[str], most: int, characters: int
) -> None:
    passages = Passages(text)
    places = {place for query in queries for part in parts(query) for place in passages.places(part)}
    found = passages.excerpts(places, most, characters)
    assert len(found) <= most
    assert bool(found) == bool(places)
    at = marked = 0
    for excerpt in found:
        plain = html.unescape(excerpt.replace("<em>", "").replace("</em>", ""))
        at = text.index(plain, at) + len(plain)
        longest = max(end - start for start, end in places)
        assert len(plain) <= max(characters, longest)
        rest = excerpt.replace("<em>", "").replace("</em>", "")
        assert not set(rest) & set("<>\"'/")
        marked += excerpt.count("<em>")
    assert len(found) <= marked <= len(places)


def test_everything_found_is_marked_where_there_is_room() -> None:
    text = "山里的菊花茶，Herbal TEA & <b>, and tea again/茶"
    passages = Passages(text)
    places = passages.places("菊花") + passages.places("tea") + passages.places("茶")
    assert passages.excerpts(places, 1, 100) == [
        "山里的<em>菊花茶</em>，Herbal <em>TEA</em> &amp; &lt;b&gt;, and <em>tea</em> again&#x2F;<em>茶</em>"
    ]


def test_long_texts_are_cut_between_words() -> None:
    filler = "lorem ipsum dolor sit amet " * 10
    passages = Passages(f"{filler}one {filler}one one {filler}one {filler}")
    assert passages.excerpts(passages.places("ONE"), 2, 30) == [
        "amet <em>one</em> lorem ipsum dolor sit",
        "amet <em>one</em> <em>one</em> lorem ipsum dolor",
    ]


def test_marks_of_one_phrase_become_one() -> None:
    assert joined("<em>菊</em><em>花</em> <em>茶</em>") == "<em>菊花</em> <em>茶</em>"
