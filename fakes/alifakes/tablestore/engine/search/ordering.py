"""The order of an answer: what a document sorts by, and orders that are kept sorted while documents come and go."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sortedcontainers import SortedList

from alifakes.tablestore.engine.model import Value
from alifakes.tablestore.engine.search.schema import KeySort, ScoreSort, Sorter, SortMode

if TYPE_CHECKING:
    from alifakes.tablestore.engine.search.index import Document

KEPT = 8  # orders of one index that stay sorted; another one takes the place of the one unused longest

Sorts = tuple[Sorter, ...]
Raw = tuple[Value | None, ...]  # one value for each sorter; None where a field is missing, and for the key
Place = tuple[Any, ...]  # compares as the documents stand; its last element is the row's key


def raw_values(sorts: Sorts, document: Document, score: float = 0.0) -> Raw:
    return tuple([_raw_value(sorter, document, score) for sorter in sorts])


def _raw_value(sorter: Sorter, document: Document, score: float) -> Value | None:
    if isinstance(sorter, ScoreSort):
        return score
    if isinstance(sorter, KeySort):
        return None
    values: Any = document.values.get(sorter.field)
    if values is None:
        return None
    if len(values) == 1:
        return values[0]  # type: ignore[no-any-return]
    mode = sorter.mode or (SortMode.MAX if sorter.descending else SortMode.MIN)
    if mode is SortMode.AVG:
        return sum(values) / len(values)  # type: ignore[no-any-return]
    return max(values) if mode is SortMode.MAX else min(values)  # type: ignore[no-any-return]


def place(sorts: Sorts, raw: Raw, key: bytes) -> Place:
    """Equal ones stand in the order of their keys; a missing value comes last (D), whatever the direction."""
    parts: list[object] = []
    for sorter, value in zip(sorts, raw, strict=True):
        if isinstance(sorter, KeySort):
            parts.append(_Descending(key) if sorter.descending else key)
        elif value is None:
            parts += (1, 0)
        else:
            parts += (0, _reversed(value) if sorter.descending else value)
    parts.append(key)
    return tuple(parts)


def _reversed(value: Value) -> object:
    return -value if isinstance(value, int | float) else _Descending(value)


class _Descending:
    """Compares the other way round."""

    __slots__ = ("value",)

    def __init__(self, value: str | bytes) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and self.value == other.value

    def __lt__(self, other: _Descending) -> bool:
        return self.value > other.value  # type: ignore[operator]

    __hash__ = None  # type: ignore[assignment]


class Orders:
    """Sorted lists of all documents, one for each order that searches ask for; scores are no such order."""

    def __init__(self, documents: dict[int, Document]) -> None:
        self._documents = documents
        self._orders: OrderedDict[Sorts, SortedList[Place]] = OrderedDict()

    def add(self, document: Document) -> None:
        for sorts, places in self._orders.items():
            places.add(place(sorts, raw_values(sorts, document), document.key))

    def remove(self, document: Document) -> None:
        for sorts, places in self._orders.items():
            places.remove(place(sorts, raw_values(sorts, document), document.key))

    def keys(self, sorts: Sorts, after: Place | None) -> Iterator[bytes]:
        """The keys of all rows in an order, from behind a place on."""
        places = self._orders.get(sorts)
        if places is None:
            places = self._sorted(sorts)
        self._orders.move_to_end(sorts)
        return (found[-1] for found in places.irange(after, inclusive=(False, True)))

    def _sorted(self, sorts: Sorts) -> SortedList[Place]:
        if len(self._orders) == KEPT:
            self._orders.popitem(last=False)
        places = SortedList(
            place(sorts, raw_values(sorts, document), document.key) for document in self._documents.values()
        )
        self._orders[sorts] = places
        return places
