"""AddDefinedColumn."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from alifakes.tablestore import errors
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import ColumnType, IndexSchema
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.wire import ots_pb2 as pb

from .defined_columns import DEFINED, add, names, new_engine


@pytest.fixture
def engine() -> Engine:
    return new_engine()


def test_columns_are_added_behind_the_others(engine: Engine) -> None:
    add(engine, "b", "a", kind=pb.DCT_BLOB)
    assert engine.describe_table("t").columns == (*DEFINED, ("b", ColumnType.BINARY), ("a", ColumnType.BINARY))
    engine.create_index("t", IndexSchema("by_b", ("b",), ()), include_base_data=False)


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


def test_the_table_is_a_data_table(engine: Engine) -> None:
    with pytest.raises(OtsError, match="404 OTSObjectNotExist"):
        add(engine, "a", table="none")
    with pytest.raises(OtsError, match="Invalid table name: '#'"):
        add(engine, "a", table="#")
    with pytest.raises(OtsError, match="Can't write index table directly"):
        add(engine, "a", table="by_author")
