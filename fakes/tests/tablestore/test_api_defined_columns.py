"""AddDefinedColumn and DeleteDefinedColumn, which the Python SDK lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from alifakes.tablestore import errors
from alifakes.tablestore.actions.registry import ACTIONS
from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import ColumnType, IndexSchema, KeyColumn, KeyType, TableSchema
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.storage import open_storage
from alifakes.tablestore.wire import ots_pb2 as pb

DEFINED = (("author", ColumnType.STRING), ("at", ColumnType.INTEGER), ("title", ColumnType.STRING))


@pytest.fixture
def engine() -> Engine:
    engine = Engine(open_storage(None), clock=Clock(), instance="demo")
    index = IndexSchema("by_author", ("author",), ("at",))
    engine.create_table(TableSchema("t", (KeyColumn("pk", KeyType.STRING),), columns=DEFINED, indexes=(index,)))
    return engine


def ask(engine: Engine, name: str, request: Any) -> None:
    assert ACTIONS[name](request.SerializeToString()).run(engine, frozenset()).body == b""


def add(engine: Engine, *names: str, table: str = "t", kind: Any = pb.DCT_INTEGER) -> None:
    columns = [pb.DefinedColumnSchema(name=name, type=kind) for name in names]
    ask(engine, "AddDefinedColumn", pb.AddDefinedColumnRequest(table_name=table, columns=columns))


def drop(engine: Engine, *names: str, table: str = "t") -> None:
    ask(engine, "DeleteDefinedColumn", pb.DeleteDefinedColumnRequest(table_name=table, columns=names))


def names(engine: Engine) -> list[str]:
    return [name for name, _ in engine.describe_table("t").columns]


def test_columns_are_added_behind_the_others(engine: Engine) -> None:
    add(engine, "b", "a", kind=pb.DCT_BLOB)
    assert engine.describe_table("t").columns == (*DEFINED, ("b", ColumnType.BINARY), ("a", ColumnType.BINARY))
    engine.create_index("t", IndexSchema("by_b", ("b",), ()), include_base_data=False)


def test_columns_are_deleted_and_can_come_back_as_another_type(engine: Engine) -> None:
    drop(engine, "title")
    assert names(engine) == ["author", "at"]
    add(engine, "title", kind=pb.DCT_DOUBLE)
    assert engine.describe_table("t").columns[-1] == ("title", ColumnType.DOUBLE)


def test_32_columns(engine: Engine) -> None:
    more = [f"c{number}" for number in range(30)]
    with pytest.raises(OtsError, match=r"defined columns must be in range: \[0, 32\]"):
        add(engine, *more)
    add(engine, *more[:29])
    assert len(names(engine)) == 32


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ([], errors.defined_columns_missing("t")),
        (["pk"], errors.defined_column_is_key("pk")),
        (["new", "title"], errors.defined_column_exists("title")),
        (["new", "new"], errors.duplicated_defined_column("new")),
        (["#"], errors.invalid_column_name("#")),
    ],
)
def test_columns_that_cannot_be_added(engine: Engine, columns: Sequence[str], error: OtsError) -> None:
    with pytest.raises(OtsError) as caught:
        add(engine, *columns)
    assert str(caught.value) == str(error)
    assert names(engine) == ["author", "at", "title"]


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ([], errors.defined_columns_missing("t")),
        (["pk"], errors.defined_column_is_key("pk")),
        (["title", "other"], errors.unknown_defined_column("other")),
        (["title", "author"], errors.defined_column_indexed("author", "by_author")),
        (["at"], errors.defined_column_indexed("at", "by_author")),
    ],
)
def test_columns_that_cannot_be_deleted(engine: Engine, columns: Sequence[str], error: OtsError) -> None:
    with pytest.raises(OtsError) as caught:
        drop(engine, *columns)
    assert str(caught.value) == str(error)
    assert names(engine) == ["author", "at", "title"]


@pytest.mark.parametrize("call", [add, drop])
def test_the_table_is_a_data_table(engine: Engine, call: Any) -> None:
    with pytest.raises(OtsError, match="404 OTSObjectNotExist"):
        call(engine, "a", table="none")
    with pytest.raises(OtsError, match="Invalid table name: '#'"):
        call(engine, "a", table="#")
    with pytest.raises(OtsError, match="Can't write index table directly"):
        call(engine, "a", table="by_author")
