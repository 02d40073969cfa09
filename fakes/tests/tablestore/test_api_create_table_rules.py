"""CreateTable: which names, keys and options a table may have."""

from __future__ import annotations

import re
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import PK_AUTO_INCR


def _create(client: Any, schema: list[Any], name: str = "t", columns: list[Any] | None = None, **options: Any) -> None:
    client.create_table(
        ots_sdk.TableMeta(name, schema, columns),
        ots_sdk.TableOptions(**options),
        ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(0, 0)),
    )


def test_an_existing_table_is_409(client: Any, make_table: Any, refused: Any) -> None:
    make_table(name="twice")
    with refused(409, "OTSObjectAlreadyExist", "Requested table already exists."):
        _create(client, [("other", "INTEGER")], "twice")
    assert client.describe_table("twice").table_meta.schema_of_primary_key == [("pk", "STRING")]


def test_key_names_must_differ(client: Any, invalid: Any) -> None:
    with invalid("Duplicated primary key name: 'PK0'."):
        _create(client, [("PK0", "STRING"), ("PK0", "INTEGER")])
    assert list(client.list_table()) == []


@pytest.mark.parametrize("count", [0, 5])
def test_one_to_four_key_columns(client: Any, invalid: Any, count: int) -> None:
    with invalid("The number of primary key columns must be in range: [1, 4]."):
        _create(client, [(f"pk{n}", "STRING") for n in range(count)])


def test_four_key_columns(make_table: Any) -> None:
    table = make_table({f"pk{n}": "INTEGER" for n in range(4)})
    table.put((1, 2, 3, 4), {"x": 1})
    assert table.get((1, 2, 3, 4)) == {"x": 1}


def test_the_first_key_column_cannot_be_boolean(client: Any, invalid: Any) -> None:
    with invalid(re.compile(r"is an invalid type for the primary key\.$")):
        _create(client, [("pk", "BOOLEAN")])


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ([("a", "INTEGER", PK_AUTO_INCR)], re.compile("^First primary key can't be auto increment, table: t")),
        ([("a", "STRING"), ("b", "STRING", PK_AUTO_INCR)], "AUTO_INCREMENT primary key must be integer."),
        (
            [("a", "STRING"), ("b", "INTEGER", PK_AUTO_INCR), ("c", "INTEGER", PK_AUTO_INCR)],
            "AUTO_INCREMENT primary key count must <= 1.",
        ),
    ],
    ids=["first", "not integer", "two"],
)
def test_auto_increment_rules(client: Any, invalid: Any, schema: list[Any], message: Any) -> None:
    with invalid(message):
        _create(client, schema)


@pytest.mark.parametrize("name", ["a", "_", "Z9_", "x" * 255])
def test_valid_table_names(make_table: Any, client: Any, name: str) -> None:
    make_table(name=name)
    assert list(client.list_table()) == [name]


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a.b", "a b", "表", "#a", "x" * 256])
def test_invalid_table_names(client: Any, invalid: Any, name: str) -> None:
    with invalid(f"Invalid table name: '{name}'."):
        _create(client, [("pk", "STRING")], name)
    with invalid(f"Invalid table name: '{name}'."):
        client.get_row(name, [("pk", "a")])


@pytest.mark.parametrize("name", ["#pk", "", "x" * 256])
def test_invalid_key_names(client: Any, invalid: Any, name: str) -> None:
    with invalid(re.compile("(?i)^invalid (column name: '|name of column)")):
        _create(client, [(name, "STRING")])


@pytest.mark.parametrize("reserved", [(-1, 0), (0, -1), (100001, 0), (0, 100001)])
def test_reserved_throughput_out_of_range(make_table: Any, invalid: Any, reserved: tuple[int, int]) -> None:
    with invalid(re.compile("[Cc]apacity [Uu]nit")):
        make_table(reserved=reserved)


INT64 = 2**63 - 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time_to_live": 0}, "TimeToLive cannot be 0 or less than -1."),
        ({"time_to_live": -2}, "TimeToLive cannot be 0 or less than -1."),
        ({"max_version": 0}, "The maximum versions cannot be less than or equal to 0."),
        ({"max_version": -1}, "The maximum versions cannot be less than or equal to 0."),
        ({"max_time_deviation": -1}, "The maximum deviation must be in range [0, INT64_MAX/1000000]."),
        (
            {"max_time_deviation": INT64 // 1000000 + 1},
            "The maximum deviation must be in range [0, INT64_MAX/1000000].",
        ),
    ],
)
def test_options_out_of_range(client: Any, invalid: Any, options: dict[str, Any], message: str) -> None:
    with invalid(message):
        _create(client, [("pk", "STRING")], **options)
    assert list(client.list_table()) == []
    _create(client, [("pk", "STRING")])
    with invalid(message):
        client.update_table("t", ots_sdk.TableOptions(**options))


def test_options_at_their_limits(client: Any) -> None:
    edges: dict[str, Any] = {"time_to_live": 86400, "max_version": 1, "max_time_deviation": INT64 // 1000000}
    _create(client, [("pk", "STRING")], **edges)
    assert client.describe_table("t").table_options.max_time_deviation == INT64 // 1000000


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("time_to_live", "Time-to-live is missing while creating table."),
        ("max_version", "MaxVersions is missing while creating table."),
    ],
)
def test_time_to_live_and_versions_are_required(client: Any, invalid: Any, missing: str, message: str) -> None:
    options: dict[str, Any] = {missing: None}
    with invalid(message):
        _create(client, [("pk", "STRING")], **options)
