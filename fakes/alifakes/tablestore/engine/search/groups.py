"""Group-bys: documents put into groups by their values, and what is asked of each group below."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from alifakes.tablestore import errors
from alifakes.tablestore.engine.search import geo, histograms
from alifakes.tablestore.engine.search.aggregations import Numbers, Rows, aggregate, field_of
from alifakes.tablestore.engine.search.dates import NS_PER_MS
from alifakes.tablestore.engine.search.grouping import (
    Below,
    By,
    Composite,
    DateHistogram,
    DistanceGroups,
    FieldGroups,
    FilterGroups,
    GridGroups,
    Group,
    GroupBy,
    GroupByResult,
    GroupSort,
    Histogram,
    RangeGroups,
)
from alifakes.tablestore.engine.search.index import InvertedIndex
from alifakes.tablestore.engine.search.matching import find
from alifakes.tablestore.engine.search.ordering import descending
from alifakes.tablestore.engine.search.schema import FieldType
from alifakes.tablestore.engine.search.tokens import make_token, read_token
from alifakes.tablestore.engine.search.values import as_field_value

Buckets = dict[Any, list[int]]  # documents by key


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a group-by works on."""

    index: InvertedIndex
    numbers: Numbers
    rows: Rows


def group(index: InvertedIndex, numbers: Numbers, asked: Sequence[GroupBy], rows: Rows) -> tuple[GroupByResult, ...]:
    """Raises OtsError."""
    scope = _Scope(index, numbers, rows)
    return tuple([_GROUPED[type(one)](scope, one) for one in asked])


def _made(scope: _Scope, below: Below, key: Any, members: Collection[int]) -> Group:
    return Group(
        key,
        len(members),
        aggregate(scope.index, members, below.aggregations, scope.rows),
        group(scope.index, members, below.group_bys, scope.rows),
    )


def _buckets(
    scope: _Scope, name: str, key_of: Callable[[Any], Any], missing: Any = None, *, keep_missing: bool = False
) -> Buckets:
    """Each document once in the bucket of each of its keys; those without a value in `missing`'s, or in None's."""
    buckets: Buckets = {}
    read = scope.index.reader(name)
    without = () if missing is None else (missing,)
    for number in scope.numbers:
        keys: Iterable[Any] = dict.fromkeys([key_of(value) for value in read(number) or without])
        if keep_missing and not keys:
            keys = (None,)
        for key in keys:
            buckets.setdefault(key, []).append(number)
    return buckets


# --- order -----------------------------------------------------------------------------------------------------------


def _ordered(
    scope: _Scope, below: Below, buckets: Buckets, sorts: Sequence[GroupSort], size: int | None
) -> list[tuple[Any, list[int]]]:
    """The first `size` buckets; equal ones stand in the order of their keys."""
    values = {
        sort.name: _values_below(scope, below, buckets, sort.name) for sort in sorts if sort.by is By.SUB_AGGREGATION
    }

    def place(bucket: tuple[Any, list[int]]) -> tuple[Any, ...]:
        key, members = bucket
        parts: list[Any] = []
        for sort in sorts:
            part = {By.KEY: key, By.COUNT: len(members)}.get(sort.by, values.get(sort.name, {}).get(key))
            parts.append((part is None, descending(part) if sort.descending and part is not None else part))
        return (*parts, key)

    return sorted(buckets.items(), key=place)[:size]


def _values_below(scope: _Scope, below: Below, buckets: Buckets, name: str) -> dict[Any, Any]:
    asked = [one for one in below.aggregations if one.name == name]
    if not asked:
        raise errors.sub_aggregation_missing(name)
    return {key: aggregate(scope.index, members, asked, scope.rows)[0].value for key, members in buckets.items()}


_LARGEST_FIRST = (GroupSort(By.COUNT, True),)
_BY_KEY = (GroupSort(By.KEY, False),)


# --- kinds -----------------------------------------------------------------------------------------------------------


def _by_field(scope: _Scope, asked: FieldGroups) -> GroupByResult:
    buckets = _buckets(scope, asked.field, lambda value: value)
    enough = {key: members for key, members in buckets.items() if len(members) >= asked.minimum}
    size = errors.DEFAULT_GROUPS if asked.size is None else asked.size
    kind = field_of(scope.index, asked.field).type
    ordered = _ordered(scope, asked.below, enough, asked.sort or _LARGEST_FIRST, size)
    return GroupByResult(
        asked, tuple([_made(scope, asked.below, key_text(kind, key), members) for key, members in ordered])
    )


def key_text(kind: FieldType, key: Any) -> str:
    """(P) of whole numbers; of dates, in milliseconds, and of booleans not verified with the service."""
    if kind is FieldType.BOOLEAN:
        return "true" if key else "false"
    return str(key // NS_PER_MS if kind is FieldType.DATE else key)


def _by_range(scope: _Scope, asked: RangeGroups) -> GroupByResult:
    read = scope.index.reader(asked.field)
    groups = []
    for span in asked.ranges:
        low, high = span
        members = [number for number in scope.numbers if any(low <= value < high for value in read(number))]  # type: ignore[operator]
        groups.append(_made(scope, asked.below, span, members))
    return GroupByResult(asked, tuple(groups))


def _by_distance(scope: _Scope, asked: DistanceGroups) -> GroupByResult:
    read = scope.index.reader(asked.field)
    metres = {
        number: [geo.distance(asked.origin, geo.degrees(point)) for point in read(number)]  # type: ignore[arg-type]
        for number in scope.numbers
    }
    groups = []
    for span in asked.ranges:
        low, high = span
        members = [number for number, found in metres.items() if any(low <= one < high for one in found)]
        groups.append(_made(scope, asked.below, span, members))
    return GroupByResult(asked, tuple(groups))


def _by_filter(scope: _Scope, asked: FilterGroups) -> GroupByResult:
    groups = []
    for query in asked.queries:
        found = find(scope.index, query).documents
        groups.append(_made(scope, asked.below, None, [number for number in scope.numbers if number in found]))
    return GroupByResult(asked, tuple(groups))


def _by_grid(scope: _Scope, asked: GridGroups) -> GroupByResult:
    buckets = _buckets(scope, asked.field, lambda point: geo.geohash(point, asked.precision))
    size = errors.DEFAULT_GROUPS if asked.size is None else asked.size
    ordered = _ordered(scope, asked.below, buckets, _LARGEST_FIRST, size)
    return GroupByResult(asked, tuple([_made(scope, asked.below, key, members) for key, members in ordered]))


# --- histograms ------------------------------------------------------------------------------------------------------


def _by_steps(scope: _Scope, asked: Histogram | DateHistogram) -> GroupByResult:
    """Within bounds, groups without rows show too when so few are enough (`minimum` 0)."""
    field = field_of(scope.index, asked.field)
    steps = _steps(scope, asked)
    missing = None if asked.missing is None else as_field_value(field, asked.missing)
    buckets = _buckets(scope, asked.field, steps.number, missing)
    if asked.bounds is not None:
        low, high = (as_field_value(field, bound) for bound in asked.bounds)
        within = _within(asked, steps, low, high)
        buckets = {number: members for number, members in buckets.items() if number in within}
        if asked.minimum == 0:
            buckets = {number: buckets.get(number, []) for number in within}
    least = asked.minimum or 0
    enough = {number: members for number, members in buckets.items() if len(members) >= least}
    if len(enough) > errors.MAX_GROUPS + 1:
        raise errors.too_many_steps()
    ordered = _ordered(scope, asked.below, enough, asked.sort or _BY_KEY, None)
    groups = [_made(scope, asked.below, steps.begin(number), members) for number, members in ordered]
    return GroupByResult(asked, tuple(groups))


def _within(asked: Histogram | DateHistogram, steps: histograms.Steps, low: Any, high: Any) -> range:
    """(H) Groups of numbers begin within the bounds; those of dates go from that of one bound to before the other's."""
    first, last = steps.number(low), steps.number(high)
    if last - first > errors.MAX_GROUPS:
        raise errors.too_many_steps()
    if isinstance(asked, DateHistogram):
        return range(first, last)
    return range(first if steps.begin(first) >= low else first + 1, last + 1)


def _steps(scope: _Scope, asked: Histogram | DateHistogram) -> histograms.Steps:
    if isinstance(asked, Histogram):
        return histograms.steps_of(field_of(scope.index, asked.field), asked)
    return histograms.calendar_steps_of(asked)


# --- combinations ----------------------------------------------------------------------------------------------------


def _by_combination(scope: _Scope, asked: Composite) -> GroupByResult:
    """In the order of the sources' keys; rows without a value of one have a group of their own, which comes last."""
    buckets: Buckets = {}
    by_source = [_keys_by_document(scope, source) for source in asked.sources]
    for number in scope.numbers:
        for keys in product(*(found[number] for found in by_source)):
            buckets.setdefault(keys, []).append(number)
    falling = [bool(source.sort) and source.sort[0].descending for source in asked.sources]

    def place(keys: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            [
                (key is None, descending(key) if fall and key is not None else key)
                for key, fall in zip(keys, falling, strict=True)
            ]
        )

    ordered = sorted(buckets, key=place)
    if asked.token:
        (last,) = read_token(scope.index.schema, asked.token.encode())
        ordered = [keys for keys in ordered if place(keys) > place(last)]
    size = asked.size or min(asked.suggested_size or errors.DEFAULT_GROUPS, errors.MAX_GROUPS)
    shown = ordered[:size]
    token = make_token(scope.index.schema, shown[-1]).decode() if len(ordered) > size else ""
    groups = [_made(scope, asked.below, _texts(scope, asked, keys), buckets[keys]) for keys in shown]
    return GroupByResult(asked, tuple(groups), token)


def _keys_by_document(scope: _Scope, source: FieldGroups | Histogram | DateHistogram) -> dict[int, list[Any]]:
    field = field_of(scope.index, source.field)
    missing = None
    if not isinstance(source, FieldGroups) and source.missing is not None:
        missing = as_field_value(field, source.missing)
    found: dict[int, list[Any]] = {}
    for key, members in _buckets(scope, source.field, _key_of(scope, source), missing, keep_missing=True).items():
        for number in members:
            found.setdefault(number, []).append(key)
    return found


def _key_of(scope: _Scope, source: FieldGroups | Histogram | DateHistogram) -> Callable[[Any], Any]:
    if isinstance(source, FieldGroups):
        return lambda value: value
    steps = _steps(scope, source)
    return lambda value: steps.begin(steps.number(value))


def _texts(scope: _Scope, asked: Composite, keys: tuple[Any, ...]) -> tuple[str | None, ...]:
    texts: list[str | None] = []
    for source, key in zip(asked.sources, keys, strict=True):
        kind = field_of(scope.index, source.field).type
        if isinstance(source, DateHistogram):  # its keys are milliseconds already
            kind = FieldType.LONG
        texts.append(None if key is None else key_text(kind, key))
    return tuple(texts)


_GROUPED: Mapping[type, Callable[..., GroupByResult]] = {
    Composite: _by_combination,
    DateHistogram: _by_steps,
    DistanceGroups: _by_distance,
    FieldGroups: _by_field,
    FilterGroups: _by_filter,
    GridGroups: _by_grid,
    Histogram: _by_steps,
    RangeGroups: _by_range,
}
