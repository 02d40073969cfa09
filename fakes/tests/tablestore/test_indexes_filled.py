"""Global indexes that lag: filled from rows whose changes wait in the queue, and rid of it when the lag ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
    TableSchema,
    WriteKind,
)
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage import Storage, open_storage

LAG_MS = 1_000
BY_AT = IndexSchema("by_at", ("at",), ())
SCHEMA = TableSchema("t", (KeyColumn("pk", KeyType.INTEGER),), columns=(("at", ColumnType.INTEGER),))


class Cloud:
    def __init__(self, storage: Storage) -> None:
        self.now_ms = 1_700_000_000_000
        self.storage = storage

    def start(self, settings: Settings) -> None:
        """A new process, whose clock need not go on where the old one's stood."""
        self.engine = Engine(self.storage, clock=Clock(lambda: self.now_ms), settings=settings, instance="demo")

    def put(self, key: int, at: int) -> None:
        self.engine.write_row("t", RowChange(WriteKind.PUT, (("pk", key),), (ColumnUpdate(Change.PUT, "at", at),)))

    def index(self) -> list[tuple[object, ...]]:
        start, end = ((("at", bound), ("pk", bound)) for bound in (Bound.INF_MIN, Bound.INF_MAX))
        query = RangeQuery(start, end, options=ReadOptions(max_versions=1))
        return [tuple(value for _, value in row.key) for row in self.engine.get_range("by_at", query).rows]


@pytest.fixture(params=["memory", "sqlite"])
def cloud(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cloud]:
    cloud = Cloud(open_storage(None if request.param == "memory" else tmp_path / "data.db"))
    yield cloud
    cloud.storage.close()


def test_a_filled_index_never_shows_a_row_twice(cloud: Cloud) -> None:
    cloud.start(Settings(index_lag_ms=LAG_MS, build_rows_per_s=2))
    cloud.engine.create_table(SCHEMA)
    cloud.engine.create_index("t", BY_AT, include_base_data=True)
    for at in (1, 2):
        cloud.put(7, at)
        cloud.now_ms += LAG_MS // 2 - 1
    with pytest.raises(OtsError, match="building base state"):
        cloud.index()
    cloud.now_ms += LAG_MS // 2  # the first change is due, the second is not
    assert cloud.index() == [(2, 7)]
    cloud.put(7, 3)
    assert cloud.index() == [(2, 7)]
    cloud.now_ms += LAG_MS
    assert cloud.index() == [(3, 7)]


def test_without_a_lag_nothing_waits_whatever_the_clock_shows(cloud: Cloud) -> None:
    cloud.start(Settings(index_lag_ms=LAG_MS))
    cloud.engine.create_table(SCHEMA)
    cloud.engine.create_index("t", BY_AT, include_base_data=False)
    cloud.put(7, 1)
    cloud.now_ms -= 5_000
    cloud.start(Settings())
    assert cloud.index() == [(1, 7)]
    cloud.put(7, 2)
    cloud.now_ms += 10_000
    cloud.start(Settings())
    assert cloud.index() == [(2, 7)]
