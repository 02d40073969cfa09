"""Histograms of numbers and dates, grids of geohashes, and combinations of groups."""

from __future__ import annotations

import itertools
from calendar import timegm
from typing import Any

import pytest
from tablestore import (
    DateTimeUnit,
    DateTimeValue,
    FieldRange,
    FieldSchema,
    FieldType,
    GeoHashPrecision,
    GroupByComposite,
    GroupByDateHistogram,
    GroupByField,
    GroupByFilter,
    GroupByGeoGrid,
    GroupByHistogram,
    GroupByRange,
    GroupKeySort,
    MatchAllQuery,
    Max,
    RowCountSort,
    SortOrder,
)

from alifakes.tablestore.engine.search.group_checks import check_grouping
from alifakes.tablestore.engine.search.grouping import GridGroups
from alifakes.tablestore.engine.search.schema import Field, SearchIndexSchema
from alifakes.tablestore.engine.search.schema import FieldType as Type
from alifakes.tablestore.errors import OtsError

ROWS: list[dict[str, Any]] = [
    {"x": 1, "y": 0.25, "day": "2023-12-31 23:30:00", "at": "30.27,120.15", "w": "a"},
    {"x": 1, "y": 0.5, "day": "2024-01-01 00:30:00", "at": "30.28,120.16", "w": "b"},
    {"x": 5, "y": 1.75, "day": "2024-02-29 12:00:00", "at": "39.90,116.40", "w": "a"},
    {"x": 5, "day": "2024-03-01 00:00:00", "at": "bad"},
    {"x": 8, "day": "2024-03-03 23:59:59", "w": "a"},
    {"x": 10, "y": -0.25},
    {"w": "b"},
]


@pytest.fixture(scope="module")
def index(ots: Any, connect: Any, create: Any, create_index: Any) -> Any:
    table = create(connect(ots), {"id": "INTEGER"})
    table.fill(list(enumerate(ROWS)))
    return create_index(
        table,
        FieldSchema("x", FieldType.LONG),
        FieldSchema("y", FieldType.DOUBLE),
        FieldSchema("day", FieldType.DATE, date_formats=["yyyy-MM-dd HH:mm:ss"]),
        FieldSchema("at", FieldType.GEOPOINT),
        FieldSchema("w", FieldType.KEYWORD),
    )


def _items(index: Any, asked: Any) -> Any:
    (result,) = index.search(group_bys=[asked], limit=0).group_by_results
    return result.items


def _steps(index: Any, field: str, interval: float, low: float, high: float, **options: Any) -> list[tuple[float, int]]:
    asked = GroupByHistogram(field, interval, FieldRange(low, high), **options)
    return [(item.key, item.value) for item in _items(index, asked)]


def test_the_javas_example(index: Any) -> None:
    """Its documentation: 1, 1, 5, 5, 8, 10 in steps of 5."""
    assert _steps(index, "x", 5, 0, 100) == [(0, 2), (5, 3), (10, 1)]


def test_steps_of_numbers(index: Any) -> None:
    assert _steps(index, "x", 5, 5, 9) == [(5, 3)]
    assert _steps(index, "x", 4, 1, 8) == [(4, 2), (8, 2)]
    assert _steps(index, "x", 5, 0, 20, min_doc_count=0) == [(0, 2), (5, 3), (10, 1), (15, 0), (20, 0)]
    assert _steps(index, "x", 5, 0, 20, min_doc_count=2) == [(0, 2), (5, 3)]
    assert _steps(index, "x", 5, 0, 20, missing_value=7) == [(0, 2), (5, 4), (10, 1)]
    assert _steps(index, "y", 0.5, -1.0, 2.0) == [(-0.5, 1), (0.0, 1), (0.5, 1), (1.5, 1)]
    assert _steps(index, "y", 0.5, 0.0, 1.0, min_doc_count=0) == [(0.0, 1), (0.5, 1), (1.0, 0)]


def _dates(index: Any, count: int, unit: DateTimeUnit, **options: Any) -> list[tuple[int, int]]:
    asked = GroupByDateHistogram("day", DateTimeValue(count, unit), **options)
    return [(item.timestamp, item.row_count) for item in _items(index, asked)]


def _ms(year: int, month: int = 1, day: int = 1, hour: int = 0) -> int:
    return timegm((year, month, day, hour, 0, 0)) * 1000


@pytest.mark.parametrize(
    ("count", "unit", "options", "found"),
    [
        (1, DateTimeUnit.YEAR, {}, [(_ms(2023), 1), (_ms(2024), 4)]),
        (1, DateTimeUnit.QUARTER_YEAR, {}, [(_ms(2023, 10), 1), (_ms(2024), 4)]),
        (1, DateTimeUnit.MONTH, {}, [(_ms(2023, 12), 1), (_ms(2024, 1), 1), (_ms(2024, 2), 1), (_ms(2024, 3), 2)]),
        (
            1,
            DateTimeUnit.WEEK,
            {},
            [(_ms(2023, 12, 25), 1), (_ms(2024, 1, 1), 1), (_ms(2024, 2, 26), 3)],
        ),
        (
            1,
            DateTimeUnit.DAY,
            {"time_zone": "+08:00"},
            [
                (_ms(2023, 12, 31, 16), 2),
                (_ms(2024, 2, 28, 16), 1),
                (_ms(2024, 2, 29, 16), 1),
                (_ms(2024, 3, 3, 16), 1),
            ],
        ),
        (1, DateTimeUnit.YEAR, {"time_zone": "-01:00"}, [(_ms(2023, 1, 1, 1), 2), (_ms(2024, 1, 1, 1), 3)]),
        (1, DateTimeUnit.YEAR, {"offset": DateTimeValue(-1, DateTimeUnit.HOUR)}, [(_ms(2023, 12, 31, 23), 5)]),
        (
            1,
            DateTimeUnit.MONTH,
            {"field_range": FieldRange("2023-12-31 00:00:00", "2024-01-31 00:00:00"), "min_doc_count": 0},
            [(_ms(2023, 12), 1)],
        ),
        (
            1,
            DateTimeUnit.MONTH,
            {"field_range": FieldRange("2024-03-01 00:00:00", "2024-05-01 00:00:00"), "min_doc_count": 0},
            [(_ms(2024, 3), 2), (_ms(2024, 4), 0)],
        ),
        (1, DateTimeUnit.YEAR, {"missing": "2025-05-05 00:00:00"}, [(_ms(2023), 1), (_ms(2024), 4), (_ms(2025), 2)]),
        (12, DateTimeUnit.HOUR, {"min_doc_count": 2}, []),
    ],
    ids=range(11),
)
def test_steps_of_the_calendar(
    index: Any, count: int, unit: DateTimeUnit, options: dict[str, Any], found: list[tuple[int, int]]
) -> None:
    assert _dates(index, count, unit, **options) == found


def test_steps_longer_than_history(index: Any) -> None:
    assert _dates(index, 2**31 - 1, DateTimeUnit.YEAR) == [(0, 5)]
    assert _dates(index, 400, DateTimeUnit.YEAR) == [(0, 5)]
    assert _dates(index, 2**31 - 1, DateTimeUnit.WEEK) == [(_ms(1969, 12, 29), 5)]
    assert _dates(index, 9, DateTimeUnit.MONTH, min_doc_count=2) == [(_ms(2024), 4)]


def test_the_beginning_of_time(make_table: Any, create_index: Any) -> None:
    index = create_index(make_table(), FieldSchema("day", FieldType.DATE, date_formats=["epoch_second"]))
    index.table.put("a", {"day": 0})
    assert _dates(index, 2**31 - 1, DateTimeUnit.YEAR, time_zone="-01:00") == [(-(2**63), 1)]
    assert _dates(index, 1, DateTimeUnit.MONTH, time_zone="-01:00") == [(_ms(1969, 12, 1, 1), 1)]


def test_orders_of_steps(index: Any) -> None:
    """The SDK cannot send those of a GroupByHistogram."""
    last, first = (_ms(2024), 4), (_ms(2023), 1)
    assert _dates(index, 1, DateTimeUnit.YEAR, group_by_sort=[GroupKeySort(SortOrder.DESC)]) == [last, first]
    assert _dates(index, 1, DateTimeUnit.YEAR, group_by_sort=[RowCountSort(SortOrder.ASC)]) == [first, last]
    assert _dates(index, 1, DateTimeUnit.YEAR, group_by_sort=[RowCountSort(SortOrder.DESC)]) == [last, first]


def test_grids(index: Any) -> None:
    first, second = _items(index, GroupByGeoGrid("at", GeoHashPrecision.GHP_39KM_19KM_4, sub_aggs=[Max("x")]))
    assert [(item.key, item.row_count, item.sub_aggs[0].value) for item in (first, second)] == [
        ("wtmk", 2, 1),
        ("wx4f", 1, 5),
    ]
    grid = first.geo_grid
    assert grid.bottom_right.lat < 30.27 < grid.top_left.lat
    assert grid.top_left.lon < 120.15 < grid.bottom_right.lon
    assert len(_items(index, GroupByGeoGrid("at", GeoHashPrecision.GHP_1252KM_624KM_2, size=1))) == 1


# --- combinations ----------------------------------------------------------------------------------------------------

SOURCES = [GroupByField("w", name="word"), GroupByHistogram("x", 5, FieldRange(0, 10), name="step")]
COMBINED = [
    (["a", "0"], 1),
    (["a", "5"], 2),
    (["b", "0"], 1),
    (["b", None], 1),
    ([None, "5"], 1),
    ([None, "10"], 1),
]


def test_combinations_of_keys(index: Any) -> None:
    (result,) = index.search(group_bys=[GroupByComposite(SOURCES, sub_aggs=[Max("x")])], limit=0).group_by_results
    assert result.source_group_by_names == ["word", "step"]
    assert [(item.keys, item.row_count) for item in result.items] == COMBINED
    assert result.items[1].sub_aggs[0].value == 8
    assert not result.next_token


@pytest.mark.parametrize("options", [{"size": 4}, {"suggested_size": 4}])
def test_pages_of_combinations(index: Any, options: dict[str, int]) -> None:
    pages, token = [], None
    while token != "":
        asked = GroupByComposite(SOURCES, next_token=token, **options)
        (result,) = index.search(group_bys=[asked], limit=0).group_by_results
        pages.append([(item.keys, item.row_count) for item in result.items])
        token = result.next_token or ""
    assert [len(page) for page in pages] == [4, 2]
    assert list(itertools.chain(*pages)) == COMBINED


def test_combinations_the_other_way(index: Any) -> None:
    falling = GroupByField("w", group_by_sort=[GroupKeySort(SortOrder.DESC)])
    day = GroupByDateHistogram("day", DateTimeValue(1, DateTimeUnit.YEAR))
    keys = [item.keys for item in _items(index, GroupByComposite([falling, day]))]
    assert keys == [
        ["b", str(_ms(2024))],
        ["b", None],
        ["a", str(_ms(2023))],
        ["a", str(_ms(2024))],
        [None, str(_ms(2024))],
        [None, None],
    ]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            GroupByHistogram("w", 5, FieldRange(0, 10)),
            "GROUP_BY_HISTOGRAM is not supported for field[w] of type KEYWORD",
        ),
        (GroupByHistogram("x", 0, FieldRange(0, 10)), "[group_by_histogram.interval] is invalid"),
        (GroupByHistogram("x", None, FieldRange(0, 10)), "[group_by_histogram.interval] is invalid"),
        (
            GroupByHistogram("x", 1, FieldRange(0, 2001)),
            "(field_range.max - field_range.min) / interval cannot exceed 2000",
        ),
        (
            GroupByDateHistogram("x", DateTimeValue(1, DateTimeUnit.DAY)),
            "GROUP_BY_DATE_HISTOGRAM is not supported for field[x] of type LONG",
        ),
        (
            GroupByDateHistogram("day", DateTimeValue(0, DateTimeUnit.DAY)),
            "[group_by_date_histogram.interval] is invalid",
        ),
        (GroupByDateHistogram("day", DateTimeValue(1, None)), "[group_by_date_histogram.interval] is invalid"),
        (
            GroupByDateHistogram("day", DateTimeValue(1, DateTimeUnit.DAY), time_zone="Asia/Shanghai"),
            "Invalid time_zone: 'Asia/Shanghai'.",
        ),
        (
            GroupByDateHistogram(
                "day", DateTimeValue(1, DateTimeUnit.DAY), offset=DateTimeValue(1, DateTimeUnit.MONTH)
            ),
            "[offset] of 1 MONTH is not supported",
        ),
        (
            GroupByDateHistogram("day", DateTimeValue(1, DateTimeUnit.DAY), FieldRange("2024-01-01 00:00:00", None)),
            "[field_range] must have both min and max",
        ),
        (GroupByGeoGrid("x", 4), "GROUP_BY_GEO_GRID is not supported for field[x] of type LONG"),
        (
            GroupByComposite([GroupByRange("x", [(0, 1)], name="r")]),
            "source[r] must be a GroupByField, a GroupByHistogram or a GroupByDateHistogram",
        ),
        (
            GroupByComposite([GroupByFilter([MatchAllQuery()], name="f")]),
            "source[f] must be a GroupByField, a GroupByHistogram or a GroupByDateHistogram",
        ),
        (GroupByComposite(SOURCES, size=2001), "[group_by.size] must be in range: [1, 2000], not 2001"),
        (GroupByComposite(SOURCES, suggested_size=-1), "[group_by.size] must be in range: [1, 2000], not -1"),
        (
            GroupByDateHistogram(
                "day", DateTimeValue(1, DateTimeUnit.DAY), offset=DateTimeValue(367, DateTimeUnit.DAY)
            ),
            "[offset] of 367 DAY is not supported",
        ),
        (
            GroupByHistogram("y", 5e-324, FieldRange(0.0, 1.0)),
            "(field_range.max - field_range.min) / interval cannot exceed 2000",
        ),
        (GroupByHistogram("y", "inf", FieldRange(0.0, 1.0)), "[group_by_histogram.interval] is invalid"),
        (GroupByComposite(SOURCES, next_token="x"), "[search.token] is invalid"),
    ],
    ids=range(19),
)
def test_what_is_refused(index: Any, invalid: Any, asked: Any, message: str) -> None:
    with invalid(message):
        index.search(group_bys=[asked])


def test_a_precision_that_the_sdk_does_not_send() -> None:
    schema = SearchIndexSchema("index", (Field("at", Type.GEO_POINT),))
    with pytest.raises(OtsError, match=r"\[group_by_geo_grid.precision\] must be in range: \[1, 12\], not 13"):
        check_grouping(schema, (), (GridGroups("grid", "at", 13),))
