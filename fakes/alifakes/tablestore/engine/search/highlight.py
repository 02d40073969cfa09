"""Fragments of a text around the terms that a search found in it, with tags around these."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence

from alifakes.tablestore.engine.search.analysis import Token, query_terms, tokens
from alifakes.tablestore.engine.search.postings import wildcard
from alifakes.tablestore.engine.search.query import (
    Bool,
    ConstantScore,
    DisMax,
    FunctionScore,
    HighlightField,
    Match,
    Phrase,
    Prefix,
    Query,
    Range,
    Term,
    Terms,
    Wildcard,
)
from alifakes.tablestore.engine.search.schema import Analyzer

Span = tuple[int, int]  # characters [start, end)


def fragments(
    query: Query, wanted: HighlightField, analyzer: Analyzer, texts: Sequence[str], escape_html: bool
) -> tuple[str, ...]:
    """At most as many as wanted, the best of all texts; none when the query looks for nothing in this field.

    Where the service cuts a text is not documented; here a fragment never cuts what was found.
    """
    found: list[tuple[int, str]] = []
    for text in texts:
        words = tokens(analyzer, text)
        hits = _merged(_hits(query, wanted.field, analyzer, words))
        for start, end, inside in _cut(text, words, hits, wanted.size):
            found.append((len(inside), _tagged(text, start, end, inside, wanted, escape_html)))
    best = sorted(range(len(found)), key=lambda at: -found[at][0])[: wanted.fragments]
    return tuple(found[at][1] for at in (best if wanted.best_first else sorted(best)))


def _hits(query: Query, field: str, analyzer: Analyzer, words: Sequence[Token]) -> Iterator[Span]:
    if isinstance(query, Bool):
        for part in (*query.must, *query.filters, *query.should):
            yield from _hits(part, field, analyzer, words)
    elif isinstance(query, DisMax):
        for part in query.queries:
            yield from _hits(part, field, analyzer, words)
    elif isinstance(query, ConstantScore | FunctionScore):
        yield from _hits(query.query, field, analyzer, words)
    elif isinstance(query, Phrase):
        if query.field == field:
            yield from _phrase_hits(query_terms(analyzer, query.text), words)
    else:
        test = _term_test(query, field, analyzer)
        if test is not None:
            yield from ((word.start, word.end) for word in words if test(word.term))


def _phrase_hits(terms: Sequence[str], words: Sequence[Token]) -> Iterator[Span]:
    places = {(word.position, word.term): word for word in words}
    for first in words:
        run = [places.get((first.position + at, term)) for at, term in enumerate(terms)]
        yield from ((word.start, word.end) for word in run if word is not None and None not in run)


def _term_test(query: Query, field: str, analyzer: Analyzer) -> Callable[[str], bool] | None:
    """Whether the query looks for a term; None when it looks into other fields."""
    if getattr(query, "field", None) != field:
        return None
    if isinstance(query, Match):
        return frozenset(query_terms(analyzer, query.text)).__contains__
    if isinstance(query, Term | Terms):
        return frozenset((query.value,) if isinstance(query, Term) else query.values).__contains__
    if isinstance(query, Prefix):
        return lambda term: term.startswith(query.prefix)
    if isinstance(query, Wildcard):
        pattern = wildcard(query.pattern)
        return lambda term: pattern.fullmatch(term) is not None
    if isinstance(query, Range):
        return lambda term: _in_range(query, term)
    return None


def _in_range(query: Range, term: str) -> bool:
    low, high = query.low, query.high
    above = low is None or str(low) < term or (query.include_low and low == term)
    return above and (high is None or term < str(high) or (query.include_high and high == term))


def _merged(spans: Iterator[Span]) -> list[Span]:
    """In order, overlapping ones as one; neighbours stay apart."""
    merged: list[Span] = []
    for start, end in sorted(set(spans)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(text: str, words: Sequence[Token], hits: list[Span], size: int) -> Iterator[tuple[int, int, list[Span]]]:
    """Fragments that hold as many hits as fit, filled with the text around them up to whole terms."""
    behind = 0
    while hits:
        first = hits[0][0]
        inside = [hit for hit in hits if hit[1] - first <= size] or hits[:1]
        hits = hits[len(inside) :]
        last = inside[-1][1]
        spare = max(0, size - (last - first))
        end = min(len(text), last + spare - spare // 2, hits[0][0] if hits else len(text))
        start = max(behind, first - (spare - (end - last)))
        end = min(len(text), start + max(size, last - start), hits[0][0] if hits else len(text))
        if start > 0:
            start = min((word.start for word in words if start <= word.start), default=first)
        if end < len(text):
            end = max((word.end for word in words if word.end <= end), default=last)
        behind = end
        yield start, end, inside


def _tagged(text: str, start: int, end: int, inside: list[Span], wanted: HighlightField, escape_html: bool) -> str:
    clean = _escaped if escape_html else str
    parts = []
    at = start
    for hit_start, hit_end in inside:
        parts += [clean(text[at:hit_start]), wanted.pre_tag, clean(text[hit_start:hit_end]), wanted.post_tag]
        at = hit_end
    return "".join([*parts, clean(text[at:end])])


def _escaped(text: str) -> str:
    """(D) slashes too"""
    return html.escape(text).replace("/", "&#x2F;")
