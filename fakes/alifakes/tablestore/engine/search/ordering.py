"""The order of an answer: what a document sorts by, and orders that are kept sorted while documents come and go."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sortedcontainers import SortedList

from alifakes.tablestore.engine.search import geo
from alifakes.tablestore.engine.search.levels import Level, Reader
from alifakes.tablestore.engine.search.matching import find
from alifakes.tablestore.engine.search.schema import (
    DistanceSort,
    DocSort,
    FieldSort,
    KeySort,
    Missing,
    NestedFilter,
    ScoreSort,
    Sorter,
    SortMode,
)
from alifakes.tablestore.engine.search.values import as_field_value

if TYPE_CHECKING:
    from alifakes.tablestore.engine.search.index import InvertedIndex

KEPT = 8  # orders of one index that stay sorted; another one takes the place of the one unused longest

Sorts = tuple[Sorter, ...]
Raw = tuple[Any, ...]  # one value for each sorter; None where a field is missing, and for the key
Place = tuple[Any, ...]  # compares as the documents stand; its last element is the row's key, or the element's number
Combine = Callable[[Sequence[Any]], Any]

_MODES: dict[SortMode, Combine] = {
    SortMode.MIN: min,
    SortMode.MAX: max,
    SortMode.AVG: lambda values: sum(values) / len(values),
}


class Ranking:
    """What the documents of one level sort by, as they are now: for one search, as filters look once."""

    def __init__(self, level: Level[Any], sorts: Sorts) -> None:
        self._readers = [_raw_reader(level, sorter) for sorter in sorts]

    def raw(self, number: int, score: float = 0.0) -> Raw:
        return tuple([read(number, score) for read in self._readers])


def _raw_reader(level: Level[Any], sorter: Sorter) -> Callable[[int, float], Any]:
    if isinstance(sorter, ScoreSort):
        return lambda _number, score: score
    if isinstance(sorter, KeySort):
        return lambda _number, _score: None
    if isinstance(sorter, DocSort):
        return lambda number, _score: number
    among = None if sorter.filter is None else _among(level, sorter.filter)
    combine = _MODES[sorter.mode or (SortMode.MAX if sorter.descending else SortMode.MIN)]
    if isinstance(sorter, DistanceSort):
        return _distance_reader(sorter, level.reader(sorter.field, among), combine)
    return _field_reader(level, sorter, level.reader(sorter.field, among), combine)


def _among(level: Level[Any], wanted: NestedFilter) -> dict[str, Any]:
    return {wanted.path: find(level.nested[wanted.path], wanted.query).documents}


def _field_reader(level: Level[Any], sorter: FieldSort, read: Reader, combine: Combine) -> Callable[[int, float], Any]:
    other = None if sorter.missing_field is None else level.reader(sorter.missing_field)
    missing = None
    if not isinstance(sorter.missing, Missing):
        missing = as_field_value(_field(level, sorter.field), sorter.missing)

    def raw(number: int, _score: float) -> Any:
        values = read(number)
        if not values and other is not None:
            values = other(number)
        if not values:
            return missing
        return values[0] if len(values) == 1 else combine(values)

    return raw


def _field(level: Level[Any], name: str) -> Any:
    if name in level.fields:
        return level.fields[name]
    return next(_field(inner, name) for path, inner in level.nested.items() if name.startswith(path + "."))


def _distance_reader(sorter: DistanceSort, read: Reader, combine: Combine) -> Callable[[int, float], Any]:
    measure = geo.plane_distance if sorter.plane else geo.distance

    def raw(number: int, _score: float) -> Any:
        places = [geo.degrees(point) for point in read(number)]  # type: ignore[arg-type]
        metres = [measure(place, point) for place in places for point in sorter.points]
        return combine(metres) if metres else None

    return raw


def place(sorts: Sorts, raw: Raw, tie: bytes | int) -> Place:
    """Equal ones stand in the order of their keys; a missing value comes last (D) unless the sorter says otherwise."""
    parts: list[object] = []
    for sorter, value in zip(sorts, raw, strict=True):
        if isinstance(sorter, KeySort):
            parts.append(_Descending(tie) if sorter.descending else tie)
        elif value is None:
            first = isinstance(sorter, FieldSort) and sorter.missing is Missing.FIRST
            parts += (-1 if first else 1, 0)
        else:
            parts += (0, descending(value) if sorter.descending else value)
    parts.append(tie)
    return tuple(parts)


def descending(value: Any) -> Any:
    """What compares the other way round."""
    return -value if isinstance(value, int | float) else _Descending(value)


class _Descending:
    """Compares the other way round."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and self.value == other.value

    def __lt__(self, other: _Descending) -> bool:
        return bool(self.value > other.value)

    __hash__ = None  # type: ignore[assignment]


def is_kept(sorts: Sorts) -> bool:
    """Whether a document's place depends on nothing but the document."""
    return not any(
        isinstance(sorter, ScoreSort) or (isinstance(sorter, FieldSort | DistanceSort) and sorter.filter is not None)
        for sorter in sorts
    )


class Orders:
    """Sorted lists of all rows, one for each order that searches ask for and that can be kept."""

    def __init__(self, index: InvertedIndex) -> None:
        self._index = index
        self._orders: OrderedDict[Sorts, tuple[Ranking, SortedList[Place]]] = OrderedDict()

    def add(self, number: int) -> None:
        for sorts, (ranking, places) in self._orders.items():
            places.add(self._place(sorts, ranking, number))

    def remove(self, number: int) -> None:
        for sorts, (ranking, places) in self._orders.items():
            places.remove(self._place(sorts, ranking, number))

    def keys(self, sorts: Sorts, after: Place | None) -> Iterator[bytes]:
        """The keys of all rows in an order, from behind a place on."""
        order = self._orders.get(sorts) or self._sorted(sorts)
        self._orders.move_to_end(sorts)
        return (found[-1] for found in order[1].irange(after, inclusive=(False, True)))

    def _sorted(self, sorts: Sorts) -> tuple[Ranking, SortedList[Place]]:
        if len(self._orders) == KEPT:
            self._orders.popitem(last=False)
        ranking = Ranking(self._index, sorts)
        places = SortedList(self._place(sorts, ranking, number) for number in self._index.documents)
        self._orders[sorts] = ranking, places
        return ranking, places

    def _place(self, sorts: Sorts, ranking: Ranking, number: int) -> Place:
        return place(sorts, ranking.raw(number), self._index.documents[number].key)
