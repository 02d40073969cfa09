"""AddDefinedColumn and DeleteDefinedColumn, which the Python SDK lacks, as tests ask for them."""

from __future__ import annotations

from typing import Any

from alifakes.tablestore.actions.registry import ACTIONS
from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import ColumnType, IndexSchema, KeyColumn, KeyType, TableSchema
from alifakes.tablestore.storage import open_storage
from alifakes.tablestore.wire import ots_pb2 as pb

DEFINED = (("author", ColumnType.STRING), ("at", ColumnType.INTEGER), ("title", ColumnType.STRING))


def new_engine() -> Engine:
    """With a table `t` and its index by author."""
    engine = Engine(open_storage(None), clock=Clock(), instance="demo")
    index = IndexSchema("by_author", ("author",), ("at",))
    engine.create_table(TableSchema("t", (KeyColumn("pk", KeyType.STRING),), columns=DEFINED, indexes=(index,)))
    return engine


def _ask(engine: Engine, name: str, request: Any) -> None:
    assert ACTIONS[name](request.SerializeToString()).run(engine, frozenset()).body == b""


def add(engine: Engine, *names: str, table: str = "t", kind: Any = pb.DCT_INTEGER) -> None:
    columns = [pb.DefinedColumnSchema(name=name, type=kind) for name in names]
    _ask(engine, "AddDefinedColumn", pb.AddDefinedColumnRequest(table_name=table, columns=columns))


def drop(engine: Engine, *names: str, table: str = "t") -> None:
    _ask(engine, "DeleteDefinedColumn", pb.DeleteDefinedColumnRequest(table_name=table, columns=names))


def names(engine: Engine) -> list[str]:
    return [name for name, _ in engine.describe_table("t").columns]
