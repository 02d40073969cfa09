"""Every documented limit: accepted at the limit, refused one beyond, with the service's code and message."""

from __future__ import annotations

import re
from typing import Any

import pytest
import tablestore as ots_sdk

MIB = 1 << 20
KEY_TOO_LONG = "The length of primary key column: 'pk' exceeds the MaxLength:1024 with CurrentLength:1025."
VALUE_TOO_LONG = "The length of attribute column: 'attr' exceeds the MaxLength:2097152 with CurrentLength:2097153."


@pytest.mark.parametrize("kind", ["STRING", "BINARY"])
def test_a_key_value_of_1024_bytes(make_table: Any, invalid: Any, kind: str) -> None:
    table = make_table({"pk": kind})
    longest, longer = ("k" * 1024, "k" * 1025) if kind == "STRING" else (bytearray(1024), bytearray(1025))
    table.put(longest, {"x": 1})
    assert table.get(longest) == {"x": 1}
    for call in (table.put, table.read, table.delete):
        with invalid(KEY_TOO_LONG):
            call(longer)
    with invalid(KEY_TOO_LONG):
        table.update(longer, put={"x": 1})
    with invalid(KEY_TOO_LONG):
        table.scan(longer)
    with invalid(KEY_TOO_LONG):
        table.read_many([longest, longer])
    with invalid(KEY_TOO_LONG):
        table.write(table.batch_put(longest, {"x": 2}), table.batch_put(longer, {"x": 2}))
    assert table.get(longest) == {"x": 1}


def test_a_key_value_counts_bytes_not_characters(table: Any, invalid: Any) -> None:
    table.put("界" * 341 + "x", {"x": 1})
    with invalid("The length of primary key column: 'pk' exceeds the MaxLength:1024 with CurrentLength:1026."):
        table.put("界" * 342, {"x": 1})


@pytest.mark.parametrize("kind", ["STRING", "BINARY"])
def test_a_value_of_2_mib(table: Any, invalid: Any, kind: str) -> None:
    piece: Any = "v" if kind == "STRING" else bytearray(1)
    longest, longer = piece * 2 * MIB, piece * (2 * MIB + 1)
    table.put("a", {"attr": longest})
    assert table.get("a") == {"attr": longest}
    with invalid(VALUE_TOO_LONG):
        table.put("a", {"attr": longer})
    with invalid(VALUE_TOO_LONG):
        table.update("a", put={"attr": longer})
    with invalid(VALUE_TOO_LONG):
        table.write(table.batch_put("b", {"attr": longer}))
    assert table.list_keys() == ["a"]


def test_1024_columns_in_a_write(table: Any, invalid: Any) -> None:
    columns = {f"c{n:04}": n for n in range(1024)}
    message = "The number of attribute columns exceeds the limit, limit count: 1024, column count: 1025."
    table.put("a", columns)
    assert table.get("a") == columns
    with invalid(message):
        table.put("a", {**columns, "more": 1})
    table.update("a", put={f"d{n:04}": n for n in range(1024)})
    assert len(table.get("a")) == 2048
    with invalid(message):
        table.update("a", put={**columns, "more": 1})
    with invalid(message):
        table.write(table.batch_put("b", {**columns, "more": 1}))


def test_1024_columns_to_get(table: Any, invalid: Any) -> None:
    table.put("a", {"c0": 1})
    names = [f"c{n}" for n in range(1025)]
    message = "The number of columns from the request exceeds the limit, limit count: 1024, column count: 1025."
    assert table.get("a", names[:1024]) == {"c0": 1}
    assert table.list_keys(None, None, "FORWARD", columns_to_get=names[:1024]) == ["a"]
    assert len(table.read_many(["a"], columns_to_get=names[:1024])) == 1
    with invalid(message):
        table.read("a", names)
    with invalid(message):
        table.scan(columns_to_get=names)
    with invalid(message):
        table.read_many(["a"], columns_to_get=names)


def test_200_rows_in_a_batch_over_all_tables(client: Any, make_table: Any, invalid: Any) -> None:
    tables = [make_table(), make_table()]

    def write(count: int) -> Any:
        request = ots_sdk.BatchWriteRowRequest()
        for at, table in enumerate(tables):
            items = [table.batch_put(f"{n:03}", {"x": 1}) for n in range(at, count, 2)]
            request.add(ots_sdk.TableInBatchWriteRowItem(table.name, items))
        return client.batch_write_row(request)

    with invalid("Rows count exceeds the upper limit: 200."):
        write(201)
    assert tables[0].list_keys() == []
    assert write(200).is_all_succeed()
    assert len(tables[0].list_keys()) == len(tables[1].list_keys()) == 100


def test_100_rows_in_a_batch_read_over_all_tables(client: Any, make_table: Any, invalid: Any) -> None:
    tables = [make_table(), make_table()]

    def read(count: int) -> Any:
        request = ots_sdk.BatchGetRowRequest()
        for at, table in enumerate(tables):
            keys = [table.key(f"{n:03}") for n in range(at, count, 2)]
            request.add(ots_sdk.TableInBatchGetRowItem(table.name, keys, max_version=1))
        return client.batch_get_row(request)

    with invalid("Rows count exceeds the upper limit: 100."):
        read(101)
    assert len(read(100).get_succeed_rows()) == 100


def _columns(size: int) -> dict[str, str]:
    """Columns a, b, c whose names and values have so many bytes."""
    first, second = (size - 3) // 3, (size - 3) // 3
    return {"a": "v" * first, "b": "v" * second, "c": "v" * (size - 3 - first - second)}


@pytest.mark.parametrize("operation", ["PutRow", "UpdateRow", "BatchWriteRow"])
def test_4_mib_in_a_write(table: Any, invalid: Any, operation: str) -> None:
    def write(size: int) -> None:
        columns = _columns(size - len("pk") - len("k"))
        if operation == "PutRow":
            table.put("k", columns)
        elif operation == "UpdateRow":
            table.update("k", put=columns)
        else:
            assert table.write(table.batch_put("k", columns)).is_all_succeed()

    message = f"The total data size of {operation} request exceeds the limit, limit size: 4194304, data size: 4194305."
    with invalid(message):
        write(4 * MIB + 1)
    assert table.list_keys() == []
    write(4 * MIB)
    assert len(table.get("k")) == 3


def test_5_mib_of_http_body(table: Any, refused: Any) -> None:
    columns = {f"c{n}": "v" * (2 * MIB) for n in range(3)}
    with refused(413, "OTSRequestBodyTooLarge", "The size of POST data is too large."):
        table.put("k", columns)
    assert table.list_keys() == []


@pytest.mark.parametrize("count", [0, 32])
def test_32_predefined_columns(make_table: Any, client: Any, count: int) -> None:
    columns = [(f"d{n}", "STRING") for n in range(count)]
    table = make_table(columns=columns)
    assert client.describe_table(table.name).table_meta.defined_columns == columns


def test_33_predefined_columns(make_table: Any, invalid: Any) -> None:
    with invalid("The number of defined columns must be in range: [0, 32]."):
        make_table(columns=[(f"d{n}", "STRING") for n in range(33)])


def test_64_tables_in_an_instance(make_table: Any, client: Any, refused: Any) -> None:
    tables = [make_table() for _ in range(64)]
    full = (403, "OTSQuotaExhausted", "Number of tables exceeds the quota:64.")
    with refused(*full):
        make_table()
    client.delete_table(tables[7].name)
    index = ots_sdk.SecondaryIndexMeta("index", ["d"], [])
    with refused(*full):
        make_table(columns=[("d", "STRING")], indexes=[index])
    assert len(client.list_table()) == 63
    make_table()


def test_a_regular_expression_of_256_bytes(table: Any, invalid: Any) -> None:
    table.put("a", {"x": "v"})

    def read(length: int) -> Any:
        rule = ots_sdk.RegexRule("v|" + "w" * (length - 2), ots_sdk.CastType.VT_STRING)
        condition = ots_sdk.SingleColumnRegexCondition("x", ots_sdk.ComparatorType.EQUAL, "v", rule)
        return table.get("a", column_filter=condition)

    assert read(256) == {"x": "v"}
    with invalid(re.compile("256")):
        read(257)


def test_a_filter_value_of_2_mib(table: Any, invalid: Any, where: Any) -> None:
    with invalid(VALUE_TOO_LONG):
        table.read("a", column_filter=where("attr", "==", "v" * (2 * MIB + 1)))
