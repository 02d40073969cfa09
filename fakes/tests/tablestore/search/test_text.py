"""Text: how it is cut, and what matches in which order."""

from __future__ import annotations

from typing import Any

import pytest
import tablestore as ots_sdk
from hypothesis import given
from hypothesis import strategies as st
from tablestore import (
    AnalyzerType,
    BoolQuery,
    FuzzyAnalyzerParameter,
    MatchPhraseQuery,
    MatchQuery,
    PrefixQuery,
    ScoreSort,
    SingleWordAnalyzerParameter,
    SortOrder,
    SplitAnalyzerParameter,
    TermQuery,
    TermsQuery,
    WildcardQuery,
)

from alifakes.tablestore.engine.search.analysis import query_terms, tokens
from alifakes.tablestore.engine.search.schema import Analyzer, Cut


def _terms(text: str, cut: Cut, **options: Any) -> list[str]:
    return [token.term for token in tokens(Analyzer(cut, **options), text)]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Hang Zhou", ["hang", "zhou"]),
        ("杭州 West-Lake 2024年", ["杭", "州", "west", "lake", "2024", "年"]),
        ("iPhone6, café_ÉTÉ!", ["iphone6", "café", "été"]),
        ("ひらがな カタ 한국어", ["ひ", "ら", "が", "な", "カ", "タ", "한국어"]),
        ("İstanbul 𠀀!", ["İstanbul", "𠀀"]),
        (" …。 ", []),
    ],
)
def test_single_words(text: str, terms: list[str]) -> None:
    assert _terms(text, Cut.SINGLE_WORD) == terms


def test_options_of_single_words() -> None:
    assert _terms("iPhone6 Plus", Cut.SINGLE_WORD, case_sensitive=True) == ["iPhone6", "Plus"]
    assert _terms("iPhone6 Plus", Cut.SINGLE_WORD, delimit_word=True) == ["iphone", "6", "plus"]


def test_the_stand_in_for_semantic_words_pairs_characters() -> None:
    for cut in (Cut.MAX_WORD, Cut.MIN_WORD):
        assert _terms("野生菊花Tea茶", cut) == ["野生", "生菊", "菊花", "tea", "茶"]


def test_splitting() -> None:
    assert _terms("A b\tC", Cut.SPLIT) == ["a", "b", "c"]
    assert _terms("A,b c,,D", Cut.SPLIT, delimiter=",") == ["a", "b c", "d"]
    assert _terms("aXXbXc", Cut.SPLIT, delimiter="XX", case_sensitive=True) == ["a", "bXc"]


def test_fuzzy_pieces() -> None:
    assert _terms("aB1", Cut.FUZZY, max_chars=2) == ["a", "ab", "b", "b1", "1"]
    assert query_terms(Analyzer(Cut.FUZZY, min_chars=2, max_chars=3), "ABCDE") == ["abc", "bcd", "cde"]
    assert query_terms(Analyzer(Cut.FUZZY, min_chars=2, max_chars=3), "A") == []


@given(st.sampled_from(Cut), st.text(max_size=30))
def test_terms_know_where_they_stand(cut: Cut, text: str) -> None:
    analyzer = Analyzer(cut, case_sensitive=True)
    for token in tokens(analyzer, text):
        assert text[token.start : token.end] == token.term


def test_match_in_english(texts: Any) -> None:
    index = texts("This is one", "this is two", "That was three", "two two one")
    assert index.keys(MatchQuery("text", "TWO one")) == ["0", "1", "3"]
    assert index.keys(MatchQuery("text", "two one", operator=ots_sdk.QueryOperator.AND)) == ["3"]
    assert index.keys(MatchQuery("text", "this is one", minimum_should_match=3)) == ["0"]
    assert index.keys(MatchQuery("text", "this is one", minimum_should_match="67%")) == ["0", "1"]
    assert index.keys(MatchQuery("text", "this one", minimum_should_match=1, operator=ots_sdk.QueryOperator.AND)) == [
        "0"
    ]
    assert index.keys(MatchQuery("text", "four")) == []
    assert index.keys(MatchQuery("text", "…")) == []
    assert index.keys(MatchQuery("text", "…", operator=ots_sdk.QueryOperator.AND)) == []


def test_phrases_in_both_languages(texts: Any) -> None:
    index = texts("苕溪边上有一大片野生菊花", "秋天的菊花是野生的", "a b a b c", "b a c")
    assert index.keys(MatchPhraseQuery("text", "野生菊花")) == ["0"]
    assert index.keys(MatchPhraseQuery("text", "菊花")) == ["0", "1"]
    assert index.keys(MatchPhraseQuery("text", "A b C")) == ["2"]
    assert index.keys(MatchPhraseQuery("text", "a a")) == []
    assert index.keys(MatchPhraseQuery("text", "b a")) == ["2", "3"]
    assert index.keys(MatchPhraseQuery("text", "")) == []


def test_terms_are_not_cut(texts: Any) -> None:
    index = texts("this is one", "this is two")
    assert index.keys(TermQuery("text", "this is")) == []
    assert index.keys(TermQuery("text", "This")) == []
    assert index.keys(TermsQuery("text", ["one", "two"])) == ["0", "1"]
    assert index.keys(PrefixQuery("text", "this is")) == []
    assert index.keys(WildcardQuery("text", "t?o")) == ["1"]


TEAS = (
    "求推荐几款菊花茶店铺",
    "秋天最适合饮用的几种花茶",
    "苕溪边上有一大片野生菊花",
    "菊花茶是一款大部分人都适合的经典花茶",
)


def test_chinese_words(texts: Any) -> None:
    index = texts(*TEAS, cut=AnalyzerType.MAXWORD)
    assert len(index.keys(MatchQuery("text", "菊花茶"))) == 4
    assert index.keys(MatchQuery("text", "梨花茶")) == ["0", "1", "3"]
    assert index.keys(MatchQuery("text", "饮用花茶", minimum_should_match=2)) == ["1"]
    assert index.keys(MatchPhraseQuery("text", "野生菊花")) == ["2"]
    assert index.keys(MatchPhraseQuery("text", "秋天菊花")) == []


def test_scores_are_the_services(texts: Any) -> None:
    """(P) asserts 53, 11 and 9 for these texts times 120, 30 and 25."""
    index = texts(*TEAS, cut=AnalyzerType.MAXWORD)
    hits = index.search(MatchQuery("text", "花茶"), sort=[ScoreSort()]).search_hits
    assert [hit.row[0][0][1] for hit in hits] == ["3", "0", "1"]
    best, short, long = (hit.score for hit in hits)
    assert best * 120 == pytest.approx(53, abs=0.5)
    assert (int(long * 30), int(short * 25)) == (11, 9)


def test_fuzzy_pieces_find_any_part(texts: Any) -> None:
    index = texts("马尔代夫", "巴厘岛", "苏梅岛", cut=AnalyzerType.FUZZY, parameter=FuzzyAnalyzerParameter(1, 2))
    assert index.keys(MatchPhraseQuery("text", "岛")) == ["1", "2"]
    assert index.keys(MatchPhraseQuery("text", "尔代夫")) == ["0"]
    assert index.keys(MatchPhraseQuery("text", "巴岛")) == []


def test_analyzers_with_parameters(texts: Any) -> None:
    index = texts("A-B", "a-c", cut=AnalyzerType.SPLIT, parameter=SplitAnalyzerParameter("-"))
    assert index.keys(MatchQuery("text", "a")) == ["0", "1"]
    assert index.keys(TermQuery("text", "b")) == ["0"]


def test_case_matters_on_request(texts: Any) -> None:
    index = texts("Hang Zhou", "hang zhou", parameter=SingleWordAnalyzerParameter(True), cut=AnalyzerType.SINGLEWORD)
    assert index.keys(MatchQuery("text", "Hang")) == ["0"]


def test_better_matches_come_first(texts: Any) -> None:
    index = texts("rare word", "word", "word word word and much else besides", "nothing", "word and more")
    best_first = index.keys(MatchQuery("text", "rare word"), sort=[ScoreSort()])
    assert best_first[0] == "0"
    assert best_first.index("1") < best_first.index("4")
    assert "3" not in best_first
    assert index.keys(MatchQuery("text", "rare word"), sort=[ScoreSort(SortOrder.ASC)]) == best_first[::-1]


def test_weights_and_clauses_add_up(texts: Any) -> None:
    index = texts("one two", "one", "two")
    one, two = MatchQuery("text", "one"), MatchQuery("text", "two", weight=3)
    hits = index.search(BoolQuery(should_queries=[one, two], weight=2), sort=[ScoreSort()]).search_hits
    scores = {hit.row[0][0][1]: hit.score for hit in hits}
    assert scores["2"] == pytest.approx(3 * scores["1"])
    filtered = BoolQuery(filter_queries=[one], should_queries=[two], must_queries=[PrefixQuery("text", "o", weight=5)])
    hits = index.search(filtered, sort=[ScoreSort()]).search_hits
    assert {hit.row[0][0][1]: hit.score for hit in hits} == {
        "0": pytest.approx(5 + scores["0"] / 2 - _one(index)),
        "1": 5,
    }


def _one(index: Any) -> float:
    hits = index.search(MatchQuery("text", "one"), sort=[ScoreSort()]).search_hits
    return next(float(hit.score) for hit in hits if hit.row[0][0][1] == "0")
