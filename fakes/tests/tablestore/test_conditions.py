"""Conditions of writes: row existence, column values, and what a refused write leaves behind."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import tablestore as ots_sdk

FAILED = (403, "OTSConditionCheckFail", "Condition check failed.")

EXISTENCE = [
    ("IGNORE", True, True),
    ("IGNORE", False, True),
    ("EXPECT_EXIST", True, True),
    ("EXPECT_EXIST", False, False),
    ("EXPECT_NOT_EXIST", True, False),
    ("EXPECT_NOT_EXIST", False, True),
]


@pytest.mark.parametrize("write", ["put", "update", "delete"])
@pytest.mark.parametrize(("expect", "exists", "passes"), EXISTENCE)
@pytest.mark.parametrize("batched", [False, True], ids=["alone", "batch"])
def test_row_existence(
    table: Any, refused: Any, write: str, expect: str, exists: bool, passes: bool, batched: bool
) -> None:
    before = {"x": "old"} if exists else None
    after = {"put": {"x": "new"}, "update": {"x": "new"}, "delete": None}[write]
    if exists:
        table.put("a", before)
    columns = {} if write == "delete" else {"put": {"x": "new"}} if write == "update" else {"columns": {"x": "new"}}
    if batched:
        answer = table.write(getattr(table, f"batch_{write}")("a", expect=expect, **columns))
        (row,) = getattr(answer, f"get_{write}_by_table")(table.name)
        assert row.is_ok is passes
        assert passes or (row.error_code, row.error_message) == FAILED[1:]
    elif passes:
        getattr(table, write)("a", expect=expect, **columns)
    else:
        with refused(*FAILED):
            getattr(table, write)("a", expect=expect, **columns)
    assert table.get("a") == (after if passes else before)


def test_a_row_without_columns_exists(table: Any, refused: Any) -> None:
    table.put("a")
    with refused(*FAILED):
        table.put("a", expect="EXPECT_NOT_EXIST")


COMPARED = [
    ("x", "==", 5, True),
    ("x", "==", 4, False),
    ("x", "!=", 4, True),
    ("x", "!=", 5, False),
    ("x", ">", 4, True),
    ("x", ">", 5, False),
    ("x", ">=", 5, True),
    ("x", ">=", 6, False),
    ("x", "<", 6, True),
    ("x", "<", 5, False),
    ("x", "<=", 5, True),
    ("x", "<=", 4, False),
    ("s", "==", "m", True),
    ("s", ">", "a", True),
    ("s", "<", "ma", True),
    ("s", "<", "", False),
    ("d", ">", 0.5, True),
    ("d", "==", 1.5, True),
    ("t", "==", True, True),
    ("t", "==", False, False),
    ("b", "==", bytearray(b"\x01"), True),
    ("b", "<", bytearray(b"\x02"), True),
]


@pytest.mark.parametrize(("column", "sign", "value", "passes"), COMPARED)
def test_column_values(table: Any, where: Any, refused: Any, column: str, sign: str, value: Any, passes: bool) -> None:
    before = {"x": 5, "s": "m", "d": 1.5, "t": True, "b": bytearray(b"\x01")}
    table.put("a", before)
    condition = where(column, sign, value)
    if passes:
        table.update("a", put={"y": 1}, where=condition)
        assert table.get("a") == {**before, "y": 1}
    else:
        with refused(*FAILED):
            table.update("a", put={"y": 1}, where=condition)
        assert table.get("a") == before


@pytest.mark.parametrize("write", ["put", "update", "delete"])
@pytest.mark.parametrize("exists", [True, False], ids=["column missing", "row missing"])
@pytest.mark.parametrize("missing", [True, False], ids=["pass if missing", "fail if missing"])
def test_what_is_missing_passes_if_told_so(
    table: Any, where: Any, refused: Any, write: str, exists: bool, missing: bool
) -> None:
    if exists:
        table.put("a", {"y": 1})
    columns = {"put": {"columns": {"z": 1}}, "update": {"put": {"z": 1}}, "delete": {}}[write]
    call = getattr(table, write)
    if missing:
        call("a", where=where("x", "==", 5), **columns)
        assert (table.get("a") is None) is (write == "delete")
    else:
        with refused(*FAILED):
            call("a", where=where("x", "==", 5, missing=False), **columns)
        assert table.get("a") == ({"y": 1} if exists else None)


def test_both_existence_and_value_must_hold(table: Any, where: Any, refused: Any) -> None:
    with refused(*FAILED):
        table.put("a", {"x": 1}, expect="EXPECT_EXIST", where=where("x", "==", 1))
    table.put("a", {"x": 1})
    with refused(*FAILED):
        table.put("a", {"x": 2}, expect="EXPECT_EXIST", where=where("x", "==", 2))
    with refused(*FAILED):
        table.put("a", {"x": 2}, expect="EXPECT_NOT_EXIST", where=where("x", "==", 1))
    table.put("a", {"x": 2}, expect="EXPECT_EXIST", where=where("x", "==", 1))
    assert table.get("a") == {"x": 2}


def test_composites(table: Any, where: Any, refused: Any) -> None:
    table.put("a", {"x": 1, "y": 2})
    one, two, wrong = where("x", "==", 1), where("y", "==", 2), where("x", "==", 9)
    holds = [
        where.all(one, two),
        where.any(wrong, two),
        where.no(wrong),
        where.all(one, where.any(wrong, where.no(wrong))),
        where.all(one, two, one, two),
        where.any(wrong, wrong, one),
    ]
    fails = [
        where.all(one, wrong),
        where.any(wrong, wrong),
        where.no(one),
        where.no(where.any(wrong, two)),
        where.all(one, one, wrong),
    ]
    for at, condition in enumerate(holds):
        table.update("a", put={"z": at}, where=condition)
        assert table.get("a")["z"] == at
    for condition in fails:
        with refused(*FAILED):
            table.update("a", put={"z": -1}, where=condition)
    assert table.get("a")["z"] == len(holds) - 1


def test_composites_have_their_number_of_parts(table: Any, where: Any, invalid: Any) -> None:
    table.put("a", {"x": 1})
    one = where("x", "==", 1)
    with invalid("Invalid NOT operator: the number of sub-filters must be 1."):
        table.put("a", {"x": 2}, where=where.no(one, one))
    for joined in (where.all(one), where.any(one), where.all(one, where.any(one))):
        with invalid("Invalid AND/OR operator: the number of sub-filters must be more than 1."):
            table.put("a", {"x": 2}, where=joined)
    assert table.get("a") == {"x": 1}


def test_the_latest_version_decides_unless_all_are_asked(make_table: Any, where: Any, refused: Any) -> None:
    table = make_table(versions=3, deviation=2**40)
    table.put("a", [("x", 1, 1000), ("x", 2, 2000)])
    with refused(*FAILED):
        table.update("a", put={"y": 1}, where=where("x", "==", 1))
    table.update("a", put={"y": 1}, where=where("x", "==", 1, latest=False))
    table.update("a", put={"y": 2}, where=where("x", "==", 2))
    with refused(*FAILED):
        table.update("a", put={"y": 3}, where=where("x", "==", 3, latest=False))
    assert table.get("a")["y"] == 2


def test_another_type_is_never_equal(table: Any, where: Any, refused: Any) -> None:
    table.put("a", {"x": 1})
    for value in ("1", True, bytearray(b"1")):
        with refused(*FAILED):
            table.put("a", {"x": 2}, where=where("x", "==", value))


def test_conditions_see_attributes_not_keys(table: Any, where: Any, refused: Any) -> None:
    table.put("a", {"x": 1})
    with refused(*FAILED):
        table.put("a", {"x": 2}, where=where("pk", "==", "a", missing=False))


def test_compare_and_set_from_many_threads_wins_once_per_value(table: Any, where: Any) -> None:
    table.put("a", {"x": 0})

    def race(_: int) -> str:
        try:
            table.put("a", {"x": 1}, where=where("x", "==", 0))
        except ots_sdk.OTSServiceError as error:
            return str(error.code)
        return "won"

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(race, range(32))) == {"won": 1, "OTSConditionCheckFail": 31}
