"""UpdateRow: puts, version and column deletes, and counters."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import tablestore as ots_sdk

INT64 = 2**63 - 1


def test_puts_merge_into_the_row(table: Any) -> None:
    table.put("a", {"x": 1, "y": 2})
    table.update("a", put={"y": "two", "z": 3})
    assert table.get("a") == {"x": 1, "y": "two", "z": 3}


def test_a_put_makes_the_row(table: Any) -> None:
    table.update("a", put={"x": 1})
    assert table.get("a") == {"x": 1}


def test_delete_all_removes_a_column_and_keeps_the_others(table: Any) -> None:
    table.put("a", {"x": 1, "y": 2})
    table.update("a", delete_all=["x", "absent"])
    assert table.get("a") == {"y": 2}


def test_deleting_every_column_keeps_the_row(table: Any) -> None:
    table.put("a", {"x": 1})
    table.update("a", delete_all=["x"])
    assert table.get("a") == {}
    assert table.list_keys() == ["a"]
    table.update("a", put={"x": 2}, expect="EXPECT_EXIST")


def test_deletes_alone_do_not_make_a_row(table: Any) -> None:
    table.update("a", delete_all=["x"])
    table.update("a", delete=[("x", 5)])
    assert table.get("a") is None
    assert table.list_keys() == []


def test_delete_removes_one_version(make_table: Any) -> None:
    table = make_table(versions=5, deviation=2**40)
    for at in (1000, 2000, 3000):
        table.update("a", put=[("x", f"v{at}", at)])
    table.update("a", delete=[("x", 2000)])
    assert table.versions("a", "x") == [("v3000", 3000), ("v1000", 1000)]
    table.update("a", delete=[("x", 3000)])
    assert table.get("a") == {"x": "v1000"}
    table.update("a", delete=[("x", 2500)])
    assert table.get("a") == {"x": "v1000"}


def test_delete_all_removes_every_version(make_table: Any) -> None:
    table = make_table(versions=5, deviation=2**40)
    table.put("a", [("x", 1, 1000), ("x", 2, 2000), ("y", 3, 1000)])
    table.update("a", delete_all=["x"])
    assert table.versions("a", "x") == []
    assert table.get("a") == {"y": 3}


def test_every_kind_of_change_in_one_update(make_table: Any) -> None:
    table = make_table(versions=2, deviation=2**40)
    table.put("a", [("gone", 1), ("one", 1, 1000), ("one", 2, 2000), ("count", 5)])
    table.update("a", put={"new": "n"}, delete=[("one", 2000)], delete_all=["gone"], increment={"count": 2})
    assert table.get("a") == {"count": 7, "new": "n", "one": 1}


def test_a_delete_needs_a_timestamp(client: Any, table: Any, invalid: Any) -> None:
    table.put("a", {"x": 1})
    row = ots_sdk.Row(table.key("a"), {"delete": ["x"]})
    with invalid("Timestamp must be given when type is DELETE_ONE_VERSION."):
        client.update_row(table.name, row, ots_sdk.Condition("IGNORE"))
    assert table.get("a") == {"x": 1}


def test_delete_all_takes_no_timestamp(client: Any, table: Any, invalid: Any) -> None:
    table.put("a", {"x": 1})
    row = ots_sdk.Row(table.key("a"), {"delete_all": [("x", None, 1000)]})
    with invalid("Timestamp cannot be given when type is DELETE_ALL_VERSION."):
        client.update_row(table.name, row, ots_sdk.Condition("IGNORE"))


@pytest.fixture
def checked_table(ots: Any, connect: Any, create: Any) -> Any:
    """A table through the SDK's Python codec: its native one leaves out what it takes for a mistake."""
    return create(connect(ots, enable_native=False))


def test_a_delete_takes_no_value(checked_table: Any, invalid: Any) -> None:
    table = checked_table
    pattern = re.compile("^Column value cannot be given when type is DELETE_ONE_VERSION")
    for changes in ({"delete": [("x", 1, 1000)]}, {"delete_all": [("x", 1)]}):
        with invalid(pattern):
            table.client.update_row(table.name, ots_sdk.Row(table.key("a"), changes), ots_sdk.Condition("IGNORE"))


def test_an_update_changes_something(client: Any, table: Any, invalid: Any) -> None:
    with invalid("Attribute column is missing."):
        client.update_row(table.name, ots_sdk.Row(table.key("a"), {}), ots_sdk.Condition("IGNORE"))
    with invalid("Invalid update row request: missing cells in request."):
        table.write(table.batch_update("a"))


def test_the_key_is_returned_on_request_only(table: Any) -> None:
    assert table.update("a", put={"x": 1})[1] is None
    assert table.update("a", put={"x": 1}, return_key=True)[1].primary_key == [("pk", "a")]


# counters


def test_increment_starts_at_zero_and_makes_the_row(table: Any) -> None:
    table.update("a", increment={"n": 10})
    table.update("a", increment={"n": 10})
    table.update("a", increment={"n": -30})
    assert table.get("a") == {"n": -10}


def test_increment_reads_what_a_put_wrote(table: Any) -> None:
    table.put("a", {"n": 10, "x": "kept"})
    table.update("a", increment={"n": 515, "m": 1})
    assert table.get("a") == {"m": 1, "n": 525, "x": "kept"}


@pytest.mark.parametrize(("held", "by"), [(INT64, 1), (-INT64 - 1, -1)])
def test_increment_does_not_overflow(table: Any, invalid: Any, held: int, by: int) -> None:
    table.put("a", {"n": held})
    with invalid(re.compile(".")):
        table.update("a", increment={"n": by})
    assert table.get("a") == {"n": held}


@pytest.mark.parametrize("held", ["5", True, bytearray(b"5")])
def test_only_numbers_are_incremented(table: Any, invalid: Any, held: Any) -> None:
    table.put("a", {"n": held})
    with invalid(re.compile(".")):
        table.update("a", increment={"n": 1})
    assert table.get("a") == {"n": held}


@pytest.mark.parametrize("by", ["1", True, bytearray(b"1")])
def test_only_numbers_are_added(table: Any, invalid: Any, by: Any) -> None:
    with invalid(re.compile(".")):
        table.update("a", increment={"n": by})
    assert table.get("a") is None


def test_a_counter_is_not_put_or_deleted_in_the_same_update(table: Any, invalid: Any) -> None:
    table.put("a", {"n": 1})
    with invalid(re.compile(".")):
        table.update("a", put={"n": 5}, increment={"n": 1})
    with invalid(re.compile(".")):
        table.update("a", delete_all=["n"], increment={"n": 1})
    assert table.get("a") == {"n": 1}


def test_increment_takes_no_timestamp(checked_table: Any, invalid: Any) -> None:
    with invalid(re.compile("(?i)timestamp")):
        checked_table.update("a", increment=[("n", 1, 1000)])
    assert checked_table.get("a") is None


def test_increment_writes_a_new_version(start: Any, connect: Any, create: Any, clock: Any) -> None:
    table = create(connect(start(clock=clock)), versions=3)
    for _ in range(4):
        clock.step(10)
        table.update("a", increment={"n": 1})
    assert [value for value, _ in table.versions("a", "n")] == [4, 3, 2]


def test_increments_from_many_threads_are_all_counted(table: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda by: table.update("a", increment={"n": by}), range(1, 101)))
    assert table.get("a") == {"n": 5050}
