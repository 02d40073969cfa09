"""ComputeSplitPointsBySize, of tables whose partitions split as they grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from alifakes.tablestore import errors
from alifakes.tablestore.actions.registry import ACTIONS
from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import Change, ColumnUpdate, KeyColumn, KeyType, RowChange, TableSchema, WriteKind
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage import Storage, open_storage
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import decode_row

MIB = 1 << 20
KEYS = (KeyColumn("user", KeyType.STRING), KeyColumn("number", KeyType.INTEGER))


@pytest.fixture(params=["memory", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    opened = open_storage(None if request.param == "memory" else tmp_path / "data.db")
    yield opened
    opened.close()


def engine_on(storage: Storage, **settings: Any) -> Engine:
    return Engine(storage, clock=Clock(), settings=Settings(**settings), instance="demo")


def make(engine: Engine, keys: Sequence[KeyColumn] = KEYS, points: Sequence[Any] = ()) -> None:
    engine.create_table(TableSchema("t", tuple(keys), split_points=tuple(points)))


def fill(engine: Engine, keys: Sequence[tuple[Any, ...]], size: int = 1, kind: WriteKind = WriteKind.PUT) -> None:
    names = [column.name for column in engine.describe_table("t").keys]
    updates = () if kind is WriteKind.DELETE else (ColumnUpdate(Change.PUT, "x", b"x" * size),)
    changes = [RowChange(kind, tuple(zip(names, key, strict=True)), updates) for key in keys]
    batch = max(1, min(200, 2 * MIB // size))
    for at in range(0, len(changes), batch):
        results = engine.batch_write([("t", changes[at : at + batch])])
        assert not any(isinstance(result, OtsError) for result in results[0])


def users(count: int) -> list[tuple[str, int]]:
    return [(f"u{number:06}", 0) for number in range(count)]


def compute(engine: Engine, size: int = 1, unit: int | None = MIB, limit: int | None = None) -> Any:
    request = pb.ComputeSplitPointsBySizeRequest(
        table_name="t", split_size=size, split_size_unit_in_byte=unit, split_point_limit=limit
    )
    body = ACTIONS["ComputeSplitPointsBySize"](request.SerializeToString()).run(engine, frozenset()).body
    return pb.ComputeSplitPointsBySizeResponse.FromString(body)


def points(answer: Any) -> list[Any]:
    return [decode_row(point).key for point in answer.split_points]


def test_an_empty_table_is_one_split(storage: Storage) -> None:
    """(J)"""
    engine = engine_on(storage)
    make(engine)
    answer = compute(engine)
    assert points(answer) == []
    assert [(len(location.location), location.repeat) for location in answer.locations] == [(32, 1)]
    assert (answer.consumed.capacity_unit.read, answer.consumed.capacity_unit.write) == (1, 0)
    assert [column.name for column in answer.schema] == ["user", "number"]


def test_splits_of_about_the_size_between_partition_keys(storage: Storage) -> None:
    engine = engine_on(storage)
    make(engine)
    keys = [(f"u{user:02}", number) for user in range(8) for number in range(4)]
    fill(engine, keys, MIB // 4)
    answer = compute(engine, 2)
    assert points(answer) == [(("user", f"u{user:02}\0"),) for user in (1, 3, 5)]
    assert [location.repeat for location in answer.locations] == [4]
    assert answer.consumed.capacity_unit.read == 5
    fill(engine, keys[:16], kind=WriteKind.DELETE)
    assert points(compute(engine_on(storage), 2)) == [(("user", "u05\0"),)]
    assert points(compute(engine, 1, None)) == []


def test_small_rows_are_estimated(storage: Storage) -> None:
    engine = engine_on(storage)
    make(engine)
    fill(engine, users(2000), 5000)
    found = [point[0][1] for point in points(compute(engine))]
    assert 6 <= len(found) <= 12
    widths = [int(later[1:7]) - int(earlier[1:7]) for earlier, later in zip(["u000000", *found], found, strict=False)]
    assert all(100 <= width <= 400 for width in widths)


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_limit_of_points(storage: Storage, limit: int) -> None:
    engine = engine_on(storage)
    make(engine)
    fill(engine, users(32), MIB // 2)
    assert len(compute(engine, limit=limit).split_points) == limit


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"size": 0}, errors.split_size_not_positive()),
        ({"size": -1}, errors.split_size_not_positive()),
        ({"unit": MIB - 1}, errors.split_unit_too_small()),
        ({"limit": 0}, errors.invalid_split_point_limit()),
    ],
)
def test_what_is_refused(storage: Storage, asked: dict[str, int], error: OtsError) -> None:
    engine = engine_on(storage)
    make(engine)
    with pytest.raises(OtsError) as caught:
        compute(engine, **asked)
    assert str(caught.value) == str(error)


def test_a_missing_table(storage: Storage) -> None:
    with pytest.raises(OtsError, match="404 OTSObjectNotExist"):
        compute(engine_on(storage))


def test_splits_tell_their_partitions_apart(storage: Storage) -> None:
    engine = engine_on(storage)
    make(engine, points=["u000016"])
    fill(engine, users(32), MIB // 2)
    answer = compute(engine, 4)
    assert points(answer)[1] == (("user", "u000016"),)
    assert len(answer.split_points) == 3
    assert [location.repeat for location in answer.locations] == [2, 2]
    assert len({location.location for location in answer.locations}) == 2
