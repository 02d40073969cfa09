"""What depends on time or outlives the process, with a clock moved by hand: index lag, expiry, auto-increment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import (
    AutoIncrement,
    Bound,
    Change,
    ColumnType,
    ColumnUpdate,
    IndexKind,
    IndexSchema,
    KeyColumn,
    KeyPart,
    KeyType,
    RangeQuery,
    ReadOptions,
    Row,
    RowChange,
    TableOptions,
    TableSchema,
    Value,
    WriteKind,
)
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage import Changes, MemoryStorage, SqliteStorage, Storage, open_storage

START_MS = 1_700_000_000_000
DAY_MS = 86_400_000


class Cloud:
    """An engine whose clock is moved by hand and which can be restarted on its storage."""

    def __init__(self, storage: Storage, path: Path | None = None) -> None:
        self.now_ms = START_MS
        self.storage = storage
        self._path = path
        self.start(lag_ms=0)

    def start(self, lag_ms: int) -> None:
        """A new process: nothing but the storage is left of the old one."""
        if self._path is not None:
            self.storage.close()
            self.storage = SqliteStorage(self._path)
        settings = Settings(index_lag_ms=lag_ms)
        self.engine = Engine(self.storage, clock=Clock(lambda: self.now_ms), settings=settings, instance="demo")

    def put(self, table: str, key: Mapping[str, KeyPart], columns: Mapping[str, Value]) -> None:
        updates = tuple(ColumnUpdate(Change.PUT, name, value) for name, value in columns.items())
        self.engine.write_row(table, RowChange(WriteKind.PUT, tuple(key.items()), updates))

    def delete(self, table: str, key: Mapping[str, KeyPart]) -> None:
        self.engine.write_row(table, RowChange(WriteKind.DELETE, tuple(key.items())))

    def rows(self, table: str) -> list[Row]:
        names = [column.name for column in self.engine.describe_table(table).keys]
        start = tuple((name, Bound.INF_MIN) for name in names)
        end = tuple((name, Bound.INF_MAX) for name in names)
        return self.engine.get_range(table, RangeQuery(start, end, options=ReadOptions(max_versions=1))).rows

    def keys(self, table: str) -> list[tuple[object, ...]]:
        return [tuple(value for _, value in row.key) for row in self.rows(table)]


@pytest.fixture(params=["memory", "sqlite"])
def cloud(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cloud]:
    path = None if request.param == "memory" else tmp_path / "store.db"
    cloud = Cloud(open_storage(path), path)
    yield cloud
    cloud.storage.close()


def _articles(
    name: str = "articles", indexes: Sequence[IndexSchema] = (), options: TableOptions | None = None
) -> TableSchema:
    return TableSchema(
        name,
        (KeyColumn("author", KeyType.STRING), KeyColumn("number", KeyType.INTEGER)),
        options or TableOptions(),
        (("state", ColumnType.STRING), ("score", ColumnType.INTEGER)),
        tuple(indexes),
    )


BY_STATE = IndexSchema("by_state", ("state",), ("score",))
BY_AUTHOR = IndexSchema("by_author", ("author", "state"), (), IndexKind.LOCAL)
FIRST: Mapping[str, KeyPart] = {"author": "ann", "number": 1}


def test_a_global_index_shows_a_write_once_the_lag_is_over(cloud: Cloud) -> None:
    cloud.start(lag_ms=100)
    cloud.engine.create_table(_articles(indexes=[BY_STATE, BY_AUTHOR]))
    cloud.put("articles", FIRST, {"state": "open"})
    assert cloud.keys("by_author") == [("ann", "open", 1)]
    cloud.now_ms += 99
    assert cloud.keys("by_state") == []
    cloud.now_ms += 1
    assert cloud.keys("by_state") == [("open", "ann", 1)]
    cloud.put("articles", FIRST, {"state": "shut"})
    assert cloud.keys("by_state") == [("open", "ann", 1)]
    cloud.now_ms += 100
    assert cloud.keys("by_state") == [("shut", "ann", 1)]
    cloud.delete("articles", FIRST)
    assert cloud.keys("by_author") == []
    cloud.now_ms += 100
    assert cloud.keys("by_state") == []


def test_what_an_index_has_yet_to_show_survives_a_restart(cloud: Cloud) -> None:
    cloud.start(lag_ms=100)
    cloud.engine.create_table(_articles(indexes=[BY_STATE]))
    cloud.put("articles", FIRST, {"state": "open"})
    cloud.start(lag_ms=100)
    assert cloud.keys("by_state") == []
    cloud.put("articles", FIRST, {"state": "shut"})
    cloud.now_ms += 100
    assert cloud.keys("by_state") == [("shut", "ann", 1)]


def test_a_shorter_lag_never_lets_a_newer_write_be_overtaken(cloud: Cloud) -> None:
    cloud.start(lag_ms=1000)
    cloud.engine.create_table(_articles(indexes=[BY_STATE]))
    cloud.put("articles", FIRST, {"state": "open"})
    cloud.start(lag_ms=0)
    cloud.put("articles", FIRST, {"state": "shut"})
    cloud.now_ms += 1000
    assert cloud.keys("by_state") == [("shut", "ann", 1)]


def test_an_index_made_later_shows_the_rows_that_it_is_asked_to(cloud: Cloud) -> None:
    cloud.engine.create_table(_articles())
    for start in range(0, 2100, 100):
        updates = (ColumnUpdate(Change.PUT, "state", "open"),)
        changes = [
            RowChange(WriteKind.PUT, (("author", "ann"), ("number", number)), updates)
            for number in range(start, start + 100)
        ]
        cloud.engine.batch_write([("articles", changes)])
    cloud.engine.create_index("articles", BY_STATE, include_base_data=True)
    cloud.engine.create_index("articles", BY_AUTHOR, include_base_data=False)
    assert cloud.keys("by_state") == [("open", "ann", number) for number in range(2100)]
    assert cloud.keys("by_author") == []
    cloud.engine.drop_index("articles", "by_state")
    cloud.start(lag_ms=0)
    assert cloud.engine.list_tables() == ["articles"]
    assert cloud.keys("by_author") == []
    cloud.engine.create_index("articles", BY_STATE, include_base_data=False)
    assert cloud.keys("by_state") == []


def test_expired_cells_and_rows_are_gone_and_make_room(cloud: Cloud) -> None:
    cloud.engine.create_table(_articles(options=TableOptions(ttl=86400)))
    cloud.put("articles", FIRST, {"state": "open"})
    cloud.put("articles", {"author": "bob", "number": 1}, {})
    cloud.now_ms += DAY_MS - 1
    score = (ColumnUpdate(Change.PUT, "score", 1),)
    cloud.engine.write_row("articles", RowChange(WriteKind.UPDATE, tuple(FIRST.items()), score))
    assert [[cell.name for cell in row.cells] for row in cloud.rows("articles")] == [["score", "state"], []]
    cloud.now_ms += 1
    assert [[cell.name for cell in row.cells] for row in cloud.rows("articles")] == [["score"]]
    cloud.now_ms += DAY_MS - 1
    assert cloud.rows("articles") == []
    assert list(cloud.storage.scan("demo/articles/rows", b"")) == []


def test_expired_rows_do_not_exist_for_conditions_and_updates(cloud: Cloud) -> None:
    cloud.engine.create_table(_articles(options=TableOptions(ttl=86400)))
    cloud.put("articles", FIRST, {"state": "open", "score": 5})
    cloud.now_ms += DAY_MS
    increment = (ColumnUpdate(Change.INCREMENT, "score", 1),)
    cloud.engine.write_row("articles", RowChange(WriteKind.UPDATE, tuple(FIRST.items()), increment))
    (row,) = cloud.rows("articles")
    assert [(cell.name, cell.value) for cell in row.cells] == [("score", 1)]


def _draw(cloud: Cloud, author: str) -> int:
    change = RowChange(
        WriteKind.PUT,
        (("author", author), ("number", AutoIncrement.AUTO_INCREMENT)),
        (ColumnUpdate(Change.PUT, "state", "open"),),
        return_key=True,
    )
    key = cloud.engine.write_row("outbox", change).key
    assert key is not None
    number = key[1][1]
    assert isinstance(number, int)
    return number


def test_numbers_rise_with_gaps_across_restarts_and_reopened_tables(cloud: Cloud) -> None:
    keys = (KeyColumn("author", KeyType.STRING), KeyColumn("number", KeyType.INTEGER, auto_increment=True))
    cloud.engine.create_table(TableSchema("outbox", keys))
    drawn = []
    for _ in range(5):
        drawn += [_draw(cloud, "ann") for _ in range(20)]
        _draw(cloud, "bob")
        cloud.start(lag_ms=0)
    gaps = {later - earlier for earlier, later in zip([0, *drawn], drawn, strict=False)}
    assert min(gaps) > 1
    assert len(gaps) > 10


def test_a_clock_that_steps_back_hides_no_later_write(cloud: Cloud) -> None:
    cloud.engine.create_table(_articles())
    cloud.put("articles", FIRST, {"state": "open"})
    cloud.now_ms -= 5000
    shut = (ColumnUpdate(Change.PUT, "state", "shut"),)
    cloud.engine.write_row("articles", RowChange(WriteKind.UPDATE, tuple(FIRST.items()), shut))
    (row,) = cloud.rows("articles")
    assert [cell.value for cell in row.cells] == ["shut"]


class CountingStorage(MemoryStorage):
    def __init__(self) -> None:
        super().__init__()
        self.commits = 0

    def apply(self, changes: Changes, drop: Sequence[str] = ()) -> None:
        self.commits += 1
        super().apply(changes, drop)


def test_a_batch_is_one_commit_and_its_rows_see_those_before_them() -> None:
    storage = CountingStorage()
    cloud = Cloud(storage)
    cloud.engine.create_table(_articles())
    before = storage.commits
    updates = [(ColumnUpdate(Change.PUT, name, value),) for name, value in (("state", "open"), ("score", 1))]
    changes = [RowChange(WriteKind.UPDATE, tuple(FIRST.items()), update) for update in updates]
    cloud.engine.batch_write([("articles", changes)])
    assert storage.commits == before + 1
    (row,) = cloud.rows("articles")
    assert [(cell.name, cell.value) for cell in row.cells] == [("score", 1), ("state", "open")]
