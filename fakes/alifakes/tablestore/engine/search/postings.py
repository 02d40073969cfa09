"""The values of one field, or the terms of a TEXT field, each with the documents in which it occurs."""

from __future__ import annotations

import fnmatch
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, KeysView, Mapping
from collections.abc import Set as AbstractSet
from typing import Generic, TypeVar

from sortedcontainers import SortedList

from alifakes.tablestore.engine.search.analysis import tokens
from alifakes.tablestore.engine.search.schema import Analyzer
from alifakes.tablestore.engine.search.stored import Held

Positions = tuple[int, ...]  # of a term in a text, ascending
D = TypeVar("D")

_APART = 100  # positions between the elements of an array: no phrase reaches from one into the next
_NOWHERE: dict[int, Positions] = {}
_SINGLE: list[Positions] = [(place,) for place in range(1000)]  # most terms stand in one place: these share theirs


class Postings(ABC, Generic[D]):
    """Documents by value, and the values in order; all values of a field have one type."""

    def __init__(self) -> None:
        self._documents: dict[Held, D] = {}
        self._values: SortedList[Held] = SortedList()

    @abstractmethod
    def add(self, document: int, values: Iterable[Held]) -> None: ...

    @abstractmethod
    def remove(self, document: int, values: Iterable[Held]) -> None:
        """`values` are those that it was added with."""

    @abstractmethod
    def of(self, value: Held) -> AbstractSet[int]:
        """The documents that hold the value; not to be changed."""

    @property
    @abstractmethod
    def documents(self) -> AbstractSet[int]:
        """Those that have the field at all; not to be changed."""

    def between(self, low: Held | None, high: Held | None, include_low: bool, include_high: bool) -> Iterator[Held]:
        found: Iterator[Held] = self._values.irange(low, high, inclusive=(include_low, include_high))
        return found

    def starting(self, prefix: str) -> Iterator[str]:
        for value in self._values.irange(prefix):
            if not value.startswith(prefix):
                return
            yield value

    def like(self, pattern: str) -> Iterator[str]:
        """Terms that match a wildcard pattern; looks at those only that begin as it does."""
        matches = wildcard(pattern).fullmatch
        literal = re.split(r"[*?]", pattern, maxsplit=1)[0]
        return (value for value in self.starting(literal) if matches(value))


class ValuePostings(Postings["int | set[int]"]):
    """Of a field that is not cut. Most values occur once: a number takes a tenth of the room of a set with it."""

    def __init__(self) -> None:
        super().__init__()
        self._having: set[int] = set()

    def add(self, document: int, values: Iterable[Held]) -> None:
        self._having.add(document)
        for value in values:
            found = self._documents.get(value)
            if found is None:
                self._documents[value] = document
                self._values.add(value)
            elif isinstance(found, set):
                found.add(document)
            elif found != document:
                self._documents[value] = {found, document}

    def remove(self, document: int, values: Iterable[Held]) -> None:
        self._having.discard(document)
        for value in set(values):
            found = self._documents[value]
            if isinstance(found, set) and len(found) > 1:
                found.discard(document)
            else:
                del self._documents[value]
                self._values.remove(value)

    def of(self, value: Held) -> AbstractSet[int]:
        found = self._documents.get(value)
        if isinstance(found, int):
            return frozenset((found,))
        return frozenset() if found is None else found

    @property
    def documents(self) -> AbstractSet[int]:
        return self._having


class TextPostings(Postings[dict[int, Positions]]):
    """Of a TEXT field: where in a document each term stands, and how many terms it has."""

    def __init__(self, analyzer: Analyzer) -> None:
        super().__init__()
        self._analyzer = analyzer
        self.lengths: dict[int, int] = {}
        self.total_length = 0

    def _terms(self, texts: Iterable[Held]) -> Mapping[str, Positions]:
        positions: dict[str, list[int]] = {}
        first = 0
        for text in texts:
            assert isinstance(text, str)
            for term, position, _, _ in tokens(self._analyzer, text):
                positions.setdefault(term, []).append(first + position)
            first += len(text) + _APART
        return {term: _shared(places) for term, places in positions.items()}

    def add(self, document: int, values: Iterable[Held]) -> None:
        length = 0
        for term, positions in self._terms(values).items():
            documents = self._documents.get(term)
            if documents is None:
                documents = self._documents[term] = {}
                self._values.add(term)
            documents[document] = positions
            length += len(positions)
        self.lengths[document] = length
        self.total_length += length

    def remove(self, document: int, values: Iterable[Held]) -> None:
        for term in self._terms(values):
            documents = self._documents[term]
            del documents[document]
            if not documents:
                del self._documents[term]
                self._values.remove(term)
        self.total_length -= self.lengths.pop(document)

    def of(self, value: Held) -> AbstractSet[int]:
        return self.positions(value).keys()

    def positions(self, term: Held) -> Mapping[int, Positions]:
        return self._documents.get(term, _NOWHERE)

    @property
    def documents(self) -> KeysView[int]:
        return self.lengths.keys()


def _shared(places: list[int]) -> Positions:
    return _SINGLE[places[0]] if len(places) == 1 and places[0] < len(_SINGLE) else tuple(places)


def wildcard(pattern: str) -> re.Pattern[str]:
    """`*` and `?`, brackets being plain characters; fnmatch's patterns never backtrack without end."""
    return re.compile(fnmatch.translate(pattern.replace("[", "[[]")))
