"""The vocabulary of aggregations and group-bys: what the wire codec hands to the engine, and what it gets back."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alifakes.tablestore.engine.model import Row, Value
from alifakes.tablestore.engine.search.schema import Sorter

if TYPE_CHECKING:
    from alifakes.tablestore.engine.search.query import Query


class Metric(enum.Enum):
    AVG = "AVG"
    MAX = "MAX"
    MIN = "MIN"
    SUM = "SUM"
    COUNT = "COUNT"
    DISTINCT_COUNT = "DISTINCT_COUNT"


@dataclass(frozen=True, slots=True)
class FieldMetric:
    """A row without the field counts as `missing`, or not at all."""

    name: str
    metric: Metric
    field: str
    missing: Value | None = None


@dataclass(frozen=True, slots=True)
class Percentiles:
    name: str
    field: str
    percents: tuple[float, ...]
    missing: Value | None = None


@dataclass(frozen=True, slots=True)
class TopRows:
    """No sort is the index's own."""

    name: str
    limit: int
    sort: tuple[Sorter, ...] = ()


Aggregation = FieldMetric | Percentiles | TopRows


@dataclass(frozen=True, slots=True)
class AggregationResult:
    """A number (None: there was nothing to make one of), (percent, value) pairs, or rows."""

    asked: Aggregation
    value: float | tuple[tuple[float, Value], ...] | tuple[Row, ...] | None


# --- group-bys -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Below:
    """What is asked of every group."""

    aggregations: tuple[Aggregation, ...] = ()
    group_bys: tuple[GroupBy, ...] = ()


class By(enum.Enum):
    KEY = "KEY"
    COUNT = "COUNT"
    SUB_AGGREGATION = "SUB_AGGREGATION"


@dataclass(frozen=True, slots=True)
class GroupSort:
    """`name` is that of the aggregation whose value the groups are sorted by."""

    by: By
    descending: bool
    name: str = ""


class Unit(enum.Enum):
    YEAR = "YEAR"
    QUARTER_YEAR = "QUARTER_YEAR"
    MONTH = "MONTH"
    WEEK = "WEEK"
    DAY = "DAY"
    HOUR = "HOUR"
    MINUTE = "MINUTE"
    SECOND = "SECOND"
    MILLISECOND = "MILLISECOND"


Span = tuple[float, float]  # [from, to)


@dataclass(frozen=True, slots=True)
class FieldGroups:
    """One group for each value: so many (None: ten) of those that hold at least `minimum` rows."""

    name: str
    field: str
    size: int | None = None
    sort: tuple[GroupSort, ...] = ()
    minimum: int = 1
    below: Below = Below()


@dataclass(frozen=True, slots=True)
class RangeGroups:
    name: str
    field: str
    ranges: tuple[Span, ...]
    below: Below = Below()


@dataclass(frozen=True, slots=True)
class FilterGroups:
    """One group for each query."""

    name: str
    queries: tuple[Query, ...]
    below: Below = Below()


@dataclass(frozen=True, slots=True)
class DistanceGroups:
    """Metres from a latitude and longitude."""

    name: str
    field: str
    origin: tuple[float, float]
    ranges: tuple[Span, ...]
    below: Below = Below()


@dataclass(frozen=True, slots=True)
class Histogram:
    """Groups that begin at `offset` plus multiples of `interval`, of the values from `bounds`, both inclusive."""

    name: str
    field: str
    interval: Value
    bounds: tuple[Value, Value] | None = None
    missing: Value | None = None
    minimum: int | None = None
    sort: tuple[GroupSort, ...] = ()
    offset: Value | None = None
    below: Below = Below()


@dataclass(frozen=True, slots=True)
class DateHistogram:
    """`zone_ms` is the distance of the days and months to UTC."""

    name: str
    field: str
    interval: tuple[int, Unit]
    bounds: tuple[Value, Value] | None = None
    missing: Value | None = None
    minimum: int | None = None
    zone_ms: int = 0
    sort: tuple[GroupSort, ...] = ()
    offset: tuple[int, Unit] | None = None
    below: Below = Below()


@dataclass(frozen=True, slots=True)
class GridGroups:
    """One group for each geohash of `precision` characters."""

    name: str
    field: str
    precision: int
    size: int | None = None
    below: Below = Below()


@dataclass(frozen=True, slots=True)
class Composite:
    """One group for each combination of the sources' keys; pages of `size` of them, in the order of the keys."""

    name: str
    sources: tuple[FieldGroups | Histogram | DateHistogram, ...]
    size: int | None = None
    suggested_size: int | None = None
    token: str = ""
    below: Below = Below()


GroupBy = FieldGroups | RangeGroups | FilterGroups | DistanceGroups | Histogram | DateHistogram | GridGroups | Composite
Key = Value | Span | tuple[str | None, ...] | None  # as its group-by makes them: None of a filter


@dataclass(frozen=True, slots=True)
class Group:
    key: Key
    count: int
    aggregations: tuple[AggregationResult, ...]
    group_bys: tuple[GroupByResult, ...]


@dataclass(frozen=True, slots=True)
class GroupByResult:
    """`token` leads to a Composite's next page."""

    asked: GroupBy
    groups: tuple[Group, ...]
    token: str = ""
