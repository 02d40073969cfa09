"""Partitions: where they split, how they refuse rows just after it, and how their clocks differ."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from alifakes.tablestore.actions.registry import ACTIONS
from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import (
    Bound,
    Change,
    ColumnType,
    ColumnUpdate,
    IndexKind,
    IndexSchema,
    KeyColumn,
    KeyType,
    KeyValue,
    NamedKey,
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

SCHEMA = TableSchema("t", (KeyColumn("pk", KeyType.INTEGER), KeyColumn("n", KeyType.INTEGER)))
LATEST = ReadOptions(max_versions=1)
AWAY = "503 OTSPartitionUnavailable The partition is not available"


class Cloud:
    """`restart` leaves nothing of the process but the storage."""

    def __init__(self, path: Path | None) -> None:
        self.now_ms = 1_700_000_000_000
        self.storage = open_storage(path)
        self.settings = Settings(split_rows=10)

    def restart(self, **settings: Any) -> Engine:
        self.settings = replace(self.settings, **settings)
        return Engine(self.storage, clock=Clock(lambda: self.now_ms), settings=self.settings, instance="demo")


@pytest.fixture(params=["memory", "sqlite"])
def cloud(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cloud]:
    cloud = Cloud(None if request.param == "memory" else tmp_path / "data.db")
    yield cloud
    cloud.storage.close()


def key(pk: int, n: int = 0) -> NamedKey:
    return (("pk", pk), ("n", n))


def put(pk: int, n: int = 0, **columns: Any) -> RowChange:
    updates = tuple(ColumnUpdate(Change.PUT, name, value) for name, value in columns.items())
    return RowChange(WriteKind.PUT, key(pk, n), updates)


def fill(engine: Engine, keys: Sequence[int]) -> list[Any]:
    return engine.batch_write([("t", [put(pk, at=pk) for pk in keys])])[0]


def between(start: int | Bound, end: int | Bound) -> RangeQuery:
    return RangeQuery((("pk", start), ("n", Bound.INF_MIN)), (("pk", end), ("n", Bound.INF_MIN)), options=LATEST)


# where


def test_a_partition_splits_in_its_middle_when_it_is_full(cloud: Cloud) -> None:
    engine = cloud.restart()
    engine.create_table(SCHEMA)
    fill(engine, range(9))
    fill(engine, range(9))
    assert engine.partition_points("t") == ()
    fill(engine, range(10))
    assert engine.partition_points("t") == (5,)
    fill(engine, range(15))
    assert engine.partition_points("t") == (5, 10)
    again = cloud.restart()
    assert again.partition_points("t") == (5, 10)
    fill(again, range(40))
    assert again.partition_points("t") == (5, 10, 17, 25, 32)


def test_no_partition_is_left_full(cloud: Cloud) -> None:
    engine = cloud.restart()
    engine.create_table(replace(SCHEMA, split_points=(100,)))
    keys = [*range(40), *range(100, 120), *range(15)]
    Random(7).shuffle(keys)
    written: set[int] = set()
    for pk in keys:
        engine.write_row("t", put(pk))
        written.add(pk)
        points = engine.partition_points("t")
        assert max(Counter(bisect_right(points, one) for one in written).values()) < 10
    assert len(points) <= 2 * len(written) / 10


def test_partitions_never_grow_together_again(cloud: Cloud) -> None:
    engine = cloud.restart()
    engine.create_table(SCHEMA)
    fill(engine, range(10))
    engine.batch_write([("t", [RowChange(WriteKind.DELETE, key(pk)) for pk in range(10)])])
    fill(engine, [1, 2])
    assert engine.partition_points("t") == (5,)


def test_a_table_that_is_made_again_is_one_partition(cloud: Cloud) -> None:
    engine = cloud.restart(partition_ready_ms=1000)
    engine.create_table(SCHEMA)
    fill(engine, range(10))
    engine.delete_table("t")
    engine.create_table(SCHEMA)
    assert engine.partition_points("t") == ()
    assert not any(isinstance(result, OtsError) for result in fill(engine, range(9)))
    assert engine.partition_points("t") == ()


def test_what_createtable_asked_for_stays(cloud: Cloud) -> None:
    engine = cloud.restart()
    engine.create_table(replace(SCHEMA, split_points=(-5, 100, 200)))
    fill(engine, range(10))
    assert engine.partition_points("t") == (-5, 5, 100, 200)


def test_one_partition_key_is_never_split(cloud: Cloud) -> None:
    engine = cloud.restart()
    engine.create_table(SCHEMA)
    engine.batch_write([("t", [put(1, n) for n in range(50)])])
    assert engine.partition_points("t") == ()


def test_a_large_table_keeps_a_small_sample(cloud: Cloud) -> None:
    engine = cloud.restart(split_rows=20_000)
    engine.create_table(SCHEMA)
    for start in (0, 0, 10_000):
        for at in range(start, start + 10_000, 200):
            fill(engine, range(at, at + 200))
    sampled = sum(1 for _ in cloud.storage.scan("demo/t/samples", b""))
    assert 700 <= sampled <= 1300
    for at in range(20_000, 24_000, 200):
        fill(engine, range(at, at + 200))
    (point,) = engine.partition_points("t")
    assert isinstance(point, int)
    assert 8_000 <= point <= 12_000


@pytest.mark.parametrize("kind", IndexKind)
@pytest.mark.parametrize("lag_ms", [0, 50])
def test_index_tables_split_too(cloud: Cloud, kind: IndexKind, lag_ms: int) -> None:
    first = "pk" if kind is IndexKind.LOCAL else "at"
    index = IndexSchema("by", (first,) if kind is IndexKind.GLOBAL else ("pk", "at"), (), kind)
    later = replace(index, name="later")
    engine = cloud.restart(index_lag_ms=lag_ms)
    engine.create_table(replace(SCHEMA, columns=(("at", ColumnType.INTEGER),), indexes=(index,)))
    fill(engine, range(10))
    engine.create_index("t", later, include_base_data=True)
    cloud.now_ms += 50
    for name in ("by", "later"):
        names = [column.name for column in engine.describe_table(name).keys]
        low, high = (tuple((column, end) for column in names) for end in Bound)
        assert len(engine.get_range(name, RangeQuery(low, high, options=LATEST)).rows) == 10
        assert engine.partition_points(name) == (5,)
    engine.drop_index("t", "by")
    engine.create_index("t", index, include_base_data=False)
    assert engine.partition_points("by") == ()


def test_splits_by_size_are_cut_there(cloud: Cloud) -> None:
    engine = cloud.restart()
    engine.create_table(SCHEMA)
    fill(engine, range(20))
    request = pb.ComputeSplitPointsBySizeRequest(table_name="t", split_size=1)
    body = ACTIONS["ComputeSplitPointsBySize"](request.SerializeToString()).run(engine, frozenset()).body
    answer = pb.ComputeSplitPointsBySizeResponse.FromString(body)
    assert [decode_row(point).key for point in answer.split_points] == [(("pk", point),) for point in (5, 10, 15)]
    assert [location.repeat for location in answer.locations] == [1] * 4


# just after a split


def test_a_partition_that_has_split_is_away_for_a_moment(cloud: Cloud) -> None:
    engine = cloud.restart(partition_ready_ms=1000)
    engine.create_table(replace(SCHEMA, split_points=(100,), explicit_transactions=True))
    held = engine.start_transaction("t", (("pk", 3),))
    assert not any(isinstance(result, OtsError) for result in fill(engine, [*range(4, 14), 100, 101]))
    assert engine.partition_points("t") == (9, 100)
    calls: list[Callable[[], object]] = [
        lambda: engine.write_row("t", put(4, x=1)),
        lambda: engine.write_row("t", put(3, x=1), held),
        lambda: engine.get_row("t", key(13), LATEST),
        lambda: engine.get_row("t", key(3), LATEST, held),
        lambda: engine.get_range("t", between(50, 60)),
        lambda: engine.get_range("t", between(99, 101)),
        lambda: engine.start_transaction("t", (("pk", 20),)),
        lambda: engine.commit_transaction(held),
    ]
    cloud.now_ms += 999
    for call in calls:
        with pytest.raises(OtsError, match=AWAY):
            call()
    written = fill(engine, [8, 9, 99, 100])
    assert [isinstance(result, OtsError) and result.code for result in written] == [
        *["OTSPartitionUnavailable"] * 3,
        False,
    ]
    read = engine.batch_get([("t", [key(13), key(101)], LATEST)])[0]
    assert [isinstance(result, OtsError) for result in read] == [True, False]
    assert len(engine.get_range("t", between(100, 200)).rows) == 2
    cloud.now_ms += 1
    for call in calls:
        call()
    assert len(engine.get_range("t", between(0, 200)).rows) == 13


def test_several_are_away_at_once(cloud: Cloud) -> None:
    engine = cloud.restart(partition_ready_ms=1000)
    engine.create_table(replace(SCHEMA, split_points=(100,)))
    fill(engine, [*range(10), *range(100, 110)])
    for pk in (5, 105):
        with pytest.raises(OtsError, match=AWAY):
            engine.get_row("t", key(pk), LATEST)


def test_plain_puts_ask_their_partition_too(start: Any, connect: Any, create: Any, clock: Any, refused: Any) -> None:
    fake = start(clock=clock, settings=Settings(split_rows=10, partition_ready_ms=1000))
    table = create(connect(fake))
    table.fill([(str(digit), {"x": 1}) for digit in range(10)])
    with refused(503, "OTSPartitionUnavailable", "The partition is not available."):
        table.put("7")
    failed = table.write(table.batch_put("7"), table.batch_put("1")).get_put()[1]
    assert [item.error_code for item in failed] == ["OTSPartitionUnavailable"] * 2
    clock.step(1000)
    fake.set_clock_skew(1500)
    table.put("7", {"x": 2})
    assert table.versions("7", "x") == [(2, clock.now - 1500)]
    fake.set_clock_skew(0)
    table.put("7", {"x": 3})
    assert table.versions("7", "x") == [(3, clock.now)]


def test_nothing_is_away_by_default(cloud: Cloud) -> None:
    engine = cloud.restart()
    engine.create_table(SCHEMA)
    fill(engine, range(10))
    assert engine.partition_points("t") == (5,)
    engine.write_row("t", put(4, x=1))


# clocks


def stamp(engine: Engine, pk: KeyValue, name: str = "t") -> int:
    row = engine.get_row(name, (("pk", pk), ("n", 0)), LATEST).row
    assert row is not None
    return row.cells[0].timestamp


def test_every_second_partition_is_behind(cloud: Cloud) -> None:
    engine = cloud.restart(clock_skew_ms=1500)
    engine.create_table(replace(SCHEMA, split_points=(10, 20)))
    fill(engine, [0, 10, 20])
    engine.write_row("t", put(11, x=1))
    behind = cloud.now_ms - 1500
    assert [stamp(engine, pk) for pk in (0, 10, 11, 20)] == [cloud.now_ms, behind, behind, cloud.now_ms]


def test_what_a_split_moves_is_stamped_with_an_earlier_time(cloud: Cloud) -> None:
    engine = cloud.restart(clock_skew_ms=1500)
    engine.create_table(SCHEMA)
    fill(engine, range(10))
    first = stamp(engine, 7)
    cloud.now_ms += 400
    engine.batch_write([("t", [put(7, 1, x=1)])])
    row = engine.get_row("t", key(7, 1), LATEST).row
    assert row is not None
    assert row.cells[0].timestamp == first - 1100


@pytest.mark.parametrize("versions", [1, 2])
def test_no_update_is_older_than_what_it_replaces(cloud: Cloud, versions: int) -> None:
    engine = cloud.restart(clock_skew_ms=1500)
    engine.create_table(replace(SCHEMA, options=TableOptions(max_versions=versions)))
    fill(engine, range(10))
    before = stamp(engine, 7)
    cloud.now_ms += 400
    engine.write_row("t", RowChange(WriteKind.UPDATE, key(7), (ColumnUpdate(Change.PUT, "at", 70),)))
    row = engine.get_row("t", key(7), LATEST).row
    assert row is not None
    assert (row.cells[0].value, row.cells[0].timestamp - before) == (70, versions - 1)
