"""Aggregations: one number, some percentiles or the first rows of a set of documents."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from alifakes.tablestore.engine.model import Row, Value
from alifakes.tablestore.engine.search.dates import NS_PER_MS
from alifakes.tablestore.engine.search.grouping import (
    Aggregation,
    AggregationResult,
    FieldMetric,
    Metric,
    Percentiles,
    TopRows,
)
from alifakes.tablestore.engine.search.index import InvertedIndex
from alifakes.tablestore.engine.search.ordering import Ranking, place
from alifakes.tablestore.engine.search.schema import Field, FieldType
from alifakes.tablestore.engine.search.stored import Held
from alifakes.tablestore.engine.search.values import as_field_value

Numbers = Collection[int]  # of documents
Rows = Callable[[int], Row | None]  # the row of a document, None when its table no longer has it


def aggregate(
    index: InvertedIndex, numbers: Numbers, asked: Sequence[Aggregation], rows: Rows
) -> tuple[AggregationResult, ...]:
    return tuple([AggregationResult(one, _AGGREGATED[type(one)](index, numbers, one, rows)) for one in asked])


def values_of(index: InvertedIndex, name: str, numbers: Numbers, missing: Value | None) -> Iterator[Held]:
    """All values of a field, also of the elements of NESTED fields; a document without any has `missing`'s."""
    instead = None if missing is None else as_field_value(field_of(index, name), missing)
    read = index.reader(name)
    for number in numbers:
        values = read(number)
        if values:
            yield from values
        elif instead is not None:
            yield instead


def field_of(index: InvertedIndex, name: str) -> Field:
    field = index.schema.field(name)
    assert field is not None  # checked before the search ran
    return field


def _metric(index: InvertedIndex, numbers: Numbers, asked: FieldMetric, _rows: Rows) -> float | None:
    values = values_of(index, asked.field, numbers, asked.missing)
    if asked.metric is Metric.COUNT:
        return sum(1 for _ in values)
    if asked.metric is Metric.DISTINCT_COUNT:
        return len(set(values))
    found: list[Any] = list(values)
    if not found:
        return 0.0 if asked.metric is Metric.SUM else None
    number = _METRICS[asked.metric](found)
    return number / NS_PER_MS if field_of(index, asked.field).type is FieldType.DATE else number


_METRICS: Mapping[Metric, Callable[[list[Any]], float]] = {
    Metric.AVG: lambda values: sum(values) / len(values),
    Metric.MAX: max,
    Metric.MIN: min,
    Metric.SUM: sum,
}


def _percentiles(
    index: InvertedIndex, numbers: Numbers, asked: Percentiles, _rows: Rows
) -> tuple[tuple[float, Value], ...]:
    """(C) by percent; of n values, percent p lies at place p * (n - 1) / 100, and whole numbers lose their fraction."""
    values: list[Any] = sorted(values_of(index, asked.field, numbers, asked.missing))
    if not values:
        return ()
    kind = field_of(index, asked.field).type
    return tuple([(percent, _as_sent(kind, _at(values, percent))) for percent in sorted(asked.percents)])


def _at(values: Sequence[Any], percent: float) -> Any:
    """Exact for whole numbers, of which floats hold no more than 53 bits."""
    at = Fraction(percent) * (len(values) - 1) / 100
    below = int(at)
    step = at - below
    if not step or values[below] == values[below + 1]:
        return values[below]
    between = values[below + 1] - values[below]
    return values[below] + between * (float(step) if isinstance(between, float) else step)


def _as_sent(kind: FieldType, value: Any) -> Value:
    if kind is FieldType.DOUBLE:
        return float(value)
    return int(value) // NS_PER_MS if kind is FieldType.DATE else int(value)


def _top_rows(index: InvertedIndex, numbers: Numbers, asked: TopRows, rows: Rows) -> tuple[Row, ...]:
    sorts = asked.sort or index.schema.sort
    ranking = Ranking(index, sorts)
    documents = index.documents
    places = [place(sorts, ranking.raw(number), documents[number].key) for number in numbers]
    found = [rows(index.numbers[key[-1]]) for key in heapq.nsmallest(asked.limit, places)]
    return tuple([row for row in found if row is not None])


_AGGREGATED: Mapping[type, Callable[..., Any]] = {
    FieldMetric: _metric,
    Percentiles: _percentiles,
    TopRows: _top_rows,
}
