"""DATE fields: formats, what is found between two dates, and orders."""

from __future__ import annotations

import json
from calendar import timegm
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tablestore import (
    ExistsQuery,
    FieldSchema,
    FieldSort,
    FieldType,
    NestedQuery,
    RangeQuery,
    SortOrder,
    TermQuery,
    TermsQuery,
)

from alifakes.tablestore.engine.search import dates

DAY = 86_400


def _seconds(year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    return timegm((year, month, day, hour, minute, second))


@pytest.mark.parametrize(
    ("form", "text", "seconds"),
    [
        ("yyyy-MM-dd", "2022-05-06", _seconds(2022, 5, 6)),
        ("yyyy-MM-dd", "2022-05-6", None),
        ("yyyy-MM-dd", "2022-02-30", None),
        ("yyyy-MM-dd", "2022-05-06 ", None),
        ("yyyy-M-d", "2022-5-06", _seconds(2022, 5, 6)),
        ("yyyyMMdd HHmmss", "20220506 070809", _seconds(2022, 5, 6, 7, 8, 9)),
        ("yyyy-MM-dd HH:mm:ss.SSS", "2022-05-06 07:08:09.250", _seconds(2022, 5, 6, 7, 8, 9) + 0.25),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSSSS", "2022-05-06T07:08:09.000001", _seconds(2022, 5, 6, 7, 8, 9) + 0.000001),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSX", "2022-05-06T07:08:09.000+08", _seconds(2022, 5, 5, 23, 8, 9)),
        ("yyyy-MM-dd'T'HH:mm:ssX", "2022-05-06T07:08:09Z", _seconds(2022, 5, 6, 7, 8, 9)),
        ("yyyy-MM-dd'T'HH:mm:ssXXX", "2022-05-06T07:08:09-01:30", _seconds(2022, 5, 6, 8, 38, 9)),
        ("yyyy-MM-dd'T'HH:mm:ssx", "2022-05-06T07:08:09Z", None),
        ("yy/MM/dd KK a", "22/05/06 07 PM", _seconds(2022, 5, 6, 19)),
        ("yyyy 'o''clock' HH", "2022 o'clock 05", _seconds(2022, 1, 1, 5)),
        ("yyyy", "1969", None),
        ("yyyy", "2263", None),
        ("epoch_second", 5, 5),
        ("epoch_millis", 5000, 5),
        ("epoch_micros", 5_000_000, 5),
        ("epoch_nanos", 5_000_000_000, 5),
        ("epoch_second", "5", None),
        ("epoch_second", True, None),
        ("yyyy", 2022, None),
    ],
)
def test_formats(form: str, text: object, seconds: float | None) -> None:
    expected = None if seconds is None else round(seconds * 1_000_000) * 1000
    assert dates.is_format(form)
    assert dates.parse((form,), text) == expected


@pytest.mark.parametrize("form", ["", "yyyyy", "yyyy-QQ", "'open", "yyyy yyyy", "epoch_days", "--"])
def test_what_is_no_format(form: str, table: Any, create_index: Any, invalid: Any) -> None:
    assert not dates.is_format(form)
    with invalid(f"Invalid date format '{form}' of field[d]"):
        create_index(table, FieldSchema("d", FieldType.DATE, date_formats=["yyyy", form]))


@given(st.text(max_size=12), st.text(max_size=12))
def test_nothing_breaks_the_parser(form: str, text: str) -> None:
    if dates.is_format(form):
        dates.parse((form,), text)


def test_formats_belong_to_dates(table: Any, create_index: Any, invalid: Any) -> None:
    with invalid("field[d] of type DATE must have at least one date format"):
        create_index(table, FieldSchema("d", FieldType.DATE))
    with invalid("date_formats are not supported for field[k], which is not of type DATE"):
        create_index(table, FieldSchema("k", FieldType.KEYWORD, date_formats=["yyyy"]))


def test_describe_tells_the_formats(table: Any, create_index: Any) -> None:
    create_index(table, FieldSchema("d", FieldType.DATE, date_formats=["yyyy", "epoch_millis"]))
    (field,) = table.client.describe_search_index(table.name, "index")[0].fields
    assert (field.field_type, field.date_formats, field.enable_sort_and_agg) == (
        FieldType.DATE,
        ["yyyy", "epoch_millis"],
        False,
    )


def test_the_services_count_between_two_days(large_sample: Any) -> None:
    days = RangeQuery("time", "2022-05-06", "2022-05-12", include_lower=True, include_upper=True)
    assert large_sample.search(days, limit=100, get_total_count=True).total_count == 96


@pytest.fixture(scope="module")
def index(ots: Any, connect: Any, create: Any, create_index: Any) -> Any:
    table = create(connect(ots), {"id": "INTEGER"})
    table.fill(
        [
            (1, {"day": "2022-05-06", "at": 1_000, "days": '["2022-01-01", "2023-01-01"]'}),
            (2, {"day": "2021-05-06", "at": 2_000, "days": '["2022-06-01", "bad"]'}),
            (3, {"day": "2022-5-6", "at": "1"}),
            (4, {"day": "20220507", "n": json.dumps([{"d": "2022-05-08"}])}),
        ]
    )
    return create_index(
        table,
        FieldSchema("day", FieldType.DATE, date_formats=["yyyy-MM-dd", "yyyyMMdd"]),
        FieldSchema("days", FieldType.DATE, is_array=True, date_formats=["yyyy-MM-dd"]),
        FieldSchema("at", FieldType.DATE, date_formats=["epoch_second"]),
        FieldSchema(
            "n",
            FieldType.NESTED,
            sub_field_schemas=[FieldSchema("d", FieldType.DATE, date_formats=["yyyy-MM-dd"])],
        ),
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (TermQuery("day", "2022-05-06"), [1]),
        (TermQuery("day", "20220506"), [1]),
        (TermQuery("day", _seconds(2022, 5, 7) * 1000), [4]),
        (TermsQuery("day", ["2021-05-06", "2022-05-07"]), [2, 4]),
        (RangeQuery("day", "2022-01-01"), [1, 4]),
        (RangeQuery("days", "2022-12-01", "2023-12-01"), [1]),
        (ExistsQuery("days"), [1]),
        (ExistsQuery("day"), [1, 2, 4]),
        (TermQuery("at", 2_000), [2]),
        (RangeQuery("at", 500, 1_500), [1]),
        (NestedQuery("n", RangeQuery("n.d", "2022-05-08", include_lower=True)), [4]),
    ],
    ids=range(11),
)
def test_what_is_found(index: Any, query: Any, found: list[int]) -> None:
    assert index.keys(query) == found


def test_orders(index: Any) -> None:
    assert index.keys(sort=[FieldSort("day")]) == [2, 1, 4, 3]
    assert index.keys(sort=[FieldSort("day", SortOrder.DESC)]) == [4, 1, 2, 3]


@pytest.mark.parametrize(("field", "value"), [("day", "yesterday"), ("day", 1.5), ("at", "2022-05-06"), ("day", -1)])
def test_values_that_are_no_dates(index: Any, invalid: Any, field: str, value: object) -> None:
    with invalid(f"the value for field[{field}] is not of type DATE"):
        index.search(TermQuery(field, value))
