"""Group-bys by field, range, query and distance: the values of the Python SDK's tests (P), levels, and limits."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import (
    FieldRange,
    FieldSchema,
    FieldType,
    GeoPoint,
    GroupByField,
    GroupByFilter,
    GroupByGeoDistance,
    GroupByHistogram,
    GroupByRange,
    GroupKeySort,
    Max,
    PrimaryKeySort,
    RowCountSort,
    Sort,
    SortOrder,
    SubAggSort,
    Sum,
    TermQuery,
    TopRows,
)

ALL = TermQuery("d", 0.1)


def _groups(index: Any, asked: Any, query: Any = ALL) -> Any:
    (result,) = index.search(query, group_bys=[asked], limit=0).group_by_results
    return result.items


def _counts(items: Any) -> list[tuple[Any, int]]:
    return [(item.key, item.row_count) for item in items]


def test_by_field_the_largest_come_first(sample: Any) -> None:
    assert _counts(_groups(sample, GroupByField("m"))) == [("0", 34), ("1", 33), ("2", 33)]
    fewest = GroupByField("m", size=2, group_by_sort=[RowCountSort(SortOrder.ASC)])
    assert _counts(_groups(sample, fewest)) == [("1", 33), ("2", 33)]
    assert _counts(_groups(sample, GroupByField("ka", size=3))) == [("a", 100), ("b", 100), ("0", 1)]
    assert len(_groups(sample, GroupByField("l"))) == 10
    assert _counts(_groups(sample, GroupByField("b"))) == [("false", 50), ("true", 50)]
    assert _counts(_groups(sample, GroupByField("d"))) == [("0.1", 100)]
    assert _counts(_groups(sample, GroupByField("n.nk", size=2))) == [("key000", 1), ("key001", 1)]


def test_with_the_first_rows_of_each(sample: Any) -> None:
    best = TopRows(limit=3, sort=Sort([PrimaryKeySort(SortOrder.DESC)]), name="t1")
    one, other = _groups(
        sample, GroupByField("m", size=2, group_by_sort=[RowCountSort(SortOrder.ASC)], sub_aggs=[best])
    )
    assert (one.key, one.row_count, other.key, other.row_count) == ("1", 33, "2", 33)
    (rows,) = one.sub_aggs
    assert rows.name == "t1"
    assert rows.value == [([("PK1", number), ("PK2", f"pk_{number % 10}")], []) for number in (97, 94, 91)]


def test_orders_of_groups(sample: Any) -> None:
    def keys(*sorts: Any) -> list[str]:
        asked = GroupByField("m", group_by_sort=list(sorts), sub_aggs=[Sum("l", name="sum")])
        return [item.key for item in _groups(sample, asked)]

    assert keys(GroupKeySort(SortOrder.DESC)) == ["2", "1", "0"]
    assert keys(SubAggSort(SortOrder.ASC, "sum")) == ["1", "2", "0"]  # 1617, 1650, 1683
    assert keys(SubAggSort(SortOrder.DESC, "sum")) == ["0", "2", "1"]
    assert keys(RowCountSort(SortOrder.ASC), GroupKeySort(SortOrder.DESC)) == ["2", "1", "0"]


def test_by_range(sample: Any) -> None:
    items = _groups(sample, GroupByRange("la", [(0, 10), (11, 25)]))
    assert [(item.range_from, item.range_to, item.row_count) for item in items] == [(0, 10, 10), (11, 25, 14)]


def test_by_query(sample: Any) -> None:
    items = _groups(sample, GroupByFilter([TermQuery("m", 1), TermQuery("ka", "a")], sub_aggs=[Max("l")]))
    assert [(item.row_count, item.sub_aggs[0].value) for item in items] == [(33, 97), (100, 99)]


def test_by_distance(sample: Any) -> None:
    near_and_far = GroupByGeoDistance("g", GeoPoint(31, 116), [(0, 300_000), (300_000, 1_000_000)])
    items = _groups(sample, near_and_far)
    assert [(item.range_from, item.range_to, item.row_count) for item in items] == [
        (0, 300_000, 99),
        (300_000, 1_000_000, 1),
    ]


def test_groups_in_groups(sample: Any) -> None:
    asked = GroupByField(
        "b",
        sub_group_bys=[GroupByField("m", sub_group_bys=[GroupByRange("l", [(0, 50), (50, 100)])], sub_aggs=[Sum("l")])],
    )
    even = _groups(sample, asked)[1]
    assert (even.key, even.row_count) == ("true", 50)
    (inner,) = even.sub_group_bys
    assert _counts(inner.items) == [("0", 17), ("2", 17), ("1", 16)]
    assert [item.sub_aggs[0].value for item in inner.items] == [816, 850, 784]
    assert [[deepest.row_count for deepest in item.sub_group_bys[0].items] for item in inner.items] == [
        [9, 8],
        [8, 9],
        [8, 8],
    ]


def test_a_minimum_of_rows(make_table: Any, create_index: Any) -> None:
    index = create_index(make_table({"id": "INTEGER"}), FieldSchema("x", FieldType.KEYWORD))
    index.table.fill([(n, {"x": value}) for n, value in enumerate("aabbbc")] + [(9, {})])
    assert _counts(_groups(index, GroupByField("x"), None)) == [("b", 3), ("a", 2), ("c", 1)]
    assert _groups(index, GroupByField("x"), TermQuery("x", "none")) == []


def test_several_at_once(sample: Any) -> None:
    answer = sample.search(ALL, group_bys=[GroupByField("m", name="one"), GroupByField("b", name="two")], limit=1)
    assert [(result.name, len(result.items)) for result in answer.group_by_results] == [("one", 3), ("two", 2)]
    assert len(answer.rows) == 1


def _deep(levels: int) -> Any:
    inner = [] if levels == 1 else [_deep(levels - 1)]
    return GroupByField("m", sub_group_bys=inner)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ([GroupByField("t")], "GROUP_BY_FIELD is not supported for field[t] of type TEXT"),
        ([GroupByField("nowhere")], "field_name[nowhere] is not existed"),
        ([GroupByRange("k", [(0, 1)])], "GROUP_BY_RANGE is not supported for field[k] of type KEYWORD"),
        (
            [GroupByGeoDistance("l", GeoPoint(1, 1), [(0, 1)])],
            "GROUP_BY_GEO_DISTANCE is not supported for field[l] of type LONG",
        ),
        ([GroupByGeoDistance("g", GeoPoint(91, 1), [(0, 1)])], "Invalid geo point: '91.0,1.0'."),
        ([GroupByField("m", size=2001)], "[group_by.size] must be in range: [1, 2000], not 2001"),
        ([GroupByField("m", size=0)], "[group_by.size] must be in range: [1, 2000], not 0"),
        ([GroupByRange("l", [])], "GROUP_BY_RANGE needs at least one range."),
        ([GroupByRange("l", [(2, 1)])], "A range of GROUP_BY_RANGE must begin below its end."),
        ([_deep(4)], "Group-bys are nested at most 3 deep."),
        ([GroupByField("m", name=str(n)) for n in range(6)], "A level has at most 5 group-bys, not 6."),
        ([GroupByField("m", sub_aggs=[Max("k")])], "AGG_MAX is not supported for field[k] of type KEYWORD"),
        (
            [GroupByField("m", group_by_sort=[SubAggSort(SortOrder.ASC, "none")])],
            "sub_agg[none], by which groups are sorted, is not existed",
        ),
        ([GroupByFilter([TermQuery("nowhere", 1)])], "field_name[nowhere] is not existed"),
        (
            [GroupByField("n.nk", sub_aggs=[Max("n.nl")])],
            "nested field aggregation/groupby must not be recursive.",
        ),
    ],
    ids=range(15),
)
def test_group_bys_that_are_refused(sample: Any, invalid: Any, asked: list[Any], message: str) -> None:
    with invalid(message):
        sample.search(group_bys=asked)


def test_three_levels_just_pass(sample: Any) -> None:
    assert _counts(_groups(sample, _deep(3))) == [("0", 34), ("1", 33), ("2", 33)]
    assert len(_groups(sample, GroupByField("l", size=2000))) == 100
    assert len(_groups(sample, GroupByField("n.nk", sub_aggs=[ots_sdk.Sum("l")], size=100))) == 100


# --- steps ------------------------------------------------------------------------------------------------------------


def _steps(index: Any, field: str, interval: int, low: int, high: int) -> list[tuple[int, int]]:
    items = _groups(index, GroupByHistogram(field, interval, FieldRange(low, high)), None)
    return [(item.key, item.value) for item in items]


def test_the_least_of_numbers(make_table: Any, create_index: Any) -> None:
    index = create_index(make_table(), FieldSchema("x", FieldType.LONG))
    index.table.fill([("a", {"x": -(2**63)}), ("b", {"x": 2**63 - 1})])
    assert _steps(index, "x", 3, -(2**63), -(2**63)) == [(-(2**63), 1)]


def test_elements_in_steps(make_table: Any, create_index: Any) -> None:
    items = FieldSchema("n", FieldType.NESTED, sub_field_schemas=[FieldSchema("x", FieldType.LONG)])
    index = create_index(make_table(), items)
    index.table.put("a", {"n": json.dumps([{"x": 1}, {"x": 2}, {"x": 7}])})
    index.table.put("b", {"n": json.dumps([{"x": 8}])})
    assert _steps(index, "n.x", 5, 0, 10) == [(0, 1), (5, 2)]
