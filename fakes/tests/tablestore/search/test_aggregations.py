"""Aggregations over the rows that the Python SDK's tests use, with the values that these assert (P)."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
from tablestore import (
    Avg,
    ColumnReturnType,
    Count,
    DistinctCount,
    FieldSchema,
    FieldSort,
    FieldType,
    Max,
    Min,
    Percentiles,
    PrimaryKeySort,
    ScoreSort,
    Sort,
    SortOrder,
    Sum,
    TermQuery,
    TopRows,
)

ALL = TermQuery("d", 0.1)


def _value(index: Any, asked: Any, query: Any = ALL, **options: Any) -> Any:
    (result,) = index.search(query, aggs=[asked], limit=0, **options).agg_results
    return result.value


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (Max("l"), 99),
        (Max("d"), 0.1),
        (Max("n.nl"), 99),
        (Max("la"), 99),
        (Min("l"), 0),
        (Min("d"), 0.1),
        (Min("n.nl"), 0),
        (Min("la"), -1),
        (Sum("l"), 4950),
        (Sum("d"), pytest.approx(10)),
        (Sum("n.nl"), 4950),
        (Sum("la"), 4850),
        (Avg("l"), 49.5),
        (Avg("d"), pytest.approx(0.1)),
        (Avg("n.nl"), 49.5),
        (Avg("la"), 24.25),
        (Count("l"), 100),
        (Count("d"), 100),
        (Count("k"), 100),
        (Count("b"), 100),
        (Count("g"), 100),
        (Count("n.nl"), 100),
        (Count("n.nk"), 100),
        (Count("la"), 200),
        (Count("ka"), 300),
        (DistinctCount("l"), 100),
        (DistinctCount("d"), 1),
        (DistinctCount("k"), 100),
        (DistinctCount("b"), 2),
        (DistinctCount("g"), 100),
        (DistinctCount("n.nl"), 100),
        (DistinctCount("n.nk"), 100),
        (DistinctCount("la"), 101),
        (DistinctCount("ka"), 102),
    ],
    ids=lambda given: f"{type(given).__name__}-{given.field}" if hasattr(given, "field") else "",
)
def test_numbers(sample: Any, asked: Any, value: Any) -> None:
    assert _value(sample, asked) == value


@pytest.mark.parametrize(("field", "half", "most"), [("l", 49, 89), ("d", 0.1, 0.1), ("n.nl", 49, 89), ("la", 0, 79)])
def test_percentiles_come_in_order(sample: Any, field: str, half: float, most: float) -> None:
    found = _value(sample, Percentiles(field, [90, 50]))
    assert [(item.key, item.value) for item in found] == [(50, half), (90, most)]


def test_percentiles_between_numbers(table: Any, create_index: Any) -> None:
    index = create_index(table, FieldSchema("x", FieldType.DOUBLE))
    table.fill([(str(n), {"x": float(n)}) for n in range(15)])
    found = _value(index, Percentiles("x", [0, 20, 60, 80, 100]), None)
    assert [item.value for item in found] == pytest.approx([0, 2.8, 8.4, 11.2, 14])


def test_percentiles_of_long_numbers(table: Any, create_index: Any) -> None:
    index = create_index(table, FieldSchema("x", FieldType.LONG))
    table.fill([("a", {"x": 2**62 + 1}), ("b", {"x": 2**63 - 2}), ("c", {"x": 2**63 - 1})])
    found = _value(index, Percentiles("x", [0, 50, 66, 100]), None)
    assert [item.value for item in found] == [2**62 + 1, 2**63 - 2, 2**63 - 2, 2**63 - 1]


def test_percentiles_of_dates(sample: Any) -> None:
    found = _value(sample, Percentiles("time", [90, 50]))
    days = [time.strftime("%Y-%m-%d", time.gmtime(item.value / 1000)) for item in found]
    assert days == ["2022-05-20", "2022-05-29"]


@pytest.mark.parametrize("kind", [Max, Min, Sum, Avg, lambda field: Percentiles(field, [99.9, 90])])
@pytest.mark.parametrize(
    ("field", "held"),
    [
        ("k", "KEYWORD"),
        ("t", "TEXT"),
        ("g", "GEO_POINT"),
        ("ka", "KEYWORD"),
        ("b", "BOOLEAN"),
        ("n.nk", "KEYWORD"),
        ("n.nt", "TEXT"),
    ],
)
def test_what_has_no_number(sample: Any, invalid: Any, kind: Any, field: str, held: str) -> None:
    asked = kind(field)
    name = type(asked).__name__.upper()
    with invalid(f"AGG_{name} is not supported for field[{field}] of type {held}"):
        _value(sample, asked)


@pytest.mark.parametrize("kind", [Count, DistinctCount])
@pytest.mark.parametrize("field", ["t", "n.nt"])
def test_text_is_not_counted(sample: Any, invalid: Any, kind: Any, field: str) -> None:
    name = "COUNT" if kind is Count else "DISTINCT_COUNT"
    with invalid(f"AGG_{name} is not supported for field[{field}] of type TEXT"):
        _value(sample, kind(field))


def test_top_rows(sample: Any) -> None:
    assert _value(sample, TopRows(2, Sort([PrimaryKeySort()]))) == [
        ([("PK1", 0), ("PK2", "pk_0")], []),
        ([("PK1", 1), ("PK2", "pk_1")], []),
    ]
    best = _value(sample, TopRows(1, Sort([FieldSort("l", SortOrder.DESC)])), columns=["k"])
    assert [(key[0], cells[0][:2]) for key, cells in best] == [(("PK1", 99), ("k", "key099"))]
    everything = _value(sample, TopRows(1, None), columns=ColumnReturnType.ALL)
    assert len(everything[0][1]) == 11


def test_several_at_once_over_what_matches(sample: Any) -> None:
    answer = sample.search(TermQuery("b", True), aggs=[Sum("l", name="a1"), Avg("l", name="a2")], limit=3)
    assert [(result.name, result.value) for result in answer.agg_results] == [("a1", 2450), ("a2", 49)]
    assert len(answer.rows) == 3


def test_rows_without_the_field(make_table: Any, create_index: Any) -> None:
    index = create_index(make_table(), FieldSchema("x", FieldType.LONG), FieldSchema("w", FieldType.KEYWORD))
    index.table.fill([("a", {"x": 4}), ("b", {"w": "one"}), ("c", {})])
    assert _value(index, Sum("x"), None) == 4
    assert _value(index, Sum("x", missing_value=10), None) == 24
    assert _value(index, Avg("x", missing_value=10), None) == 8
    assert _value(index, Min("x", missing_value=-1), None) == -1
    assert _value(index, DistinctCount("w", missing_value="none"), None) == 2
    assert _value(index, Count("x"), None) == 1


def test_of_nothing(sample: Any) -> None:
    nothing = TermQuery("l", -5)
    assert _value(sample, Max("l"), nothing) == -math.inf
    assert _value(sample, Min("l"), nothing) == math.inf
    assert math.isnan(_value(sample, Avg("l"), nothing))
    assert [_value(sample, asked, nothing) for asked in (Sum("l"), Count("l"), DistinctCount("l"))] == [0, 0, 0]
    assert _value(sample, Percentiles("l", [50]), nothing) == []
    assert _value(sample, TopRows(5, None), nothing) == []


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ([Max("nowhere")], "field_name[nowhere] is not existed"),
        ([Max("n.nowhere")], "field_name[n.nowhere] is not existed"),
        ([Max("l", missing_value="x")], "the value for field[l] is not of type LONG"),
        ([Percentiles("l", [101])], "A percentile must be in range: [0, 100], not 101.0."),
        ([TopRows(10_000, Sort([PrimaryKeySort()]))], "[top_rows.limit] must be in range: [1, 100], not 10000"),
        ([TopRows(1, Sort([ScoreSort()]))], "[top_rows.sort] does not support ScoreSort"),
        ([Max("l", name=str(n)) for n in range(9)], "A level has at most 8 aggregations, not 9."),
        ([Max("l", name="")], "An aggregation or group-by has no name."),
        ([Percentiles("l", [])], "Percentiles needs at least one percentile."),
        ([Max("l"), Max("d")], "aggregation or group-by[max] is duplicated"),
    ],
    ids=range(10),
)
def test_aggregations_that_are_refused(sample: Any, invalid: Any, asked: list[Any], message: str) -> None:
    with invalid(message):
        sample.search(aggs=asked)


def test_a_field_that_is_not_sorted_is_not_aggregated(table: Any, create_index: Any, invalid: Any) -> None:
    index = create_index(table, FieldSchema("x", FieldType.LONG, enable_sort_and_agg=False))
    with invalid("AGG_MAX is not supported for field[x]: enable_sort_and_agg is off"):
        index.search(aggs=[Max("x")])
