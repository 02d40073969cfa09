"""Filters of reads: which rows of GetRow, BatchGetRow and GetRange they let through."""

from __future__ import annotations

from typing import Any

import pytest
from tablestore import CastType, ComparatorType, RegexRule, SingleColumnRegexCondition


@pytest.fixture
def people(make_table: Any) -> Any:
    table = make_table()
    table.fill(
        [
            ("ann", {"age": 30, "city": "Hangzhou", "note": "id:7;"}),
            ("bob", {"age": 20, "city": "Beijing", "note": "id:11;"}),
            ("cat", {"age": 40}),
            ("dan", {"city": "Hangzhou", "note": "none"}),
        ]
    )
    return table


def _found(table: Any, column_filter: Any) -> list[str]:
    """The keys let through, which must be the same for all three reads."""
    names = ["ann", "bob", "cat", "dan"]
    ranged = table.list_keys(None, None, "FORWARD", column_filter=column_filter)
    single = [name for name in names if table.get(name, column_filter=column_filter) is not None]
    batch = [
        name
        for name, item in zip(names, table.read_many(names, column_filter=column_filter), strict=True)
        if item.row is not None
    ]
    assert ranged == single == batch
    return list(ranged)


@pytest.mark.parametrize(
    ("sign", "value", "expected"),
    [
        ("==", 30, ["ann"]),
        ("!=", 30, ["bob", "cat"]),
        (">", 20, ["ann", "cat"]),
        (">=", 30, ["ann", "cat"]),
        ("<", 40, ["ann", "bob"]),
        ("<=", 20, ["bob"]),
    ],
)
def test_comparisons(people: Any, where: Any, sign: str, value: int, expected: list[str]) -> None:
    assert _found(people, where("age", sign, value, missing=False)) == expected
    assert _found(people, where("age", sign, value)) == sorted([*expected, "dan"])


def test_composites(people: Any, where: Any) -> None:
    adult, here = where("age", ">=", 30, missing=False), where("city", "==", "Hangzhou", missing=False)
    assert _found(people, where.all(adult, here)) == ["ann"]
    assert _found(people, where.any(adult, here)) == ["ann", "cat", "dan"]
    assert _found(people, where.no(adult)) == ["bob", "dan"]
    assert _found(people, where.all(where.no(adult), where.any(here, adult))) == ["dan"]


def test_columns_that_exist_or_not(people: Any) -> None:
    assert _found(people, SingleColumnRegexCondition("city", ComparatorType.EXIST)) == ["ann", "bob", "dan"]
    assert _found(people, SingleColumnRegexCondition("city", ComparatorType.NOT_EXIST)) == ["cat"]


def test_a_number_taken_out_of_a_text(people: Any) -> None:
    rule = RegexRule("id:([0-9]+);", CastType.VT_INTEGER)
    assert _found(people, SingleColumnRegexCondition("note", ComparatorType.GREATER_THAN, 7, rule)) == ["bob"]
    assert _found(people, SingleColumnRegexCondition("note", ComparatorType.LESS_EQUAL, 7, rule)) == ["ann"]


def test_a_text_taken_out_of_a_text(people: Any) -> None:
    rule = RegexRule("^(.)", CastType.VT_STRING)
    assert _found(people, SingleColumnRegexCondition("city", ComparatorType.EQUAL, "H", rule)) == ["ann", "dan"]


def test_another_type_never_matches(table: Any, where: Any) -> None:
    values = {"i": 0, "s": "a", "d": 1.0, "t": True, "b": bytearray(b"\x00")}
    table.put("a", values)
    for column in values:
        for other, value in values.items():
            found = table.get("a", column_filter=where(column, "==", value))
            assert (found is not None) is (column == other), (column, value)


def test_the_whole_row_comes_back_not_the_filtered_columns(people: Any, where: Any) -> None:
    assert people.get("ann", column_filter=where("age", "==", 30)) == {
        "age": 30,
        "city": "Hangzhou",
        "note": "id:7;",
    }


def test_a_filter_judges_what_was_chosen(people: Any, where: Any) -> None:
    adult = where("age", ">=", 30, missing=False)
    assert people.get("ann", ["city"], column_filter=adult) is None
    assert people.get("ann", ["city", "age"], column_filter=adult) == {"age": 30, "city": "Hangzhou"}
    assert people.get("ann", ["city"], column_filter=where("age", ">=", 99)) == {"city": "Hangzhou"}


def test_the_latest_version_decides_unless_all_are_asked(make_table: Any, where: Any) -> None:
    table = make_table(versions=3, deviation=2**40)
    table.put("a", [("x", 1, 1000), ("x", 2, 2000)])
    assert table.get("a", max_version=3, column_filter=where("x", "==", 1)) is None
    assert table.get("a", max_version=3, column_filter=where("x", "==", 1, latest=False)) is not None


def test_composites_have_their_number_of_parts(people: Any, where: Any, invalid: Any) -> None:
    one = where("age", "==", 30)
    for call in (people.read, lambda _key, **options: people.scan(**options)):
        with invalid("Invalid NOT operator: the number of sub-filters must be 1."):
            call("ann", column_filter=where.no(one, one))
        for joined in (where.all(one), where.any(one)):
            with invalid("Invalid AND/OR operator: the number of sub-filters must be more than 1."):
                call("ann", column_filter=joined)


@pytest.mark.parametrize("leaves", [9, 31])
def test_as_many_filters_as_allowed(people: Any, where: Any, leaves: int) -> None:
    parts = [where("age", "==", 30, missing=False)] * leaves
    assert _found(people, where.all(*parts)) == ["ann"]


def _negated(condition: Any, where: Any, times: int) -> Any:
    for _ in range(times):
        condition = where.no(condition)
    return condition


def test_a_filter_in_a_filter_counts_as_one_more(people: Any, where: Any, invalid: Any) -> None:
    one = where("age", "==", 30, missing=False)
    assert _found(people, _negated(one, where, 30)) == ["ann"]
    for joined in (where.any(*[one] * 32), where.any(*[one] * 33), _negated(one, where, 32), _negated(one, where, 100)):
        with invalid("The count of filter exceeds the max: 32."):
            people.read("ann", column_filter=joined)
        with invalid("The count of filter exceeds the max: 32."):
            people.scan(column_filter=joined)
        with invalid("The count of filter exceeds the max: 32."):
            people.put("ann", {"x": 1}, where=joined)
