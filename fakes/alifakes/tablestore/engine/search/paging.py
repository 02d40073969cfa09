"""Pages: which documents of a search stand on one, and the token that leads to the next."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import islice

from alifakes.tablestore.engine.search.index import InvertedIndex
from alifakes.tablestore.engine.search.matches import Matches
from alifakes.tablestore.engine.search.ordering import Place, Ranking, Sorts, is_kept, place
from alifakes.tablestore.engine.search.sort_checks import has_score
from alifakes.tablestore.engine.search.tokens import make_token, read_token

_FEW = 1000  # up to so many matches are sorted; of more, the kept order is read until the page is full


def numbers_in_order(
    index: InvertedIndex, matches: Matches, sorts: Sorts, after: Place | None, at_most: int
) -> Iterator[int]:
    """The documents that match, in order, from behind a place on: `at_most` of them, or more."""
    if is_kept(sorts) and len(matches.documents) > _FEW:
        numbers = (index.numbers[key] for key in index.orders.keys(sorts, after))
        return (number for number in numbers if number in matches.documents)
    ranking = Ranking(index, sorts)
    scored = has_score(sorts)
    places = []
    for number in matches.documents:
        raw = ranking.raw(number, matches.score(number) if scored else 0.0)
        places.append(place(sorts, raw, index.documents[number].key))
    behind = places if after is None else [found for found in places if after < found]
    return (index.numbers[found[-1]] for found in heapq.nsmallest(at_most, behind))


def collapsed(index: InvertedIndex, numbers: Iterator[int], field: str | None) -> Iterator[int]:
    """Of documents with the same value only the first; without a field all."""
    if field is None:
        yield from numbers
        return
    read = index.reader(field)
    seen = set()
    for number in numbers:
        value = read(number)
        if value not in seen:
            seen.add(value)
            yield number


def page(numbers: Iterator[int], offset: int, limit: int) -> tuple[list[int], bool]:
    """The numbers on the page, and whether it is full: then a token follows, even if nothing stands behind it (H)."""
    found = list(islice(numbers, offset, offset + limit))
    return found, len(found) == limit


def token_behind(index: InvertedIndex, matches: Matches, sorts: Sorts, number: int) -> bytes:
    """The order and the document's place in it."""
    raw = Ranking(index, sorts).raw(number, matches.score(number))
    return make_token(index.schema, sorts, raw, index.documents[number].key)


def place_behind(index: InvertedIndex, token: bytes) -> tuple[Sorts, Place]:
    """Raises OtsError for a token that this index did not give out."""
    sorts, raw, key = read_token(index.schema, token)
    return sorts, place(sorts, raw, key)
