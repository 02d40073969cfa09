"""A small client of the unmodified SDK, any version from 5.4.1 on: `python sdk_smoke.py ENDPOINT [python|native]`.

Prints one line when every operation answered as it should, and fails with a traceback otherwise.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import tablestore as ots
from tablestore import Condition, OTSClient, PutRowItem, Row, RowExistenceExpectation, SingleColumnCondition

TABLE = "smoke"
EVERYTHING = [("bin", bytearray(b"\x00\xff")), ("bool", True), ("int", -(2**63)), ("real", 0.5), ("text", "世界 🌏")]
IGNORE = Condition(RowExistenceExpectation.IGNORE)


def connect(endpoint: str, codec: str | None) -> Any:
    """`codec` None leaves the choice to the SDK; before 6 there was none to make."""
    options: dict[str, Any] = {} if codec is None else {"enable_native": codec == "native"}
    logger = "smoke"
    logging.getLogger(logger).setLevel(logging.WARNING)
    return OTSClient(endpoint, "local", "local", f"smoke-{codec or 'any'}", logger_name=logger, **options)


def key(place: str, number: Any) -> list[tuple[str, Any]]:
    return [("place", place), ("number", number)]


def values(row: Any) -> list[tuple[str, Any]]:
    return [(name, value) for name, value, _ in row.attribute_columns]


def create(client: Any) -> None:
    meta = ots.TableMeta(TABLE, [("place", "STRING"), ("number", "INTEGER")])
    throughput = ots.ReservedThroughput(ots.CapacityUnit(0, 0))
    client.create_table(meta, ots.TableOptions(time_to_live=-1, max_version=1), throughput)
    assert list(client.list_table()) == [TABLE]
    described = client.describe_table(TABLE)
    assert list(described.table_meta.schema_of_primary_key) == [("place", "STRING"), ("number", "INTEGER")]
    assert described.table_options.max_version == 1


def write_and_read(client: Any) -> None:
    consumed, returned = client.put_row(
        TABLE, Row(key("here", 1), EVERYTHING), IGNORE, return_type=ots.ReturnType.RT_PK
    )
    assert (consumed.read, consumed.write) == (0, 1)
    assert returned.primary_key == key("here", 1)
    row = client.get_row(TABLE, key("here", 1))[1]
    assert (row.primary_key, values(row)) == (key("here", 1), EVERYTHING)
    assert client.get_row(TABLE, key("here", 2))[1] is None
    client.update_row(TABLE, Row(key("here", 1), {"PUT": [("text", "new")], "DELETE_ALL": ["bin", "real"]}), IGNORE)
    client.update_row(TABLE, Row(key("here", 1), {"INCREMENT": [("count", 5)]}), IGNORE)
    row = client.get_row(TABLE, key("here", 1), ["text", "count", "bin"])[1]
    assert values(row) == [("count", 5), ("text", "new")]


def put_error(client: Any, row: Any, condition: Any) -> str:
    try:
        client.put_row(TABLE, row, condition)
    except ots.OTSServiceError as error:
        return str(error.get_error_code())
    return ""


def write_under_conditions(client: Any) -> None:
    is_new = SingleColumnCondition("text", "new", ots.ComparatorType.EQUAL, pass_if_missing=False)
    is_old = SingleColumnCondition("text", "old", ots.ComparatorType.EQUAL, pass_if_missing=False)
    either = ots.CompositeColumnCondition(ots.LogicalOperator.OR)
    either.add_sub_condition(is_new)
    either.add_sub_condition(is_old)
    exists = RowExistenceExpectation.EXPECT_EXIST
    client.update_row(TABLE, Row(key("here", 1), {"PUT": [("seen", True)]}), Condition(exists, either))
    for row, condition in [
        (Row(key("here", 1), [("a", 1)]), Condition(RowExistenceExpectation.EXPECT_NOT_EXIST)),
        (Row(key("here", 9), [("a", 1)]), Condition(exists)),
        (Row(key("here", 1), [("a", 1)]), Condition(exists, is_old)),
    ]:
        assert put_error(client, row, condition) == "OTSConditionCheckFail"


def write_and_read_batches(client: Any) -> None:
    request = ots.BatchWriteRowRequest()
    puts = [PutRowItem(Row(key("there", number), [("v", number)]), IGNORE) for number in range(30)]
    update = ots.UpdateRowItem(Row(key("there", 30), {"PUT": [("v", 30)]}), IGNORE)
    delete = ots.DeleteRowItem(Row(key("there", 99)), IGNORE)
    request.add(ots.TableInBatchWriteRowItem(TABLE, [*puts, update, delete]))
    assert client.batch_write_row(request).is_all_succeed()
    wanted = ots.BatchGetRowRequest()
    keys = [key("there", number) for number in (3, 99, 30)]
    wanted.add(ots.TableInBatchGetRowItem(TABLE, keys, max_version=1))
    rows = [item.row for item in client.batch_get_row(wanted).get_result_by_table(TABLE)]
    assert [row and values(row) for row in rows] == [[("v", 3)], None, [("v", 30)]]


def read_ranges(client: Any) -> None:
    low, high = key("there", ots.INF_MIN), key("there", ots.INF_MAX)
    for direction, start, end, expected in [
        ("FORWARD", low, high, list(range(31))),
        ("BACKWARD", high, low, list(range(30, -1, -1))),
    ]:
        found: list[int] = []
        following: list[tuple[str, Any]] | None = start
        while following is not None:
            _, following, rows, _ = client.get_range(TABLE, direction, following, end, limit=7, max_version=1)
            assert len(rows) <= 7
            found += [row.primary_key[1][1] for row in rows]
        assert found == expected
    few = SingleColumnCondition("v", 28, ots.ComparatorType.GREATER_EQUAL)
    rows = client.get_range(TABLE, "FORWARD", low, high, column_filter=few, max_version=1)[2]
    assert [values(row) for row in rows] == [[("v", 28)], [("v", 29)], [("v", 30)]]


def delete(client: Any) -> None:
    client.delete_row(TABLE, Row(key("here", 1)), IGNORE)
    assert client.get_row(TABLE, key("here", 1))[1] is None
    client.delete_table(TABLE)
    assert list(client.list_table()) == []


def main(endpoint: str, codec: str | None = None) -> None:
    client = connect(endpoint, codec)
    for step in (create, write_and_read, write_under_conditions, write_and_read_batches, read_ranges, delete):
        step(client)
    print(f"tablestore {ots.__version__}, codec {codec or 'as it comes'}: all as it should be")


if __name__ == "__main__":
    main(*sys.argv[1:])
