"""What the service takes its time for: tables that get ready, indexes that are filled, operations in a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
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
    IndexSchema,
    KeyColumn,
    KeyType,
    RangeQuery,
    ReadOptions,
    RowChange,
    TableOptions,
    TableSchema,
    WriteKind,
)
from alifakes.tablestore.engine.search.schema import SearchIndexSchema
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage import open_storage
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.tables import encode_description

SCHEMA = TableSchema("t", (KeyColumn("pk", KeyType.INTEGER),), columns=(("at", ColumnType.INTEGER),))
BY_AT = IndexSchema("by_at", ("at",), ())
BUILDING = "400 OTSParameterInvalid Disallow read index table in building base state"


class Cloud:
    """`restart` leaves nothing of the process but the storage."""

    def __init__(self, path: Path | None) -> None:
        self.now_ms = 1_700_000_000_000
        self.storage = open_storage(path)

    def restart(self, **settings: Any) -> Engine:
        return Engine(self.storage, clock=Clock(lambda: self.now_ms), settings=Settings(**settings), instance="demo")


@pytest.fixture(params=["memory", "sqlite"])
def cloud(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cloud]:
    cloud = Cloud(None if request.param == "memory" else tmp_path / "data.db")
    yield cloud
    cloud.storage.close()


def put(engine: Engine, first: int, end: int, at: int = 0) -> None:
    for start in range(first, end, 200):
        changes = [
            RowChange(WriteKind.PUT, (("pk", key),), (ColumnUpdate(Change.PUT, "at", key + at),))
            for key in range(start, min(end, start + 200))
        ]
        engine.batch_write([("t", changes)])


def index_keys(engine: Engine) -> list[tuple[Any, ...]]:
    def bound(end: Bound) -> tuple[tuple[str, Bound], ...]:
        return (("at", end), ("pk", end))

    query = RangeQuery(bound(Bound.INF_MIN), bound(Bound.INF_MAX), options=ReadOptions(max_versions=1))
    return [tuple(value for _, value in row.key) for row in engine.get_range("by_at", query).rows]


def phase(engine: Engine) -> int:
    (index,) = encode_description(engine.describe_table("t"), (), ready=True).index_metas
    return index.index_sync_phase


# tables


def test_rows_wait_for_their_table(cloud: Cloud) -> None:
    engine = cloud.restart(table_ready_ms=1000)
    engine.create_table(SCHEMA)
    read = ReadOptions(max_versions=1)
    calls: list[Callable[[], object]] = [
        lambda: put(engine, 0, 1),
        lambda: engine.get_row("t", (("pk", 0),), read),
        lambda: engine.batch_get([("t", [(("pk", 0),)], read)]),
        lambda: engine.split_by_size("t", 1 << 20, None),
        lambda: engine.create_index("t", BY_AT, include_base_data=True),
    ]
    cloud.now_ms += 999
    for call in calls:
        with pytest.raises(OtsError, match="404 OTSTableNotReady The table is not ready"):
            call()
    assert engine.list_tables() == ["t"]
    assert engine.describe_table("t").name == "t"
    cloud.now_ms += 1
    for call in calls:
        call()
    engine.create_table(TableSchema("soon", SCHEMA.keys))
    engine.delete_table("soon")


def test_a_table_is_loading_until_it_is_ready(cloud: Cloud) -> None:
    def status(name: str) -> int:
        body = pb.DescribeTableRequest(table_name=name).SerializeToString()
        described = pb.DescribeTableResponse.FromString(ACTIONS["DescribeTable"](body).run(engine, frozenset()).body)
        return described.table_status

    engine = cloud.restart(table_ready_ms=1000)
    engine.create_table(replace(SCHEMA, indexes=(BY_AT,)))
    cloud.now_ms += 999
    assert [status(name) for name in ("t", "by_at")] == [pb.TS_LOADING] * 2
    cloud.now_ms += 1
    assert [status(name) for name in ("t", "by_at")] == [pb.TS_ACTIVE] * 2


def test_so_many_operations_in_a_second(cloud: Cloud) -> None:
    engine = cloud.restart(table_operations_per_s=5)
    engine.create_table(SCHEMA)
    cloud.now_ms += 500
    engine.create_index("t", BY_AT, include_base_data=False)
    engine.drop_index("t", "by_at")
    engine.update_table("t", options=TableOptions(max_versions=2))
    engine.delete_table("t")
    calls: list[Callable[[], object]] = [
        lambda: engine.create_table(SCHEMA),
        lambda: engine.create_index("t", BY_AT, include_base_data=False),
        lambda: engine.drop_index("t", "by_at"),
        lambda: engine.update_table("t", options=TableOptions()),
        lambda: engine.delete_table("t"),
        lambda: engine.add_defined_columns("t", ()),
        lambda: engine.delete_defined_columns("t", ()),
        lambda: engine.create_search_index("t", SearchIndexSchema("s", ())),
        lambda: engine.update_search_index("t", "s", -1),
        lambda: engine.delete_search_index("t", "s"),
    ]
    cloud.now_ms += 499
    for call in calls:
        with pytest.raises(OtsError, match="403 OTSQuotaExhausted Too frequent table operations"):
            call()
    assert engine.list_tables() == []
    cloud.now_ms += 1
    engine.create_table(SCHEMA)
    with pytest.raises(OtsError, match="OTSQuotaExhausted"):
        engine.delete_table("t")


def test_transactions_by_name(cloud: Cloud) -> None:
    cloud.restart().create_table(SCHEMA)
    for patterns, allowed in (((), False), (("t*",), True), (("x",), False)):
        engine = cloud.restart(transactions=patterns)
        assert engine.describe_table("t").explicit_transactions is False
        assert engine.allows_transactions("t") is allowed


# indexes that are filled


def test_an_index_cannot_be_read_before_it_is_filled(cloud: Cloud) -> None:
    engine = cloud.restart(build_rows_per_s=1000)
    engine.create_table(SCHEMA)
    put(engine, 0, 500)
    engine.create_index("t", BY_AT, include_base_data=True)
    assert phase(engine) == pb.ISP_FULL
    cloud.now_ms += 500
    with pytest.raises(OtsError, match=BUILDING):
        index_keys(engine)
    cloud.now_ms += 1
    assert index_keys(engine) == [(key, key) for key in range(500)]
    assert phase(engine) == pb.ISP_INCR


def test_writes_meanwhile_are_not_undone(cloud: Cloud) -> None:
    engine = cloud.restart(build_rows_per_s=1000)
    engine.create_table(SCHEMA)
    put(engine, 0, 300)
    engine.create_index("t", BY_AT, include_base_data=True)
    cloud.now_ms += 100
    assert phase(engine) == pb.ISP_FULL
    put(engine, 50, 60, at=1000)  # before the place reached
    put(engine, 150, 160, at=1000)  # behind it
    engine.batch_write([("t", [RowChange(WriteKind.DELETE, (("pk", key),)) for key in (10, 200)])])
    cloud.now_ms += 1000
    moved = [*range(50, 60), *range(150, 160)]
    kept = [key for key in range(300) if key not in (10, 200, *moved)]
    assert index_keys(engine) == [*((key, key) for key in kept), *((key + 1000, key) for key in moved)]


def test_filling_goes_on_after_a_restart(cloud: Cloud) -> None:
    engine = cloud.restart(build_rows_per_s=1000)
    engine.create_table(SCHEMA)
    put(engine, 0, 300)
    engine.create_index("t", BY_AT, include_base_data=True)
    cloud.now_ms += 200
    engine.describe_table("t")
    engine = cloud.restart(build_rows_per_s=1000)
    with pytest.raises(OtsError, match=BUILDING):
        index_keys(engine)
    build = engine.describe_table("t").indexes[0].build
    assert build is not None
    assert build.rows == 200
    cloud.now_ms += 101
    assert index_keys(engine) == [(key, key) for key in range(300)]


def test_a_large_table_is_taken_in_by_several_requests(cloud: Cloud) -> None:
    engine = cloud.restart()
    engine.create_table(SCHEMA)
    put(engine, 0, 20_500)
    engine.create_index("t", BY_AT, include_base_data=True)
    with pytest.raises(OtsError, match=BUILDING):
        index_keys(engine)
    assert index_keys(engine)[:2] == [(0, 0), (1, 1)]


def test_an_index_can_be_dropped_while_it_is_filled(cloud: Cloud) -> None:
    engine = cloud.restart(build_rows_per_s=1)
    engine.create_table(SCHEMA)
    put(engine, 0, 10)
    engine.create_index("t", BY_AT, include_base_data=True)
    cloud.now_ms += 5000
    assert phase(engine) == pb.ISP_FULL
    engine.drop_index("t", "by_at")
    engine.create_index("t", BY_AT, include_base_data=False)
    assert index_keys(engine) == []
    assert phase(engine) == pb.ISP_INCR


def test_an_index_from_now_on_is_ready_at_once(cloud: Cloud) -> None:
    engine = cloud.restart(build_rows_per_s=1)
    engine.create_table(SCHEMA)
    put(engine, 0, 3)
    engine.create_index("t", BY_AT, include_base_data=False)
    put(engine, 5, 6)
    assert index_keys(engine) == [(5, 5)]
