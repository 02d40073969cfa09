"""DeleteDefinedColumn."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from alifakes.tablestore import errors
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import ColumnType
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.wire import ots_pb2 as pb

from .defined_columns import add, drop, names, new_engine


@pytest.fixture
def engine() -> Engine:
    return new_engine()


def test_columns_are_deleted_and_can_come_back_as_another_type(engine: Engine) -> None:
    drop(engine, "title")
    assert names(engine) == ["author", "at"]
    add(engine, "title", kind=pb.DCT_DOUBLE)
    assert engine.describe_table("t").columns[-1] == ("title", ColumnType.DOUBLE)


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


def test_the_table_is_a_data_table(engine: Engine) -> None:
    with pytest.raises(OtsError, match="404 OTSObjectNotExist"):
        drop(engine, "a", table="none")
    with pytest.raises(OtsError, match="Invalid table name: '#'"):
        drop(engine, "a", table="#")
    with pytest.raises(OtsError, match="Can't write index table directly"):
        drop(engine, "a", table="by_author")
