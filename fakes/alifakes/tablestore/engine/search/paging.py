"""Pages: which documents of a search stand on one, and the token that leads to the next."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from itertools import islice

from alifakes.tablestore import search_errors
from alifakes.tablestore.engine.search.index import InvertedIndex
from alifakes.tablestore.engine.search.matching import Matches
from alifakes.tablestore.engine.search.ordering import Place, Raw, Sorts, place, raw_values
from alifakes.tablestore.engine.search.schema import (
    FieldSort,
    FieldType,
    KeySort,
    ScoreSort,
    Sorter,
    dump_sort,
    load_sort,
)

_FEW = 1000  # up to so many matches are sorted; of more, the kept order is read until the page is full


def numbers_in_order(
    index: InvertedIndex, matches: Matches, sorts: Sorts, after: Place | None, at_most: int
) -> Iterator[int]:
    """The documents that match, in order, from behind a place on: `at_most` of them, or more."""
    by_score = any(isinstance(sorter, ScoreSort) for sorter in sorts)
    if not by_score and len(matches.documents) > _FEW:
        numbers = (index.numbers[key] for key in index.orders.keys(sorts, after))
        return (number for number in numbers if number in matches.documents)
    places = []
    for number in matches.documents:
        document = index.documents[number]
        raw = raw_values(sorts, document, matches.score(number) if by_score else 0.0)
        places.append(place(sorts, raw, document.key))
    behind = places if after is None else [found for found in places if after < found]
    return (index.numbers[found[-1]] for found in heapq.nsmallest(at_most, behind))


def collapsed(index: InvertedIndex, numbers: Iterator[int], field: str | None) -> Iterator[int]:
    """Of documents with the same value only the first; without a field all."""
    if field is None:
        yield from numbers
        return
    seen = set()
    for number in numbers:
        value = index.documents[number].values.get(field)
        if value not in seen:
            seen.add(value)
            yield number


def page(numbers: Iterator[int], offset: int, limit: int) -> tuple[list[int], bool]:
    """The numbers on the page, and whether any stand behind it."""
    found = list(islice(numbers, offset, offset + limit + 1))
    return found[:limit], len(found) > limit


def make_token(sorts: Sorts, raw: Raw, key: bytes) -> bytes:
    """The order and the last document's place in it."""
    return json.dumps([dump_sort(sorts), raw, key.hex()], separators=(",", ":")).encode()


def read_token(index: InvertedIndex, token: bytes) -> tuple[Sorts, Place]:
    """Raises OtsError for a token that this index did not give out."""
    try:
        dumped, values, key = json.loads(token)
        sorts = load_sort(dumped)
        raw = tuple(values)
        valid = len(raw) == len(sorts) and all(_fits(index, *pair) for pair in zip(sorts, raw, strict=True))
        if valid:
            return sorts, place(sorts, raw, bytes.fromhex(key))
    except (ValueError, TypeError, RecursionError):
        pass
    raise search_errors.invalid_token()


def _fits(index: InvertedIndex, sorter: Sorter, value: object) -> bool:
    if isinstance(sorter, KeySort):
        return value is None
    if isinstance(sorter, ScoreSort):
        return isinstance(value, float)
    assert isinstance(sorter, FieldSort)
    field = index.fields.get(sorter.field)
    if field is None or value is None:
        return field is not None
    if field.type is FieldType.KEYWORD:
        return isinstance(value, str)
    return isinstance(value, int | float)
