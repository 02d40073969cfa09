"""Which documents a query matches, and how well: BM25 with k1 = 1.2 and b = 0.75 (D), as Lucene computed it up to 7."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import NamedTuple

from alifakes.tablestore import search_errors
from alifakes.tablestore.engine.model import Value
from alifakes.tablestore.engine.search.analysis import query_terms
from alifakes.tablestore.engine.search.index import InvertedIndex
from alifakes.tablestore.engine.search.postings import Positions, Postings
from alifakes.tablestore.engine.search.query import (
    Bool,
    Exists,
    Match,
    MatchAll,
    Phrase,
    Prefix,
    Query,
    Range,
    Term,
    Terms,
    Wildcard,
)
from alifakes.tablestore.engine.search.schema import Field, FieldType
from alifakes.tablestore.engine.search.values import as_field_value

_K1, _B = 1.2, 0.75
_WORDS = (FieldType.KEYWORD, FieldType.TEXT)


class Matches(NamedTuple):
    """`documents` are not to be changed: they may be the index's own; `score` is asked of none but these."""

    documents: AbstractSet[int]
    score: Callable[[int], float]


def find(index: InvertedIndex, query: Query) -> Matches:
    """Raises OtsError for a field that the index does not have, or that the query does not suit."""
    return _FINDERS[type(query)](index, query)


def _constant(documents: AbstractSet[int], weight: float = 1.0) -> Matches:
    return Matches(documents, lambda _document: weight)


def _searched(index: InvertedIndex, name: str, kind: str, types: Sequence[FieldType] | None = None) -> Field:
    field = index.fields.get(name)
    if field is None:
        raise search_errors.field_missing(name)
    if not field.indexed:
        raise search_errors.field_not_indexed(name)
    if types is not None and field.type not in types:
        raise search_errors.query_does_not_suit(kind, name, field.type.value)
    return field


# --- values ----------------------------------------------------------------------------------------------------------


def _match_all(index: InvertedIndex, _query: MatchAll) -> Matches:
    return _constant(index.documents.keys())


def _exists(index: InvertedIndex, query: Exists) -> Matches:
    _searched(index, query.field, "EXISTS_QUERY")
    return _constant(index.postings[query.field].documents)


def _term(index: InvertedIndex, query: Term) -> Matches:
    field = _searched(index, query.field, "TERM_QUERY")
    value = as_field_value(field, query.value)
    postings = index.postings[query.field]
    if field.type in _WORDS:
        assert isinstance(value, str)
        return _scored(postings, postings.of(value), (value,), query.weight)
    return _constant(postings.of(value).keys(), query.weight)


def _terms(index: InvertedIndex, query: Terms) -> Matches:
    field = _searched(index, query.field, "TERMS_QUERY")
    values = [as_field_value(field, value) for value in query.values]
    return _constant(_union(index.postings[query.field], values), query.weight)


def _range(index: InvertedIndex, query: Range) -> Matches:
    field = _searched(index, query.field, "RANGE_QUERY")
    low = None if query.low is None else as_field_value(field, query.low)
    high = None if query.high is None else as_field_value(field, query.high)
    postings = index.postings[query.field]
    if low is None and high is None:
        return _constant(postings.documents)
    return _constant(_union(postings, postings.between(low, high, query.include_low, query.include_high)))


def _prefix(index: InvertedIndex, query: Prefix) -> Matches:
    _searched(index, query.field, "PREFIX_QUERY", _WORDS)
    postings = index.postings[query.field]
    return _constant(_union(postings, postings.starting(query.prefix)), query.weight)


def _wildcard(index: InvertedIndex, query: Wildcard) -> Matches:
    _searched(index, query.field, "WILDCARD_QUERY", _WORDS)
    if len(query.pattern) > search_errors.MAX_WILDCARD:
        raise search_errors.wildcard_too_long()
    postings = index.postings[query.field]
    return _constant(_union(postings, postings.like(query.pattern)), query.weight)


def _union(postings: Postings, values: Iterable[Value]) -> AbstractSet[int]:
    return set(chain.from_iterable(map(postings.of, values)))


# --- text ------------------------------------------------------------------------------------------------------------


def _match(index: InvertedIndex, query: Match) -> Matches:
    field = _searched(index, query.field, "MATCH_QUERY", _WORDS)
    postings = index.postings[query.field]
    terms = [query.text] if field.analyzer is None else query_terms(field.analyzer, query.text)
    needed = max(1, len(terms) if query.every else _minimum(query.minimum, len(terms)))
    parts = [_scored(postings, postings.of(term), (term,), query.weight) for term in terms]
    return _sum(_at_least([part.documents for part in parts], needed), parts)


def _phrase(index: InvertedIndex, query: Phrase) -> Matches:
    field = _searched(index, query.field, "MATCH_PHRASE_QUERY", _WORDS)
    postings = index.postings[query.field]
    terms = (query.text,) if field.analyzer is None else tuple(query_terms(field.analyzer, query.text))
    return _scored(postings, _phrase_starts(postings, terms), terms, query.weight)


def _phrase_starts(postings: Postings, terms: tuple[str, ...]) -> Mapping[int, Positions]:
    """The documents in which the terms follow one another, with the places of the first."""
    if not terms:
        return {}
    places = [postings.of(term) for term in terms]
    if len(places) == 1:
        return places[0]
    found: dict[int, Positions] = {}
    rarest = min(places, key=len)
    for document in rarest:
        if not all(document in other for other in places):
            continue
        starts = set(places[0][document])
        for distance, other in enumerate(places):
            starts.intersection_update([position - distance for position in other[document]])
        if starts:
            found[document] = tuple(sorted(starts))
    return found


def _scored(postings: Postings, found: Mapping[int, Positions], terms: tuple[str, ...], weight: float) -> Matches:
    """BM25: rare terms weigh more, and a text the more the oftener it has them and the shorter it is."""
    having = len(postings.documents)
    rarity = weight * sum(
        math.log(1 + (having - len(postings.of(term)) + 0.5) / (len(postings.of(term)) + 0.5)) for term in terms
    )
    if not postings.total_length:  # of values the length does not count
        return _constant(found.keys(), rarity)
    average = postings.total_length / having

    def score(document: int) -> float:
        often = len(found[document])
        length = postings.lengths[document] / average
        return rarity * often * (_K1 + 1) / (often + _K1 * (1 - _B + _B * length))

    return Matches(found.keys(), score)


# --- combinations ----------------------------------------------------------------------------------------------------


def _bool(index: InvertedIndex, query: Bool) -> Matches:
    must, filters, must_not, should = (
        [find(index, part) for part in parts] for parts in (query.must, query.filters, query.must_not, query.should)
    )
    required = sorted([part.documents for part in (*must, *filters)], key=len)
    documents: AbstractSet[int] = required[0] if required else index.documents.keys()
    for other in required[1:]:
        documents = documents & other
    needed = _minimum(query.minimum, len(should)) if query.minimum is not None else int(bool(should) and not required)
    if needed > 0:
        enough = _at_least([part.documents for part in should], needed)
        documents = documents & enough if required else enough
    for part in must_not:
        documents = documents - part.documents
    return _sum(documents, [*must, *should], query.weight)


def _at_least(sets: Sequence[AbstractSet[int]], needed: int) -> AbstractSet[int]:
    """What lies in so many of the sets; nothing when there are not so many."""
    if needed > len(sets):
        return frozenset()
    if len(sets) == 1:
        return sets[0]
    if needed == len(sets):
        smallest, *others = sorted(sets, key=len)
        return {document for document in smallest if all(document in other for other in others)}
    if needed == 1:
        return set(chain.from_iterable(sets))
    counts = Counter(chain.from_iterable(sets))
    return {document for document, count in counts.items() if count >= needed}


def _sum(documents: AbstractSet[int], parts: Sequence[Matches], weight: float = 1.0) -> Matches:
    def score(document: int) -> float:
        return weight * sum([part.score(document) for part in parts if document in part.documents])

    return Matches(documents, score)


def _minimum(text: str | None, clauses: int) -> int:
    """A number or a percentage of the clauses, rounded down; negative ones may be missing. Raises OtsError."""
    if text is None:
        return 0
    try:
        number = int(clauses * abs(int(text[:-1])) / 100) if text.endswith("%") else abs(int(text))
    except ValueError:
        raise search_errors.invalid_minimum(text) from None
    return clauses - number if text.startswith("-") else number


_FINDERS: Mapping[type, Callable[..., Matches]] = {
    Bool: _bool,
    Exists: _exists,
    Match: _match,
    MatchAll: _match_all,
    Phrase: _phrase,
    Prefix: _prefix,
    Range: _range,
    Term: _term,
    Terms: _terms,
    Wildcard: _wildcard,
}
