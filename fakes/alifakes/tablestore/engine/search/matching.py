"""Which documents of a level a query finds, and how well; text and places have modules of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Any

from alifakes.tablestore import errors
from alifakes.tablestore.engine.search import places, text
from alifakes.tablestore.engine.search.levels import Element, Level
from alifakes.tablestore.engine.search.matches import WORDS, Matches, constant, searched, union
from alifakes.tablestore.engine.search.query import (
    Bool,
    ConstantScore,
    DisMax,
    Exists,
    FunctionScore,
    GeoBox,
    GeoCircle,
    GeoPolygon,
    Match,
    MatchAll,
    Nested,
    Phrase,
    Prefix,
    Query,
    Range,
    ScoreMode,
    Term,
    Terms,
    Wildcard,
)
from alifakes.tablestore.engine.search.schema import FieldType
from alifakes.tablestore.engine.search.values import as_field_value

_NUMBERS = (FieldType.LONG, FieldType.DOUBLE)


def find(level: Level[Any], query: Query) -> Matches:
    """Raises OtsError for a field that the level does not have, or that the query does not suit."""
    return _FINDERS[type(query)](level, query)


# --- values ----------------------------------------------------------------------------------------------------------


def _match_all(level: Level[Any], _query: MatchAll) -> Matches:
    return constant(level.documents.keys())


def _exists(level: Level[Any], query: Exists) -> Matches:
    searched(level, query.field, "EXISTS_QUERY")
    return constant(level.postings[query.field].documents)


def _term(level: Level[Any], query: Term) -> Matches:
    field = searched(level, query.field, "TERM_QUERY")
    value = as_field_value(field, query.value)
    postings = level.postings[query.field]
    if field.type in WORDS:
        assert isinstance(value, str)
        return text.term_matches(postings, value, query.weight)
    return constant(postings.of(value), query.weight)


def _terms(level: Level[Any], query: Terms) -> Matches:
    field = searched(level, query.field, "TERMS_QUERY")
    values = [as_field_value(field, value) for value in query.values]
    return constant(union(level.postings[query.field], values), query.weight)


def _range(level: Level[Any], query: Range) -> Matches:
    field = searched(level, query.field, "RANGE_QUERY")
    low = None if query.low is None else as_field_value(field, query.low)
    high = None if query.high is None else as_field_value(field, query.high)
    postings = level.postings[query.field]
    if low is None and high is None:
        return constant(postings.documents)
    return constant(union(postings, postings.between(low, high, query.include_low, query.include_high)))


def _prefix(level: Level[Any], query: Prefix) -> Matches:
    searched(level, query.field, "PREFIX_QUERY", WORDS)
    postings = level.postings[query.field]
    return constant(union(postings, postings.starting(query.prefix)), query.weight)


def _wildcard(level: Level[Any], query: Wildcard) -> Matches:
    searched(level, query.field, "WILDCARD_QUERY", WORDS)
    if len(query.pattern) > errors.MAX_WILDCARD:
        raise errors.wildcard_too_long()
    postings = level.postings[query.field]
    return constant(union(postings, postings.like(query.pattern)), query.weight)


def _match(level: Level[Any], query: Match) -> Matches:
    parts = text.match_parts(level, query)
    needed = max(1, len(parts) if query.every else _minimum(query.minimum, len(parts)))
    return _sum(_at_least([part.documents for part in parts], needed), parts)


# --- combinations ----------------------------------------------------------------------------------------------------


def _bool(level: Level[Any], query: Bool) -> Matches:
    must, filters, must_not, should = (
        [find(level, part) for part in parts] for parts in (query.must, query.filters, query.must_not, query.should)
    )
    required = sorted([part.documents for part in (*must, *filters)], key=len)
    documents: AbstractSet[int] = required[0] if required else level.documents.keys()
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
        raise errors.invalid_minimum(text) from None
    return clauses - number if text.startswith("-") else number


def _dis_max(level: Level[Any], query: DisMax) -> Matches:
    parts = [find(level, part) for part in query.queries]

    def score(document: int) -> float:
        scores = sorted([part.score(document) for part in parts if document in part.documents])
        return query.weight * (scores[-1] + query.tie_breaker * sum(scores[:-1]))

    return Matches(_at_least([part.documents for part in parts], 1), score)


def _constant_score(level: Level[Any], query: ConstantScore) -> Matches:
    return constant(find(level, query.query).documents)


def _function_score(level: Level[Any], query: FunctionScore) -> Matches:
    """A row without the factor's field keeps its score (not verified with the service)."""
    field = searched(level, query.factor, "FUNCTION_SCORE_QUERY")
    if field.type not in _NUMBERS:
        raise errors.invalid_score_factor(query.factor, field.type.value)
    read = level.reader(query.factor)
    inner = find(level, query.query)

    def score(document: int) -> float:
        factors = read(document)
        return inner.score(document) * (factors[0] if factors else 1)  # type: ignore[operator]

    return Matches(inner.documents, score)


def _nested(level: Level[Any], query: Nested) -> Matches:
    inner_level = level.nested.get(query.path)
    if inner_level is None and query.path in level.fields:
        raise errors.nested_path_not_nested(query.path)
    if inner_level is None:
        raise errors.nested_path_missing(query.path)
    inner = find(inner_level, query.query)
    found = by_parent(inner_level, inner.documents)
    combine = _COMBINED[query.mode]
    return Matches(
        found.keys(), lambda document: query.weight * combine([inner.score(child) for child in found[document]])
    )


def by_parent(level: Level[Element], numbers: AbstractSet[int]) -> dict[int, list[int]]:
    """Elements by the document that they stand in, in its order."""
    found: dict[int, list[int]] = {}
    for number in sorted(numbers):
        found.setdefault(level.documents[number].parent, []).append(number)
    return found


_COMBINED: Mapping[ScoreMode, Callable[[list[float]], float]] = {
    ScoreMode.NONE: lambda _scores: 0.0,
    ScoreMode.AVG: lambda scores: sum(scores) / len(scores),
    ScoreMode.MAX: max,
    ScoreMode.TOTAL: sum,
    ScoreMode.MIN: min,
}

_FINDERS: Mapping[type, Callable[..., Matches]] = {
    Bool: _bool,
    ConstantScore: _constant_score,
    DisMax: _dis_max,
    Exists: _exists,
    FunctionScore: _function_score,
    GeoBox: places.box,
    GeoCircle: places.circle,
    GeoPolygon: places.polygon,
    Match: _match,
    MatchAll: _match_all,
    Nested: _nested,
    Phrase: text.phrase,
    Prefix: _prefix,
    Range: _range,
    Term: _term,
    Terms: _terms,
    Wildcard: _wildcard,
}
