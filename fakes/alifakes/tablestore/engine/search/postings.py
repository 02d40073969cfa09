"""The values of one field, or the terms of a TEXT field, each with the documents in which it occurs."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, KeysView, Mapping

from sortedcontainers import SortedList

from alifakes.tablestore.engine.model import Value

Positions = tuple[int, ...]  # of a term in a text, ascending; a plain value has none
Occurrences = Mapping[Value, Positions]  # of one document

_NOWHERE: dict[int, Positions] = {}


class Postings:
    """Value -> document -> positions, and the values in order; all values of a field have one type."""

    def __init__(self) -> None:
        self._documents: dict[Value, dict[int, Positions]] = {}
        self._values: SortedList[Value] = SortedList()
        self.lengths: dict[int, int] = {}  # documents that have the field, with their number of terms
        self.total_length = 0

    def add(self, document: int, occurrences: Occurrences) -> None:
        length = 0
        for value, positions in occurrences.items():
            documents = self._documents.get(value)
            if documents is None:
                documents = self._documents[value] = {}
                self._values.add(value)
            documents[document] = positions
            length += len(positions)
        self.lengths[document] = length
        self.total_length += length

    def remove(self, document: int, values: Iterator[Value]) -> None:
        for value in values:
            documents = self._documents[value]
            del documents[document]
            if not documents:
                del self._documents[value]
                self._values.remove(value)
        self.total_length -= self.lengths.pop(document)

    def of(self, value: Value) -> Mapping[int, Positions]:
        """The documents that hold the value; not to be changed."""
        return self._documents.get(value, _NOWHERE)

    @property
    def documents(self) -> KeysView[int]:
        """Those that have the field at all."""
        return self.lengths.keys()

    def between(self, low: Value | None, high: Value | None, include_low: bool, include_high: bool) -> Iterator[Value]:
        found: Iterator[Value] = self._values.irange(low, high, inclusive=(include_low, include_high))
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


def wildcard(pattern: str) -> re.Pattern[str]:
    """`*` and `?`, brackets being plain characters; fnmatch's patterns never backtrack without end."""
    return re.compile(fnmatch.translate(pattern.replace("[", "[[]")))
