"""Rows as other SDKs may ask for them: incremented values back, atomic batches, announced keys, unknown fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tablestore.plainbuffer.plain_buffer_builder import PlainBufferBuilder

from alifakes.tablestore import errors
from alifakes.tablestore.actions.registry import ACTIONS
from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import (
    Change,
    ColumnUpdate,
    KeyColumn,
    KeyType,
    PageFilter,
    RangeQuery,
    ReadOptions,
    RowChange,
    TableOptions,
    TableSchema,
    WriteKind,
)
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage import open_storage
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import decode_row

NOW_MS = 1_700_000_000_000
IGNORE = pb.Condition(row_existence=pb.IGNORE)
AFTER = pb.RT_AFTER_MODIFY


@pytest.fixture(params=["memory", "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    storage = open_storage(tmp_path / "data.db" if request.param == "sqlite" else None)
    made = Engine(storage, clock=Clock(lambda: NOW_MS), settings=Settings(transactions=("t",)), instance="demo")
    keys = (KeyColumn("pk", KeyType.STRING), KeyColumn("n", KeyType.INTEGER))
    made.create_table(TableSchema("t", keys, TableOptions(max_versions=3, max_deviation=2**40)))
    yield made
    storage.close()


def ask(engine: Engine, name: str, request: Any) -> bytes:
    return ACTIONS[name](request.SerializeToString()).run(engine, frozenset()).body


def key(name: str, number: int = 1) -> list[tuple[str, Any]]:
    return [("pk", name), ("n", number)]


def update(name: str, kinds: dict[str, Any], number: int = 1) -> bytes:
    return bytes(PlainBufferBuilder.serialize_for_update_row(key(name, number), kinds))


def put(name: str, columns: dict[str, Any], number: int = 1) -> bytes:
    return bytes(PlainBufferBuilder.serialize_for_put_row(key(name, number), list(columns.items())))


def returning(kind: pb.ReturnType, *names: str) -> pb.ReturnContent:
    return pb.ReturnContent(return_type=kind, return_column_names=names)


def increment(engine: Engine, content: pb.ReturnContent, **kinds: Any) -> Any:
    """The key and columns of the answer of an UpdateRow."""
    row = update("a", kinds)
    request = pb.UpdateRowRequest(table_name="t", row_change=row, condition=IGNORE, return_content=content)
    answer = pb.WriteRowResponse.FromString(ask(engine, "UpdateRow", request))
    return shown(answer.row)


def shown(data: bytes) -> Any:
    row = decode_row(data)
    return [part for _, part in row.key], {cell.name: cell.value for cell in row.cells}


def columns_of(engine: Engine, name: str, number: int = 1) -> dict[str, Any] | None:
    row = engine.get_row("t", (("pk", name), ("n", number)), ReadOptions(max_versions=1)).row
    return None if row is None else {cell.name: cell.value for cell in row.cells}


def test_incremented_values_come_back(engine: Engine) -> None:
    sent: dict[str, Any] = {"increment": [("price", 10), ("stock", 100)], "put": [("name", "x")]}
    assert increment(engine, returning(AFTER, "price"), **sent) == (["a", 1], {"price": 10})
    assert increment(engine, returning(AFTER, "price", "stock"), **sent) == (["a", 1], {"price": 20, "stock": 200})
    assert increment(engine, returning(AFTER), **sent) == (["a", 1], {})
    assert columns_of(engine, "a") == {"price": 30, "stock": 300, "name": "x"}


def test_incremented_values_come_back_in_a_batch(engine: Engine) -> None:
    increment(engine, returning(AFTER), increment=[("long", 1)])
    rows = [
        pb.RowInBatchWriteRowRequest(
            type=pb.UPDATE,
            row_change=update(name, {"increment": [("long", 100)]}),
            condition=IGNORE,
            return_content=content,
        )
        for name, content in (("a", returning(AFTER, "long")), ("b", returning(pb.RT_PK)))
    ]
    assert [shown(row.row) for row in batch(engine, *rows)] == [(["a", 1], {"long": 101}), (["b", 1], {})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (returning(AFTER, "n1", "name"), errors.returned_column_not_incremented("name")),
        (returning(AFTER, "other"), errors.returned_column_not_incremented("other")),
        (returning(pb.RT_PK, "n1"), errors.returned_column_names("RT_PK")),
        (returning(pb.RT_NONE, "n1"), errors.returned_column_names("RT_NONE")),
        (pb.ReturnContent.FromString(b"\x08\x09"), errors.invalid_return_type(9)),
    ],
)
def test_what_cannot_come_back_is_not_written(engine: Engine, content: pb.ReturnContent, message: OtsError) -> None:
    with pytest.raises(OtsError) as caught:
        increment(engine, content, increment=[("n1", 1)], put=[("name", "x")])
    assert str(caught.value) == str(message)
    assert columns_of(engine, "a") is None


def test_an_unknown_expectation() -> None:
    single = pb.PutRowRequest(table_name="t", row=put("a", {"x": 1}))
    single.condition.MergeFromString(b"\x08\x07")
    row = pb.RowInBatchWriteRowRequest(type=pb.PUT, row_change=put("a", {"x": 1}))
    row.condition.MergeFromString(b"\x08\x07")
    many = pb.BatchWriteRowRequest(tables=[pb.TableInBatchWriteRowRequest(table_name="t", rows=[row])])
    for name, request in (("PutRow", single), ("BatchWriteRow", many)):
        with pytest.raises(OtsError, match="400 OTSParameterInvalid Invalid row-existence expectation: 7"):
            ACTIONS[name](request.SerializePartialToString())


@pytest.mark.parametrize("name", ["PutRow", "GetRow"])
def test_an_unknown_field(name: str) -> None:
    known: dict[str, Any] = {
        "PutRow": pb.PutRowRequest(table_name="t", row=put("a", {"x": 1}), condition=IGNORE),
        "GetRow": pb.GetRowRequest(table_name="t", primary_key=put("a", {}), max_versions=1),
    }
    with pytest.raises(OtsError, match="with field or value 100"):
        ACTIONS[name](known[name].SerializeToString() + b"\xa0\x06\x01")


def batch(engine: Engine, *rows: pb.RowInBatchWriteRowRequest, atomic: bool = False) -> Any:
    tables = [pb.TableInBatchWriteRowRequest(table_name="t", rows=rows)]
    answer = ask(engine, "BatchWriteRow", pb.BatchWriteRowRequest(tables=tables, is_atomic=atomic))
    return pb.BatchWriteRowResponse.FromString(answer).tables[0].rows


def put_of(name: str, number: int, expect: pb.RowExistenceExpectation = pb.IGNORE) -> pb.RowInBatchWriteRowRequest:
    condition = pb.Condition(row_existence=expect)
    return pb.RowInBatchWriteRowRequest(type=pb.PUT, row_change=put(name, {"x": number}, number), condition=condition)


def test_an_atomic_batch_is_written_whole(engine: Engine) -> None:
    rows = batch(engine, *(put_of("a", number % 5) for number in range(10)), atomic=True)
    assert all(row.is_ok for row in rows)
    assert [columns_of(engine, "a", number) for number in range(5)] == [{"x": number} for number in range(5)]


def test_an_atomic_batch_has_one_partition_key(engine: Engine) -> None:
    rows = batch(engine, *(put_of(str(number), 1) for number in range(10)), atomic=True)
    message = "Data out of scope of atomic. Atomic PartKey:0. Data PartKey:1"
    assert {(row.is_ok, row.error.code, row.error.message) for row in rows} == {(False, "OTSDataOutOfRange", message)}
    assert columns_of(engine, "0") is None


def test_an_atomic_batch_fails_whole(engine: Engine) -> None:
    rows = batch(engine, put_of("a", 1), put_of("a", 2, pb.EXPECT_EXIST), put_of("a", 3), atomic=True)
    assert [row.error.code for row in rows] == ["OTSConditionCheckFail"] * 3
    assert [columns_of(engine, "a", number) for number in (1, 2, 3)] == [None] * 3


def test_an_atomic_batch_of_which_rows_are_refused_is_not_executed(engine: Engine) -> None:
    tables = [pb.TableInBatchWriteRowRequest(table_name="t", rows=[put_of("a", 1), put_of("a", 2)])]
    body = pb.BatchWriteRowRequest(tables=tables, is_atomic=True).SerializeToString()
    answer = pb.BatchWriteRowResponse.FromString(ACTIONS["BatchWriteRow"](body).run(engine, frozenset([1])).body)
    assert [row.error.code for row in answer.tables[0].rows] == ["OTSServerBusy"] * 2
    assert columns_of(engine, "a", 1) is None


def begin(engine: Engine, *rows: tuple[str, int]) -> str:
    request = pb.StartLocalTransactionRequest(
        table_name="t",
        key=bytes(PlainBufferBuilder.serialize_primary_key([("pk", "a")])),
        rowKeys=[bytes(PlainBufferBuilder.serialize_primary_key(key(*row))) for row in rows],
    )
    return pb.StartLocalTransactionResponse.FromString(ask(engine, "StartLocalTransaction", request)).transaction_id


def test_a_transaction_may_announce_its_rows(engine: Engine) -> None:
    name = begin(engine, ("a", 1), ("a", 2))
    change = RowChange(WriteKind.PUT, (("pk", "a"), ("n", 3)), (ColumnUpdate(Change.PUT, "x", 1),))
    engine.write_row("t", change, name)
    engine.commit_transaction(name)
    assert columns_of(engine, "a", 3) == {"x": 1}
    with pytest.raises(OtsError, match="OTSDataOutOfRange"):
        begin(engine, ("a", 1), ("b", 1))
    begin(engine)


def test_timestamps_count_towards_the_size_of_a_request(engine: Engine) -> None:
    def change(size: int, timestamp: int | None) -> RowChange:
        updates = [ColumnUpdate(Change.PUT, name, b"v" * size, timestamp) for name in "xyz"]
        return RowChange(WriteKind.PUT, (("pk", "a"), ("n", 1)), tuple(updates))

    rest = errors.MAX_REQUEST_DATA - len("pk") - len("a") - len("n") - 8 - 3 * (1 + 8)
    size = rest // 3
    left = rest - 3 * size
    name = (("pk", "a" + "a" * left), ("n", 1))
    exact = RowChange(WriteKind.PUT, name, change(size, NOW_MS).updates)
    engine.batch_write([("t", [exact])])
    with pytest.raises(OtsError, match="limit size: 4194304, data size: 4194305"):
        engine.batch_write([("t", [RowChange(WriteKind.PUT, (("pk", name[0][1] + "a"), ("n", 1)), exact.updates)])])


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        ("1", {"columns": ("#",)}, "Invalid table name: '1'."),
        ("t", {"columns": ("#",)}, "Invalid column name: '#'."),
        ("t", {"columns": ("c",) * 1025, "filter": PageFilter(0, 0)}, "The number of columns from the request"),
        ("t", {"filter": PageFilter(0, 0)}, "Limit in ColumnPaginationFilter must be greater than 0."),
        ("t", {}, "No version condition is specified"),
    ],
)
def test_the_order_in_which_reads_are_checked(engine: Engine, table: str, options: Any, message: str) -> None:
    """Each of these is wrong in all that the later ones are wrong in."""
    wrong, read = (("pk", b"a"),), ReadOptions(**options)
    for call in (
        lambda: engine.get_row(table, wrong, read),
        lambda: engine.get_range(table, RangeQuery(wrong, wrong, options=read)),
        lambda: engine.batch_get([(table, [wrong], read)]),
    ):
        with pytest.raises(OtsError) as caught:
            call()
        assert caught.value.message.startswith(message)
