"""BatchWriteRow: every row answered on its own, in the order sent; a malformed request does nothing at all."""

from __future__ import annotations

import re
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import INF_MAX, INF_MIN

FAILED = ("OTSConditionCheckFail", "Condition check failed.")


def test_puts_updates_and_deletes_in_one_request(table: Any) -> None:
    table.fill([("old", {"x": 1}), ("gone", {"x": 1})])
    answer = table.write(
        table.batch_put("new", {"x": 1}),
        table.batch_update("old", put={"y": 2}, delete_all=["x"], increment={"n": 3}),
        table.batch_delete("gone"),
    )
    assert answer.is_all_succeed()
    assert [len(answer.get_put()[0]), len(answer.get_update()[0]), len(answer.get_delete()[0])] == [1, 1, 1]
    assert [table.get(key) for key in ("new", "old", "gone")] == [{"x": 1}, {"y": 2, "n": 3}, None]


def test_rows_fail_alone_and_keep_their_place(table: Any) -> None:
    table.put("b", {"x": 1})
    answer = table.write(
        *(table.batch_put(name, {"x": 2}, expect="EXPECT_NOT_EXIST") for name in "abc"),
    )
    rows = answer.get_put_by_table(table.name)
    assert [(row.index, row.is_ok) for row in rows] == [(0, True), (1, False), (2, True)]
    assert (rows[1].error_code, rows[1].error_message) == FAILED
    assert not answer.is_all_succeed()
    assert [table.get(name) for name in "abc"] == [{"x": 2}, {"x": 1}, {"x": 2}]


def test_a_failed_column_condition_fails_its_row_alone(table: Any, where: Any) -> None:
    table.fill([("a", {"x": 1}), ("b", {"x": 2}), ("c", {"x": 3})])
    answer = table.write(
        table.batch_update("a", put={"y": 1}, where=where("x", "==", 2)),
        table.batch_update("b", put={"y": 1}, where=where("x", "==", 2)),
        table.batch_delete("c", where=where("x", "==", 7)),
    )
    assert [row.is_ok for row in answer.get_update_by_table(table.name)] == [False, True]
    (row,) = answer.get_failed_of_delete()
    assert (row.error_code, row.error_message) == FAILED
    assert [table.get(name) for name in "abc"] == [{"x": 1}, {"x": 2, "y": 1}, {"x": 3}]


def test_missing_rows_pass_a_condition_that_passes_if_missing(table: Any, where: Any) -> None:
    answer = table.write(*(table.batch_put(name, {"index": 1}, where=where("index", "==", 0)) for name in "abc"))
    assert answer.is_all_succeed()


def test_several_tables(client: Any, make_table: Any) -> None:
    second, first = make_table({"id": "INTEGER"}, name="aa"), make_table(name="zz")
    request = ots_sdk.BatchWriteRowRequest()
    request.add(ots_sdk.TableInBatchWriteRowItem("zz", [first.batch_put("a", {"x": 1}), first.batch_delete("b")]))
    request.add(ots_sdk.TableInBatchWriteRowItem("aa", [second.batch_put(7, {"x": 2}, expect="EXPECT_EXIST")]))
    answer = client.batch_write_row(request)
    assert [row.is_ok for row in answer.get_put_by_table("zz")] == [True]
    assert [row.is_ok for row in answer.get_put_by_table("aa")] == [False]
    assert first.get("a") == {"x": 1}
    assert second.get(7) is None


def test_rows_of_one_key_are_applied_in_order(make_table: Any) -> None:
    table = make_table()
    assert table.write(*(table.batch_put("a", {f"c{n}": n, "x": n}) for n in range(10))).is_all_succeed()
    assert table.get("a") == {"c9": 9, "x": 9}
    assert table.write(*(table.batch_update("a", put={f"u{n}": n, "x": n}) for n in range(3))).is_all_succeed()
    assert table.get("a") == {"c9": 9, "u0": 0, "u1": 1, "u2": 2, "x": 2}
    table.write(table.batch_put("a", {"y": 1}), table.batch_delete("a"), table.batch_update("a", put={"z": 1}))
    assert table.get("a") == {"z": 1}


def _refusals(table: Any, *items: Any) -> list[tuple[str, str]]:
    """Code and message of what was refused, whether the service refuses the request or the rows."""
    try:
        answer = table.write(*items)
    except ots_sdk.OTSServiceError as error:
        return [(error.code, error.message)]
    rows = [*answer.get_failed_of_put(), *answer.get_failed_of_update(), *answer.get_failed_of_delete()]
    return [(row.error_code, row.error_message) for row in rows]


def test_rows_of_one_key_carry_no_existence_condition(table: Any) -> None:
    items = [table.batch_put("a", {"x": n}, expect="EXPECT_NOT_EXIST") for n in range(2)]
    message = "Repeated rows do not support row exist expectation check in BatchModify."
    assert set(_refusals(table, *items)) == {("OTSParameterInvalid", message)}


def test_rows_of_one_key_carry_no_column_condition(table: Any, where: Any) -> None:
    items = [table.batch_put("a", {"x": n}, where=where("x", "==", 1)) for n in range(2)]
    message = "Repeated rows do not support row condition check in BatchModify."
    assert set(_refusals(table, *items)) == {("OTSParameterInvalid", message)}


def test_a_counted_row_occurs_once(table: Any) -> None:
    refusals = _refusals(table, *(table.batch_update("a", increment={"n": 1}) for _ in range(2)))
    assert {code for code, _ in refusals} == {"OTSParameterInvalid"}
    assert table.get("a") in (None, {"n": 1})


def test_counters_in_a_batch(table: Any) -> None:
    for _ in range(3):
        assert table.write(*(table.batch_update(name, increment={"n": 2}) for name in "abc")).is_all_succeed()
    assert [table.get(name) for name in "abc"] == [{"n": 6}] * 3


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ([("id", "a")], "Validate PK name fail. Input: id, Meta: pk."),
        ([("pk", "a"), ("id", 5)], "Validate PK size fail. Input: 2, Meta: 1."),
        ([("pk", bytearray(b"a"))], "Validate PK type fail. Input: VT_BLOB, Meta: VT_STRING."),
    ],
)
def test_a_key_that_does_not_fit_fails_alone(table: Any, sent: list[Any], message: str) -> None:
    ignore = ots_sdk.Condition("IGNORE")
    answer = table.write(
        ots_sdk.PutRowItem(ots_sdk.Row(sent, [("x", 1)]), ignore),
        ots_sdk.UpdateRowItem(ots_sdk.Row(sent, {"put": [("x", 1)]}), ignore),
        ots_sdk.DeleteRowItem(ots_sdk.Row(sent), ignore),
        table.batch_put("fits", {"x": 1}),
    )
    bad = [*answer.get_failed_of_put(), *answer.get_failed_of_update(), *answer.get_failed_of_delete()]
    assert [(row.error_code, row.error_message) for row in bad] == [("OTSInvalidPK", message)] * 3
    assert table.get("fits") == {"x": 1}
    assert table.list_keys() == ["fits"]


@pytest.mark.parametrize(
    ("values", "columns", "message"),
    [
        (INF_MIN, {"x": 1}, "VT_INF_MIN is an invalid type for the primary key."),
        (INF_MAX, {"x": 1}, "VT_INF_MAX is an invalid type for the primary key."),
        ("b", {"#x": 1}, "Invalid column name: '#x'."),
        ("b", {"x" * 256: 1}, f"Invalid column name: '{'x' * 256}'."),
        ("b" * 1025, {}, "The length of primary key column: 'pk' exceeds the MaxLength:1024 with CurrentLength:1025."),
    ],
    ids=["lower bound", "upper bound", "hash", "long name", "long key"],
)
def test_a_malformed_row_fails_the_request(table: Any, invalid: Any, values: Any, columns: Any, message: str) -> None:
    with invalid(message):
        table.write(table.batch_put("a", {"x": 1}), table.batch_put(values, columns))
    assert table.list_keys() == []


def test_no_table_at_all(client: Any, invalid: Any) -> None:
    with invalid("No row is specified in BatchWriteRow."):
        client.batch_write_row(ots_sdk.BatchWriteRowRequest())


def test_a_table_without_rows(table: Any, invalid: Any) -> None:
    with invalid(f"No operation is specified for table: '{table.name}'."):
        table.write()


def test_a_bad_table_name_fails_the_request(client: Any, table: Any, invalid: Any) -> None:
    request = ots_sdk.BatchWriteRowRequest()
    request.add(ots_sdk.TableInBatchWriteRowItem(table.name, [table.batch_put("a", {"x": 1})]))
    request.add(ots_sdk.TableInBatchWriteRowItem("1bad", [table.batch_put("a", {"x": 1})]))
    with invalid("Invalid table name: '1bad'."):
        client.batch_write_row(request)
    assert table.list_keys() == []


def test_a_missing_table_takes_no_row(client: Any, table: Any, table_of: Any) -> None:
    refusals = _refusals(table_of(client, "nothing", ["pk"]), table.batch_put("a", {"x": 1}))
    assert refusals == [("OTSObjectNotExist", "Requested table does not exist.")]


def test_a_transaction_that_was_never_started(client: Any, table: Any, invalid: Any) -> None:
    request = ots_sdk.BatchWriteRowRequest()
    request.add(ots_sdk.TableInBatchWriteRowItem(table.name, [table.batch_put("a", {"x": 1})]))
    request.set_transaction_id("nonsense")
    with invalid("TransactionID is invalid."):
        client.batch_write_row(request)
    assert table.list_keys() == []


def test_doubles_are_finite(table: Any, invalid: Any) -> None:
    with invalid(re.compile("NaN can't be set to double value.")):
        table.write(table.batch_put("a", {"x": 1}), table.batch_put("b", {"x": float("nan")}))


def test_units_are_counted_per_row(table: Any) -> None:
    answer = table.write(
        table.batch_put("a", {"x": "v" * 5000}), table.batch_put("b", {"x": 1}), table.batch_delete("c")
    )
    rows = [*answer.get_put_by_table(table.name), *answer.get_delete_by_table(table.name)]
    assert [(row.consumed.read, row.consumed.write) for row in rows] == [(0, 2), (0, 1), (0, 1)]
