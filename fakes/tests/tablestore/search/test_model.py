"""Queries on elements and places, aggregations and groups agree with looking at every row, after any writes."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import (
    Change,
    ColumnUpdate,
    KeyColumn,
    KeyType,
    RowChange,
    TableSchema,
    WriteKind,
)
from alifakes.tablestore.engine.search.grouping import (
    Below,
    FieldGroups,
    FieldMetric,
    Histogram,
    Metric,
    RangeGroups,
)
from alifakes.tablestore.engine.search.query import (
    Bool,
    GeoBox,
    GeoCircle,
    GeoPolygon,
    Nested,
    Query,
    Range,
    SearchRequest,
    Term,
)
from alifakes.tablestore.engine.search.schema import Field, FieldType, SearchIndexSchema
from alifakes.tablestore.storage import MemoryStorage

Row = dict[str, Any]  # x: a number, at: whole degrees, n: elements
Test = Callable[[Row], bool]  # whether a row, or an element, is found

FIELDS = (
    Field("x", FieldType.LONG),
    Field("at", FieldType.GEO_POINT),
    Field("n", FieldType.NESTED, fields=(Field("a", FieldType.KEYWORD), Field("v", FieldType.LONG))),
)
NUMBERS = st.integers(-3, 3)
WORDS = st.sampled_from("abc")
ELEMENTS = st.fixed_dictionaries({}, optional={"a": WORDS, "v": NUMBERS})
PLACES = st.tuples(st.integers(-89, 89), st.integers(-179, 179))
ROWS = st.fixed_dictionaries({}, optional={"x": NUMBERS, "at": PLACES, "n": st.lists(ELEMENTS, max_size=3)})
WRITES = st.lists(st.tuples(st.integers(0, 9), ROWS | st.none()), max_size=25)

# --- queries, each with what it means --------------------------------------------------------------------------------


def _between(name: str, field: str, low: int, high: int) -> tuple[Query, Test]:
    return Range(field, low, high), lambda row: name in row and low <= row[name] < high


def _is(name: str, field: str, value: Any) -> tuple[Query, Test]:
    return Term(field, value), lambda row: bool(row.get(name) == value)


def _box(corner: tuple[int, int], height: int, width: int) -> tuple[Query, Test]:
    top, left = corner[0] + 0.5, corner[1] + 0.5
    bottom, right = max(-90.0, top - height), left + width - (360 if left + width > 180 else 0)

    def lies_in(row: Row) -> bool:
        if "at" not in row or not bottom <= row["at"][0] <= top:
            return False
        longitude: float = row["at"][1]
        east, west = longitude >= left, longitude <= right
        return (east and west) if left <= right else (east or west)

    return GeoBox("at", top, left, bottom, right), lies_in


def _circle(center: tuple[int, int], radius: float) -> tuple[Query, Test]:
    def unit(place: tuple[float, float]) -> tuple[float, float, float]:
        y, x = map(math.radians, place)
        return math.cos(y) * math.cos(x), math.cos(y) * math.sin(x), math.sin(y)

    def lies_in(row: Row) -> bool:
        return (
            "at" in row
            and 2 * math.asin(min(1, math.dist(unit(center), unit(row["at"])) / 2)) * 6_371_008.7714 <= radius
        )

    return GeoCircle("at", center, radius), lies_in


def _triangle(corners: list[tuple[int, int]]) -> tuple[Query, Test]:
    points = [(y + 0.31, x + 0.17) for y, x in corners]

    def side(place: tuple[float, float], one: tuple[float, float], other: tuple[float, float]) -> bool:
        return (other[0] - one[0]) * (place[1] - one[1]) > (other[1] - one[1]) * (place[0] - one[0])

    def lies_in(row: Row) -> bool:
        return "at" in row and len({side(row["at"], points[at - 1], points[at]) for at in range(3)}) == 1

    return GeoPolygon("at", tuple(points)), lies_in


def _both(one: tuple[Query, Test], other: tuple[Query, Test]) -> tuple[Query, Test]:
    return Bool(must=(one[0], other[0])), lambda row: one[1](row) and other[1](row)


def _neither(one: tuple[Query, Test], other: tuple[Query, Test]) -> tuple[Query, Test]:
    return Bool(must_not=(one[0], other[0])), lambda row: not (one[1](row) or other[1](row))


def _combined(asked: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(_both, asked, asked) | st.builds(_neither, asked, asked)


def _some_element(asked: tuple[Query, Test]) -> tuple[Query, Test]:
    return Nested("n", asked[0]), lambda row: any(map(asked[1], row.get("n", ())))


IN_ELEMENTS = st.recursive(
    st.builds(_is, st.just("a"), st.just("n.a"), WORDS)
    | st.builds(_between, st.just("v"), st.just("n.v"), NUMBERS, NUMBERS),
    _combined,
    max_leaves=3,
)
QUERIES = st.recursive(
    st.builds(_between, st.just("x"), st.just("x"), NUMBERS, NUMBERS)
    | st.builds(_some_element, IN_ELEMENTS)
    | st.builds(_box, PLACES, st.integers(1, 120), st.integers(1, 300))
    | st.builds(_circle, PLACES, st.floats(1.5, 2e7).map(lambda metres: metres + 0.123))
    | st.builds(_triangle, st.lists(PLACES, min_size=3, max_size=3, unique=True)),
    _combined,
    max_leaves=4,
)

# --- the engine, and what it should answer ---------------------------------------------------------------------------


def _write(writes: list[tuple[int, Row | None]]) -> tuple[Engine, dict[int, Row]]:
    engine = Engine(MemoryStorage(), clock=Clock(), instance="demo")
    engine.create_table(TableSchema("t", (KeyColumn("id", KeyType.INTEGER),)))
    engine.create_search_index("t", SearchIndexSchema("i", FIELDS, sort=()))
    rows: dict[int, Row] = {}
    for key, row in writes:
        columns: Row = {} if row is None else dict(row)
        if "at" in columns:
            columns["at"] = "{},{}".format(*columns["at"])
        if "n" in columns:
            columns["n"] = json.dumps(columns["n"])
        updates = tuple(ColumnUpdate(Change.PUT, name, value) for name, value in columns.items())
        kind = WriteKind.DELETE if row is None else WriteKind.PUT
        engine.write_row("t", RowChange(kind, (("id", key),), updates))
        engine.search("t", "i", SearchRequest(Bool(), limit=0))  # each write is taken in by itself
        rows.pop(key, None)
        if row is not None:
            rows[key] = row
    return engine, rows


def _values(row: Row, name: str) -> list[int]:
    if name == "x":
        return [row["x"]] if "x" in row else []
    return [element["v"] for element in row.get("n", ()) if "v" in element]


METRICS: dict[Metric, Callable[[list[int]], float | None]] = {
    Metric.MAX: lambda values: max(values, default=None),
    Metric.MIN: lambda values: min(values, default=None),
    Metric.SUM: sum,
    Metric.AVG: lambda values: sum(values) / len(values) if values else None,
    Metric.COUNT: len,
    Metric.DISTINCT_COUNT: lambda values: len(set(values)),
}


@settings(max_examples=150, deadline=None)
@given(WRITES, QUERIES)
def test_the_rows_that_are_found(writes: list[Any], asked: tuple[Query, Test]) -> None:
    engine, rows = _write(writes)
    found = engine.search("t", "i", SearchRequest(asked[0], limit=100))
    assert [hit.row.key[0][1] for hit in found.hits] == [key for key, row in sorted(rows.items()) if asked[1](row)]


@settings(max_examples=100, deadline=None)
@given(WRITES, QUERIES, st.sampled_from(["x", "n.v"]))
def test_what_is_counted_of_them(writes: list[Any], asked: tuple[Query, Test], field: str) -> None:
    engine, rows = _write(writes)
    found = [row for row in rows.values() if asked[1](row)]
    values = [value for row in found for value in _values(row, field)]
    for metric, expected in METRICS.items():
        request = SearchRequest(asked[0], limit=0, aggregations=(FieldMetric("m", metric, field),))
        assert engine.search("t", "i", request).aggregations[0].value == expected(values)


@settings(max_examples=100, deadline=None)
@given(WRITES, QUERIES, st.sampled_from(["x", "n.v"]))
def test_how_they_are_grouped(writes: list[Any], asked: tuple[Query, Test], field: str) -> None:
    engine, rows = _write(writes)
    found = [row for row in rows.values() if asked[1](row)]
    total = Below((FieldMetric("sum", Metric.SUM, "x"),))
    groups = (
        FieldGroups("field", field, below=total),
        RangeGroups("range", field, ((-3, 0), (0, 2)), below=total),
        Histogram("steps", field, 2, below=total),
    )
    answer = engine.search("t", "i", SearchRequest(asked[0], limit=0, group_bys=groups))
    by_field, by_range, by_step = (
        [(group.key, group.count, group.aggregations[0].value) for group in result.groups]
        for result in answer.group_bys
    )
    assert by_field == [(str(key), *_counted(found, field, {key})) for key in _largest_first(found, field)]
    assert by_range == [((-3, 0), *_counted(found, field, {-3, -2, -1})), ((0, 2), *_counted(found, field, {0, 1}))]
    steps = {key: _counted(found, field, {key, key + 1}) for key in (-4, -2, 0, 2)}
    assert by_step == [(key, *counted) for key, counted in steps.items() if counted[0]]


def _largest_first(rows: list[Row], field: str) -> list[int]:
    counts = Counter(value for row in rows for value in set(_values(row, field)))
    return sorted(counts, key=lambda value: (-counts[value], value))


def _counted(rows: list[Row], field: str, among: set[int]) -> tuple[int, int]:
    """How many rows have one of the values, and the sum of x over these."""
    members = [row for row in rows if among.intersection(_values(row, field))]
    return len(members), sum(row.get("x", 0) for row in members)
