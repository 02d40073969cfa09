"""GetRow: rows, columns, versions and what comes back for none of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tablestore import PK_AUTO_INCR


def test_a_missing_row_is_none_and_costs_one_unit(table: Any) -> None:
    consumed, row, token = table.read("nothing")
    assert row is None
    assert (consumed.read, consumed.write) == (1, 0)
    assert not token


def test_columns_come_sorted_by_name_with_their_timestamps(table: Any) -> None:
    table.put("a", [("b", 1), ("a", 2), ("C", 3), ("_", 4), ("a1", 5)])
    _, row, token = table.read("a")
    assert [name for name, _, _ in row.attribute_columns] == ["C", "_", "a", "a1", "b"]
    assert len({timestamp for _, _, timestamp in row.attribute_columns}) == 1
    assert token == b""


def test_keys_come_in_schema_order(make_table: Any) -> None:
    table = make_table({"z": "STRING", "a": "INTEGER"})
    table.put(("x", 1))
    assert table.read(("x", 1))[1].primary_key == [("z", "x"), ("a", 1)]


def test_chosen_columns(table: Any) -> None:
    table.put("a", {"x": 1, "y": 2, "z": 3})
    assert table.get("a", ["z", "x"]) == {"x": 1, "z": 3}
    assert table.get("a", ["x", "absent"]) == {"x": 1}
    assert table.get("a", []) == {"x": 1, "y": 2, "z": 3}


def test_a_row_with_none_of_the_chosen_columns_is_none(table: Any) -> None:
    table.put("a", {"x": 1})
    table.put("b")
    assert table.get("a", ["absent"]) is None
    assert table.get("b", ["x"]) is None
    assert table.get("b") == {}


def test_every_row_has_the_columns_of_its_key(make_table: Any, where: Any) -> None:
    table = make_table({"a": "STRING", "b": "INTEGER"})
    table.put(("x", 1), {"c": 1})
    assert table.read(("x", 1), ["b"])[1].primary_key == [("a", "x"), ("b", 1)]
    assert table.get(("x", 1), ["a", "absent"]) == {}
    assert table.get(("x", 1), ["a"], column_filter=where("c", "==", 2)) == {}
    assert table.get(("x", 1), ["a"], column_filter=where("c", "==", 2, missing=False)) is None
    assert table.get(("y", 1), ["a"]) is None


def test_start_and_end_column_bound_the_names(table: Any) -> None:
    table.put("a", {"a": 1, "b": 2, "c": 3, "d": 4})
    assert table.get("a", start_column="b", end_column="d") == {"b": 2, "c": 3}
    assert table.get("a", start_column="c") == {"c": 3, "d": 4}
    assert table.get("a", end_column="b") == {"a": 1}


def test_a_version_condition_is_required(table: Any, invalid: Any) -> None:
    table.put("a", {"x": 1})
    with invalid("No version condition is specified."):
        table.read("a", max_version=None)
    with invalid("No version condition is specified."):
        table.scan(max_version=None)


@pytest.mark.parametrize("versions", [0, -1])
def test_max_versions_must_be_positive(table: Any, invalid: Any, versions: int) -> None:
    with invalid(re.compile("(?i)max(imum)? versions")):
        table.read("a", max_version=versions)


def test_reads_see_the_last_acknowledged_write(table: Any) -> None:
    for value in range(20):
        table.put("a", {"x": value})
        assert table.get("a") == {"x": value}


def test_an_auto_increment_placeholder_is_no_read_key(make_table: Any, invalid: Any) -> None:
    table = make_table({"pk": "STRING", "id": "AUTO"})
    with invalid("PKAutoIncr can't be used for read operations."):
        table.read(("a", PK_AUTO_INCR))
