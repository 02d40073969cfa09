"""PutRow: what is stored, what is returned, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import INF_MAX, INF_MIN

INT64 = 2**63 - 1

VALUES = {
    "text": "Grüße, 世界 🌏",
    "empty": "",
    "nul": "a\x00b",
    "zero": 0,
    "least": -INT64 - 1,
    "most": INT64,
    "double": 3.25,
    "minus_zero": -0.0,
    "tiny": 5e-324,
    "true": True,
    "false": False,
    "bytes": bytearray(b"\x00\xff\x80"),
    "no_bytes": bytearray(),
}


def test_every_type_comes_back_as_it_went(table: Any) -> None:
    table.put("a", VALUES)
    read = table.get("a")
    assert read == VALUES
    assert {name: type(value) for name, value in read.items()} == {name: type(v) for name, v in VALUES.items()}
    assert str(read["minus_zero"]) == "-0.0"


def test_bytes_are_a_string_to_the_service(table: Any) -> None:
    table.put("a", {"x": "世界".encode()})
    assert table.get("a") == {"x": "世界"}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("STRING", ["", "a", "\x00", "世界", "🌏", "a" * 1024]),
        ("INTEGER", [0, -1, INT64, -INT64 - 1]),
        ("BINARY", [bytearray(), bytearray(b"\x00"), bytearray(b"\xff" * 1024)]),
    ],
)
def test_keys_of_every_type(make_table: Any, kind: str, values: list[Any]) -> None:
    table = make_table({"pk": kind})
    for at, value in enumerate(values):
        table.put(value, {"at": at})
    for at, value in enumerate(values):
        row = table.read(value)[1]
        assert row.primary_key == [("pk", value)]
        assert row.attribute_columns[0][:2] == ("at", at)
    assert len(table.list_keys()) == len(values)


def test_a_put_replaces_the_whole_row(table: Any) -> None:
    table.put("a", {"x": 1, "y": 2})
    table.put("a", {"y": 3, "z": 4})
    assert table.get("a") == {"y": 3, "z": 4}


def test_a_put_replaces_versions_too(make_table: Any) -> None:
    table = make_table(versions=5)
    table.put("a", {"x": 1})
    table.put("a", {"x": 2})
    assert [value for value, _ in table.versions("a", "x")] == [2]


def test_a_row_may_have_a_key_only(table: Any) -> None:
    table.put("a")
    row = table.read("a")[1]
    assert (row.primary_key, row.attribute_columns) == ([("pk", "a")], [])
    assert table.list_keys() == ["a"]
    table.put("a", expect="EXPECT_EXIST")


def test_the_key_is_returned_on_request_only(table: Any) -> None:
    assert table.put("a", {"x": 1})[1] is None
    row = table.put("a", {"x": 1}, return_key=True)[1]
    assert row.primary_key == [("pk", "a")]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ([("PK9", "a"), ("PK2", 1)], "Validate PK name fail. Input: PK9, Meta: PK1."),
        ([("PK9", 5), ("PK2", 1)], "Validate PK name fail. Input: PK9, Meta: PK1."),
        ([("PK2", 1), ("PK1", "a")], "Validate PK name fail. Input: PK2, Meta: PK1."),
        ([("PK1", "a")], "Validate PK size fail. Input: 1, Meta: 2."),
        ([("PK1", "a"), ("PK2", 1), ("PK3", 1)], "Validate PK size fail. Input: 3, Meta: 2."),
        ([("PK1", 5), ("PK2", 1)], "Validate PK type fail. Input: VT_INTEGER, Meta: VT_STRING."),
        ([("PK1", "a"), ("PK2", "b")], "Validate PK type fail. Input: VT_STRING, Meta: VT_INTEGER."),
        ([("PK1", "a"), ("PK2", bytearray(b"b"))], "Validate PK type fail. Input: VT_BLOB, Meta: VT_INTEGER."),
    ],
)
def test_a_key_must_match_the_schema_in_every_call(
    make_table: Any, client: Any, refused: Any, sent: list[Any], message: str
) -> None:
    table = make_table({"PK1": "STRING", "PK2": "INTEGER"})
    ignore = ots_sdk.Condition("IGNORE")
    calls: list[Callable[[], Any]] = [
        lambda: client.put_row(table.name, ots_sdk.Row(sent, [("x", 1)]), ignore),
        lambda: client.update_row(table.name, ots_sdk.Row(sent, {"put": [("x", 1)]}), ignore),
        lambda: client.delete_row(table.name, ots_sdk.Row(sent), ignore),
        lambda: client.get_row(table.name, sent),
        lambda: client.get_range(table.name, "FORWARD", sent, [(name, INF_MAX) for name, _ in sent]),
    ]
    for call in calls:
        with refused(400, "OTSInvalidPK", message):
            call()
    assert table.list_keys() == []


@pytest.mark.parametrize(("bound", "name"), [(INF_MIN, "VT_INF_MIN"), (INF_MAX, "VT_INF_MAX")])
def test_bounds_are_no_key_values(table: Any, invalid: Any, bound: Any, name: str) -> None:
    message = f"{name} is an invalid type for the primary key."
    for call in (table.put, table.read, table.delete):
        with invalid(message):
            call(bound)
    with invalid(message):
        table.update(bound, put={"x": 1})


def test_a_missing_table_is_404(table_of: Any, client: Any, refused: Any) -> None:
    nothing = table_of(client, "nothing", ["pk"])
    gone = (404, "OTSObjectNotExist", "Requested table does not exist.")
    for call in (nothing.put, nothing.read, nothing.delete):
        with refused(*gone):
            call("a")
    with refused(*gone):
        nothing.update("a", put={"x": 1})
    with refused(*gone):
        nothing.scan()


def test_a_key_column_is_no_attribute(table: Any, invalid: Any) -> None:
    pattern = re.compile("^Duplicated attribute column name with primary key column: '?pk'?")
    with invalid(pattern):
        table.put("a", {"pk": "b"})
    with invalid(pattern):
        table.update("a", put={"pk": "b"})
    assert table.get("a") is None


@pytest.mark.parametrize("name", [".", ":", " ", "'", '"', "\n", "-1", "1", "a b", "a#", "x" * 255])
def test_almost_any_column_name_is_taken(table: Any, name: str) -> None:
    table.put("a", {name: 1})
    assert table.get("a") == {name: 1}
    assert table.get("a", [name]) == {name: 1}


@pytest.mark.parametrize("name", ["#", "#a", "x" * 256])
def test_invalid_column_names(table: Any, invalid: Any, name: str) -> None:
    message = f"Invalid column name: '{name}'."
    with invalid(message):
        table.put("a", {name: 1})
    with invalid(message):
        table.update("a", put={name: 1})
    with invalid(message):
        table.update("a", increment={name: 1})
    assert table.get("a") is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "NaN can't be set to double value."),
        (float("inf"), "Infinity can't be set to double value."),
        (float("-inf"), "Infinity can't be set to double value."),
    ],
)
def test_doubles_are_finite(table: Any, invalid: Any, value: float, message: str) -> None:
    with invalid(message):
        table.put("a", {"x": value})
    with invalid(message):
        table.update("a", put={"x": value})
    assert table.get("a") is None


def test_a_refused_put_leaves_the_row_as_it_was(table: Any, invalid: Any) -> None:
    table.put("a", {"x": 1})
    with invalid(re.compile("Invalid column name")):
        table.put("a", {"x": 2, "#": 1})
    assert table.get("a") == {"x": 1}
