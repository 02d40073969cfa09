"""BatchGetRow: every key answered in the order asked, each row on its own."""

from __future__ import annotations

from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import INF_MIN


def test_rows_come_in_the_order_asked_and_missing_ones_are_none(table: Any, columns_of: Any) -> None:
    table.fill([(name, {"x": name}) for name in "abc"])
    items = table.read_many(["c", "nothing", "a", "b"])
    assert [item.is_ok for item in items] == [True] * 4
    assert [item.row and columns_of(item.row)["x"] for item in items] == ["c", None, "a", "b"]
    assert items[0].row.primary_key == [("pk", "c")]
    assert [(item.error_code, item.error_message) for item in items] == [(None, None)] * 4


def test_several_tables_in_one_request(client: Any, make_table: Any, columns_of: Any) -> None:
    first, second = make_table(name="zz"), make_table({"id": "INTEGER"}, name="aa")
    first.put("a", {"x": 1, "y": 1})
    second.put(7, {"x": 2})
    request = ots_sdk.BatchGetRowRequest()
    request.add(ots_sdk.TableInBatchGetRowItem("zz", [first.key("a"), first.key("b")], ["y"], max_version=1))
    request.add(ots_sdk.TableInBatchGetRowItem("aa", [second.key(7)], max_version=1))
    answer = client.batch_get_row(request)
    assert list(answer.items) == ["zz", "aa"]
    assert [item.row and columns_of(item.row) for item in answer.get_result_by_table("zz")] == [{"y": 1}, None]
    assert columns_of(answer.get_result_by_table("aa")[0].row) == {"x": 2}
    assert answer.get_result_by_table("aa")[0].table_name == "aa"


def test_chosen_columns_and_a_filter_leave_rows_out(table: Any, where: Any, columns_of: Any) -> None:
    table.fill([("a", {"x": 1, "y": 1}), ("b", {"x": 2, "y": 2}), ("c", {"y": 3})])
    items = table.read_many(["a", "b", "c"], columns_to_get=["x"], column_filter=where("x", ">", 1))
    assert [item.is_ok for item in items] == [True] * 3
    assert [item.row and columns_of(item.row) for item in items] == [None, {"x": 2}, None]


def test_the_same_key_twice_is_answered_twice(table: Any, columns_of: Any) -> None:
    table.put("a", {"x": 1})
    items = table.read_many(["a", "a"])
    assert [columns_of(item.row) for item in items] == [{"x": 1}] * 2


def test_a_version_condition_is_required(table: Any, invalid: Any) -> None:
    with invalid("No version condition is specified while querying row."):
        table.read_many(["a"], max_version=None)


def test_a_time_range_will_do(make_table: Any, columns_of: Any) -> None:
    table = make_table(versions=3, deviation=2**40)
    table.put("a", [("x", "old", 1000), ("x", "new", 2000)])
    (item,) = table.read_many(["a"], max_version=None, time_range=(0, 1500))
    assert columns_of(item.row) == {"x": "old"}


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ([("id", "a")], "Validate PK name fail. Input: id, Meta: pk."),
        ([("id", 5)], "Validate PK name fail. Input: id, Meta: pk."),
        ([("pk", "a"), ("id", 5)], "Validate PK size fail. Input: 2, Meta: 1."),
        ([("pk", 5)], "Validate PK type fail. Input: VT_INTEGER, Meta: VT_STRING."),
    ],
)
def test_a_key_that_does_not_fit_fails_alone(
    client: Any, table: Any, sent: list[Any], message: str, columns_of: Any
) -> None:
    table.put("a", {"x": 1})
    request = ots_sdk.BatchGetRowRequest()
    request.add(ots_sdk.TableInBatchGetRowItem(table.name, [sent, table.key("a")], max_version=1))
    answer = client.batch_get_row(request)
    bad, good = answer.get_result_by_table(table.name)
    assert (bad.is_ok, bad.error_code, bad.error_message) == (False, "OTSInvalidPK", message)
    assert columns_of(good.row) == {"x": 1}
    assert answer.get_failed_rows() == [bad]
    assert not answer.is_all_succeed()


def test_a_bound_in_a_key_fails_the_request(table: Any, invalid: Any) -> None:
    with invalid("VT_INF_MIN is an invalid type for the primary key."):
        table.read_many(["a", INF_MIN])


def test_no_table_at_all(client: Any, invalid: Any) -> None:
    with invalid("No row specified in the request of BatchGetRow."):
        client.batch_get_row(ots_sdk.BatchGetRowRequest())


def test_a_table_without_keys_is_answered_without_rows(client: Any, table: Any) -> None:
    request = ots_sdk.BatchGetRowRequest()
    request.add(ots_sdk.TableInBatchGetRowItem(table.name, [], max_version=1))
    answer = client.batch_get_row(request)
    assert answer.get_succeed_rows() == []
    assert answer.is_all_succeed()


def test_a_missing_table_gives_no_rows(client: Any, table: Any) -> None:
    table.put("a", {"x": 1})
    request = ots_sdk.BatchGetRowRequest()
    request.add(ots_sdk.TableInBatchGetRowItem("nothing", [[("pk", "a")]], max_version=1))
    request.add(ots_sdk.TableInBatchGetRowItem(table.name, [table.key("a")], max_version=1))
    try:
        (item,) = client.batch_get_row(request).get_result_by_table("nothing")
        code, message = item.error_code, item.error_message
    except ots_sdk.OTSServiceError as error:  # per row or whole: the documents disagree with the bulk interface
        code, message = error.code, error.message
    assert (code, message) == ("OTSObjectNotExist", "Requested table does not exist.")


def test_units_are_counted_per_row(table: Any) -> None:
    table.fill([("a", {"x": "v" * 5000}), ("b", {"x": "v"})])
    assert [(item.consumed.read, item.consumed.write) for item in table.read_many(["a", "b", "nothing"])] == [
        (2, 0),
        (1, 0),
        (1, 0),
    ]
