"""Consumed capacity units, as the official SDKs' tests assert them of the service."""

from __future__ import annotations

from typing import Any

import pytest
import tablestore
from tablestore import INF_MAX, INF_MIN

KB4 = "v" * 4096
KB2 = "v" * 2048


@pytest.fixture
def table(make_table: Any) -> Any:
    return make_table({"PK1": "STRING"})


def _units(consumed: Any) -> tuple[int, int]:
    return consumed.read, consumed.write


def test_get_row(table: Any) -> None:
    assert _units(table.read("x")[0]) == (1, 0)
    assert _units(table.read("x", ["a"])[0]) == (1, 0)
    table.put("x", {"a": "v" * 5000})
    assert _units(table.read("x")[0]) == (2, 0)


def test_get_row_counts_the_chosen_columns(table: Any) -> None:
    table.put("x", dict.fromkeys("abcde", KB2))
    assert _units(table.read("x", ["a", "b"])[0]) == (2, 0)
    assert _units(table.read("x", ["a", "absent"])[0]) == (1, 0)
    assert _units(table.read("x", ["absent", "missing"])[0]) == (1, 0)
    assert _units(table.read("x")[0]) == (3, 0)


def test_get_row_counts_before_the_filter(table: Any, where: Any) -> None:
    table.put("x", {"a": KB4, "b": 1})
    consumed, row, _ = table.read("x", column_filter=where("b", "==", 2))
    assert row is None
    assert _units(consumed) == (2, 0)


def test_get_range(table: Any) -> None:
    assert _units(table.scan("a", "b")[0]) == (1, 0)
    assert _units(table.scan("a", "b", columns_to_get=["a"])[0]) == (1, 0)
    for key in "ab":
        table.put(key, dict.fromkeys("abc", KB4))
    assert _units(table.scan("a", "b")[0]) == (4, 0)
    assert _units(table.scan("a", "c")[0]) == (7, 0)
    assert _units(table.scan("a", "c", columns_to_get=["a", "b"])[0]) == (5, 0)
    assert _units(table.scan("a", "c", columns_to_get=["d", "e"])[0]) == (1, 0)
    assert _units(table.scan(INF_MAX, INF_MIN, "BACKWARD")[0]) == (7, 0)


def test_get_range_of_rows_that_differ(table: Any) -> None:
    table.put("a", dict.fromkeys("abc", KB4))
    table.put("b", dict.fromkeys("ace", KB4))
    assert _units(table.scan("a", "c", columns_to_get=["b", "e"])[0]) == (3, 0)


def test_get_range_adds_up_before_it_rounds(table: Any) -> None:
    table.fill([(str(n), {"C": "V" * 400}) for n in range(9)])
    assert _units(table.scan()[0]) == (1, 0)
    table.fill([(str(n), {"C": "V" * 800}) for n in range(9)])
    assert _units(table.scan()[0]) == (2, 0)


def test_get_range_counts_what_the_filter_hides(table: Any, where: Any) -> None:
    for key in "ab":
        table.put(key, dict.fromkeys("abc", KB4))
    consumed, _, rows, _ = table.scan(column_filter=where("a", "==", "x"))
    assert rows == []
    assert _units(consumed) == (7, 0)


def test_put_row(table: Any) -> None:
    assert _units(table.put("a", {"b": KB4, "e": KB4})[0]) == (0, 3)
    assert _units(table.put("a")[0]) == (0, 1)
    assert _units(table.put("b", {"b": KB4, "e": KB4}, expect="EXPECT_NOT_EXIST")[0]) == (1, 3)
    assert _units(table.put("b", {"b": KB4, "e": KB4}, expect="EXPECT_EXIST")[0]) == (1, 3)


def test_update_row(table: Any) -> None:
    table.put("a", dict.fromkeys("abc", KB4))
    assert _units(table.update("a", put={"b": KB4, "e": KB4})[0]) == (0, 3)
    changes: dict[str, Any] = {"put": {"b": KB4, "e": KB4}, "delete_all": ["a", "c"], "expect": "EXPECT_EXIST"}
    assert _units(table.update("a", **changes)[0]) == (1, 3)
    assert _units(table.update("a", delete_all=["b", "e"])[0]) == (0, 1)


def test_delete_row(table: Any) -> None:
    table.put("a", dict.fromkeys("abc", KB4))
    assert _units(table.delete("a")[0]) == (0, 1)
    assert _units(table.delete("a", expect="EXPECT_NOT_EXIST")[0]) == (1, 1)


def test_a_column_condition_costs_a_read(table: Any, where: Any) -> None:
    table.put("a", {"x": 1})
    assert _units(table.put("a", {"x": 1}, where=where("x", "==", 1))[0]) == (1, 1)
    assert _units(table.update("a", put={"y": 1}, where=where("x", "==", 1))[0]) == (1, 1)
    assert _units(table.delete("a", where=where("x", "==", 1))[0]) == (1, 1)


def test_batches_round_every_row_alone(table: Any) -> None:
    rows = table.write(*(table.batch_put(key, {"b": KB4, "e": KB4}) for key in "abc")).get_put_by_table(table.name)
    assert [_units(row.consumed) for row in rows] == [(0, 3)] * 3
    rows = table.write(*(table.batch_update(key, put={"b": 1}) for key in "abc")).get_update_by_table(table.name)
    assert [_units(row.consumed) for row in rows] == [(0, 1)] * 3
    assert [_units(item.consumed) for item in table.read_many(["a", "b", "c", "d"])] == [(2, 0)] * 3 + [(1, 0)]
    rows = table.write(*(table.batch_delete(key) for key in "abc")).get_delete_by_table(table.name)
    assert [_units(row.consumed) for row in rows] == [(0, 1)] * 3


# names and values, byte by byte: "PK1" + "a" are 4 bytes


@pytest.mark.parametrize(
    ("columns", "size"),
    [
        ({"s": "v" * 4000}, 4001),
        ({"s": "界" * 1000}, 3001),
        ({"long_name": bytearray(4000)}, 4009),
        ({"i": 1, "d": 1.0, "t": True}, 9 + 9 + 2),
    ],
)
def test_sizes_of_values(table: Any, columns: dict[str, Any], size: int) -> None:
    rest = 4096 - 4 - size - len("fill")
    assert _units(table.put("a", {**columns, "fill": "v" * rest})[0]) == (0, 1)
    assert _units(table.read("a")[0]) == (1, 0)
    assert _units(table.put("a", {**columns, "fill": "v" * (rest + 1)})[0]) == (0, 2)
    assert _units(table.read("a")[0]) == (2, 0)


def test_a_deleted_column_counts_its_name(table: Any) -> None:
    rest = 4096 - 4 - len("gone") - len("f")
    assert _units(table.update("a", put={"f": "v" * rest}, delete_all=["gone"])[0]) == (0, 1)
    assert _units(table.update("a", put={"f": "v" * (rest + 1)}, delete_all=["gone"])[0]) == (0, 2)


def test_an_own_timestamp_counts_eight_bytes(make_table: Any, clock: Any) -> None:
    table = make_table({"PK1": "STRING"}, versions=2)
    rest = 4096 - 4 - len("f") - 8
    assert _units(table.put("a", [("f", "v" * rest, clock.now)])[0]) == (0, 1)
    assert _units(table.put("a", [("f", "v" * (rest + 1), clock.now)])[0]) == (0, 2)


def test_the_server_keeps_count(start: Any, connect: Any, create: Any) -> None:
    fake = start()
    table = create(connect(fake))
    fake.reset_requests()
    table.write(*(table.batch_put(key, {"b": KB4}) for key in "abc"))
    table.scan()
    counts = fake.requests()
    assert counts["BatchWriteRow"][table.name] == {"requests": 1, "rows": 3, "read_cu": 0, "write_cu": 6}
    assert counts["GetRange"][table.name] == {"requests": 1, "rows": 3, "read_cu": 4, "write_cu": 0}


def test_a_failed_condition_is_billed_although_its_answer_does_not_say_so(
    start: Any, connect: Any, create: Any
) -> None:
    fake = start()
    client = connect(fake)
    table = create(client)
    table.put("a", {"b": 1})
    fake.reset_requests()
    row = tablestore.Row([(name, "a") for name in table.key_names], [("b", 2)])
    absent = tablestore.Condition("EXPECT_NOT_EXIST")
    with pytest.raises(tablestore.OTSServiceError, match="Condition check failed"):
        client.put_row(table.name, row, absent)
    batch = tablestore.BatchWriteRowRequest()
    batch.add(tablestore.TableInBatchWriteRowItem(table.name, [tablestore.PutRowItem(row, absent)]))
    client.batch_write_row(batch)
    counts = fake.requests()
    for api in ("PutRow", "BatchWriteRow"):
        assert counts[api][table.name] == {"requests": 1, "rows": 0, "read_cu": 1, "write_cu": 1}
