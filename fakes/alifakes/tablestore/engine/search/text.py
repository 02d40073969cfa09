"""What is found in text, and how well: BM25 with k1 = 1.2 and b = 0.75 (D), as Lucene computed it up to 7."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from alifakes.tablestore.engine.search.analysis import query_terms
from alifakes.tablestore.engine.search.levels import Level
from alifakes.tablestore.engine.search.matches import WORDS, Matches, constant, searched
from alifakes.tablestore.engine.search.postings import Positions, Postings, TextPostings
from alifakes.tablestore.engine.search.query import Match, Phrase
from alifakes.tablestore.engine.search.schema import Field

_K1, _B = 1.2, 0.75

Often = Callable[[int], float]


def match_parts(level: Level[Any], query: Match) -> list[Matches]:
    """One for each term."""
    field = searched(level, query.field, "MATCH_QUERY", WORDS)
    postings = level.postings[query.field]
    return [term_matches(postings, term, query.weight) for term in _terms(field, query.text)]


def term_matches(postings: Postings[Any], term: str, weight: float) -> Matches:
    rarity = weight * _rarity(postings, (term,))
    if not isinstance(postings, TextPostings):  # of values the length does not count
        return constant(postings.of(term), rarity)
    places = postings.positions(term)
    return _scored(postings, places, lambda document: len(places[document]), rarity)


def phrase(level: Level[Any], query: Phrase) -> Matches:
    field = searched(level, query.field, "MATCH_PHRASE_QUERY", WORDS)
    postings = level.postings[query.field]
    terms = _terms(field, query.text)
    if not isinstance(postings, TextPostings):
        return term_matches(postings, query.text, query.weight)
    found = _phrases(postings, terms, query.slop)
    return _scored(postings, found, found.__getitem__, query.weight * _rarity(postings, terms))


def _terms(field: Field, text: str) -> Sequence[str]:
    return (text,) if field.analyzer is None else query_terms(field.analyzer, text)


def _rarity(postings: Postings[Any], terms: Sequence[str]) -> float:
    having = len(postings.documents)
    counts = [len(postings.of(term)) for term in terms]
    return sum(math.log(1 + (having - count + 0.5) / (count + 0.5)) for count in counts)


def _scored(postings: TextPostings, found: Mapping[int, object], often: Often, rarity: float) -> Matches:
    """Rare terms weigh more, and a text the more the oftener it has them and the shorter it is."""
    if not found:
        return constant(frozenset())
    average = postings.total_length / len(postings.documents)

    def score(document: int) -> float:
        times = often(document)
        length = postings.lengths[document] / average
        return rarity * times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * length))

    return Matches(found.keys(), score)


# --- phrases ---------------------------------------------------------------------------------------------------------


def _phrases(postings: TextPostings, terms: Sequence[str], slop: int) -> dict[int, float]:
    """The documents in which the terms follow one another, and how often; an inexact one counts for less than once."""
    if not terms:
        return {}
    places = [postings.positions(term) for term in terms]
    found: dict[int, float] = {}
    for document in min(places, key=len):
        if not all(document in other for other in places):
            continue
        starts = [[position - at for position in other[document]] for at, other in enumerate(places)]
        often = _exact(starts) if slop <= 0 else _sloppy(starts, slop)
        if often:
            found[document] = often
    return found


def _exact(starts: Sequence[Sequence[int]]) -> int:
    return len(set(starts[0]).intersection(*starts[1:]))


def _sloppy(starts: Sequence[Sequence[int]], slop: int) -> float:
    """Sums 1 / (1 + distance) over the narrowest spans in which every term stands, as Lucene does.

    `starts` are where the phrase would begin for each term to be in its place; their distance is how far apart these
    lie. Two terms of a phrase never share a place in the text.
    """
    at = [0] * len(starts)
    often = 0.0
    while True:
        current = [places[index] for places, index in zip(starts, at, strict=True)]
        lowest = min(range(len(current)), key=current.__getitem__)
        distance = max(current) - current[lowest]
        if distance <= slop and _distinct(current):
            often += 1 / (1 + distance)
        at[lowest] += 1
        if at[lowest] == len(starts[lowest]):
            return often


def _distinct(current: Positions | list[int]) -> bool:
    return len({start + place for place, start in enumerate(current)}) == len(current)
