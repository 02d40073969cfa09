"""What the Tablestore emulator's tests share: servers, clients, tables, refusals, and a clock that is moved by hand."""

from __future__ import annotations

import itertools
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import INF_MAX, INF_MIN, PK_AUTO_INCR, OTSServiceError

from alifakes.tablestore.app import TablestoreFake

_instances = itertools.count(1)
_ends = {"FORWARD": (INF_MIN, INF_MAX), "BACKWARD": (INF_MAX, INF_MIN)}

Columns = Mapping[str, Any] | Sequence[tuple[Any, ...]] | None


def pytest_configure() -> None:
    # the SDK formats every request as text while its logger's level is unset
    logging.getLogger("tablestore-client").setLevel(logging.WARNING)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "node" not in config.option.markexpr:
        asked_for = [item for item in items if item.get_closest_marker("node") is None]
        config.hook.pytest_deselected(items=[item for item in items if item not in asked_for])
        items[:] = asked_for


def _cells(columns: Columns) -> list[tuple[Any, ...]]:
    if columns is None:
        return []
    return list(columns.items()) if isinstance(columns, Mapping) else list(columns)


class Table:
    """One table through the SDK; a key is a tuple of values in schema order, or the value itself when there is one."""

    def __init__(self, client: Any, name: str, key_names: Sequence[str]) -> None:
        self.client = client
        self.name = name
        self.key_names = tuple(key_names)

    def key(self, values: Any) -> list[tuple[str, Any]]:
        given = values if isinstance(values, tuple) else (values,)
        return list(zip(self.key_names, given, strict=True))

    def put(
        self,
        values: Any,
        columns: Columns = None,
        *,
        expect: str = "IGNORE",
        where: Any = None,
        return_key: bool = False,
    ) -> Any:
        """The answer of put_row: (consumed, returned row or None)."""
        row = ots_sdk.Row(self.key(values), _cells(columns))
        return self.client.put_row(self.name, row, ots_sdk.Condition(expect, where), self._returns(return_key))

    def update(
        self,
        values: Any,
        *,
        put: Columns = None,
        delete: Sequence[tuple[str, int]] = (),
        delete_all: Sequence[str] = (),
        increment: Columns = None,
        expect: str = "IGNORE",
        where: Any = None,
        return_key: bool = False,
    ) -> Any:
        row = ots_sdk.Row(self.key(values), self.changes(put, delete, delete_all, increment))
        return self.client.update_row(self.name, row, ots_sdk.Condition(expect, where), self._returns(return_key))

    def delete(self, values: Any, *, expect: str = "IGNORE", where: Any = None) -> Any:
        return self.client.delete_row(self.name, ots_sdk.Row(self.key(values)), ots_sdk.Condition(expect, where))

    def read(self, values: Any, columns: Sequence[str] | None = None, **options: Any) -> Any:
        """The answer of get_row: (consumed, row or None, next token)."""
        return self.client.get_row(self.name, self.key(values), columns, **options)

    def get(self, values: Any, columns: Sequence[str] | None = None, **options: Any) -> dict[str, Any] | None:
        """The row's columns by name, newest version of each; None when there is no row."""
        row = self.read(values, columns, **options)[1]
        return None if row is None else latest(row)

    def versions(self, values: Any, column: str, **options: Any) -> list[tuple[Any, int]]:
        """The (value, timestamp) pairs of one column, in the order of the answer."""
        options.setdefault("max_version", 100)
        row = self.read(values, [column], **options)[1]
        return [] if row is None else [(cell[1], cell[2]) for cell in row.attribute_columns]

    def scan(self, start: Any = None, end: Any = None, direction: str = "FORWARD", **options: Any) -> Any:
        """The answer of get_range: (consumed, next start key or None, rows, token); no bounds = the whole table."""
        low, high = _ends[direction]
        start = (low,) * len(self.key_names) if start is None else start
        end = (high,) * len(self.key_names) if end is None else end
        return self.client.get_range(self.name, direction, self.key(start), self.key(end), **options)

    def list_keys(self, *bounds: Any, **options: Any) -> list[Any]:
        """Key values of one page of `scan`; a tuple each, or the value itself when the key has one column."""
        return [key_of(row) for row in self.scan(*bounds, **options)[2]]

    def batch_put(
        self,
        values: Any,
        columns: Columns = None,
        expect: str = "IGNORE",
        where: Any = None,
        return_key: bool = False,
    ) -> Any:
        condition = ots_sdk.Condition(expect, where)
        return ots_sdk.PutRowItem(ots_sdk.Row(self.key(values), _cells(columns)), condition, self._returns(return_key))

    def batch_update(self, values: Any, expect: str = "IGNORE", where: Any = None, **changes: Any) -> Any:
        sent = self.changes(**{"put": None, "delete": (), "delete_all": (), "increment": None, **changes})
        return ots_sdk.UpdateRowItem(ots_sdk.Row(self.key(values), sent), ots_sdk.Condition(expect, where))

    def batch_delete(self, values: Any, expect: str = "IGNORE", where: Any = None) -> Any:
        return ots_sdk.DeleteRowItem(ots_sdk.Row(self.key(values)), ots_sdk.Condition(expect, where))

    def write(self, *items: Any) -> Any:
        """One BatchWriteRow on this table."""
        request = ots_sdk.BatchWriteRowRequest()
        request.add(ots_sdk.TableInBatchWriteRowItem(self.name, list(items)))
        return self.client.batch_write_row(request)

    def read_many(self, keys: Sequence[Any], **options: Any) -> list[Any]:
        """One BatchGetRow on this table: its items in the order of the answer."""
        options.setdefault("max_version", 1)
        request = ots_sdk.BatchGetRowRequest()
        request.add(ots_sdk.TableInBatchGetRowItem(self.name, [self.key(key) for key in keys], **options))
        return list(self.client.batch_get_row(request).get_result_by_table(self.name))

    def fill(self, rows: Sequence[tuple[Any, Columns]]) -> None:
        """Puts any number of rows, 200 a batch."""
        for at in range(0, len(rows), 200):
            answer = self.write(*(self.batch_put(values, columns) for values, columns in rows[at : at + 200]))
            assert answer.is_all_succeed()

    @staticmethod
    def changes(
        put: Columns, delete: Sequence[tuple[str, int]], delete_all: Sequence[str], increment: Columns
    ) -> dict[str, list[Any]]:
        sent: dict[str, list[Any]] = {
            "put": _cells(put),
            "delete": [(name, None, timestamp) for name, timestamp in delete],
            "delete_all": list(delete_all),
            "increment": _cells(increment),
        }
        return {kind: cells for kind, cells in sent.items() if cells}

    @staticmethod
    def _returns(key: bool) -> Any:
        return ots_sdk.ReturnType.RT_PK if key else None


def latest(row: Any) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, value, _ in row.attribute_columns:
        columns.setdefault(name, value)
    return columns


def key_of(row: Any) -> Any:
    values = tuple(value for _, value in row.primary_key)
    return values[0] if len(values) == 1 else values


class Index:
    """One search index through the SDK; no query finds every row."""

    def __init__(self, table: Table, name: str) -> None:
        self.table = table
        self.name = name

    def search(self, query: Any = None, columns: Any = None, **options: Any) -> Any:
        """The answer; `sort` lists sorters, `columns` is a list of names, a ColumnReturnType, or None: keys alone."""
        sorters = options.pop("sort", None)
        sort = None if sorters is None else ots_sdk.Sort(sorters)
        wanted = None
        if columns is not None:
            named = isinstance(columns, list)
            kind = ots_sdk.ColumnReturnType.SPECIFIED if named else columns
            wanted = ots_sdk.ColumnsToGet(columns if named else [], kind)
        asked = ots_sdk.SearchQuery(query or ots_sdk.MatchAllQuery(), sort=sort, **options)
        return self.table.client.search(self.table.name, self.name, asked, wanted)

    def keys(self, query: Any = None, limit: int = 100, **options: Any) -> list[Any]:
        """Key values of the rows in the order of the answer."""
        return [self._key(row) for row in self.search(query, limit=limit, **options).rows]

    def pages(self, query: Any = None, **options: Any) -> list[list[Any]]:
        """The keys of all pages from the first on, following next_token."""
        answer = self.search(query, **options)
        pages = [[self._key(row) for row in answer.rows]]
        options.pop("sort", None)
        while answer.next_token:
            answer = self.search(query, next_token=answer.next_token, **options)
            pages.append([self._key(row) for row in answer.rows])
        return pages

    @staticmethod
    def _key(row: Any) -> Any:
        values = tuple(value for _, value in row[0])
        return values[0] if len(values) == 1 else values


class Clock:
    """Milliseconds since the epoch, starting at the true time and moved by hand."""

    def __init__(self) -> None:
        self.now = int(time.time() * 1000)

    def __call__(self) -> int:
        return self.now

    def step(self, milliseconds: int) -> int:
        self.now += milliseconds
        return self.now


_SIGNS = {"==": 0, "!=": 1, ">": 2, ">=": 3, "<": 4, "<=": 5}


class Where:
    """Conditions and filters in few words: where("age", ">=", 18), where.all(a, b), where.any(a, b), where.no(a)."""

    def __call__(self, column: str, sign: str, value: Any, *, missing: bool = True, latest: bool = True) -> Any:
        return ots_sdk.SingleColumnCondition(column, value, _SIGNS[sign], missing, latest)

    def all(self, *parts: Any) -> Any:
        return self._join(ots_sdk.LogicalOperator.AND, parts)

    def any(self, *parts: Any) -> Any:
        return self._join(ots_sdk.LogicalOperator.OR, parts)

    def no(self, *parts: Any) -> Any:
        return self._join(ots_sdk.LogicalOperator.NOT, parts)

    @staticmethod
    def _join(operator: int, parts: Sequence[Any]) -> Any:
        joined = ots_sdk.CompositeColumnCondition(operator)
        for part in parts:
            joined.add_sub_condition(part)
        return joined


@contextmanager
def _refused(status: int, code: str, message: str | re.Pattern[str]) -> Iterator[None]:
    with pytest.raises(OTSServiceError) as caught:
        yield
    error = caught.value
    if isinstance(message, re.Pattern):
        assert message.search(error.get_error_message()), error
        message = error.get_error_message()
    assert (error.get_http_status(), error.get_error_code(), error.get_error_message()) == (status, code, message)
    assert error.get_request_id()


@pytest.fixture(scope="session")
def refused() -> Callable[[int, str, str], AbstractContextManager[None]]:
    """Expects a service error of exactly this status, code and message (or a pattern found in it)."""
    return _refused


@pytest.fixture(scope="session")
def invalid() -> Callable[[str], AbstractContextManager[None]]:
    """Expects 400 OTSParameterInvalid with exactly this message (or a pattern found in it)."""
    return lambda message: _refused(400, "OTSParameterInvalid", message)


@pytest.fixture(scope="session")
def where() -> Where:
    return Where()


@pytest.fixture(scope="session")
def columns_of() -> Callable[[Any], dict[str, Any]]:
    """A row's columns by name, the first version in the answer of each."""
    return latest


@pytest.fixture(scope="session")
def storage(backend: str) -> str:
    """The emulator's, so whatever stands on it has no use for a real instance."""
    if backend == "service":
        pytest.skip("needs the emulator itself: its clock, faults, lag, storage or an instance of its own")
    return backend


@pytest.fixture(scope="session")
def ots(storage: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TablestoreFake]:
    """One server for the whole run; `client` keeps tests apart by giving each an instance of its own."""
    path = tmp_path_factory.mktemp("ots") / "data.db" if storage == "sqlite" else None
    with TablestoreFake(path) as fake:
        yield fake


@pytest.fixture
def start(storage: str, tmp_path: Path) -> Iterator[Callable[..., TablestoreFake]]:
    """Starts a server of the test's own, with options: a clock, an index lag, faults."""
    numbers = itertools.count(1)
    with ExitStack() as stack:

        def start_one(**options: Any) -> TablestoreFake:
            path = tmp_path / f"own-{next(numbers)}.db" if storage == "sqlite" else None
            return stack.enter_context(TablestoreFake(path, **options))

        yield start_one


@pytest.fixture(scope="session")
def connect() -> Iterator[Callable[..., Any]]:
    """A client that retries nothing, on an instance of its own unless one is named."""
    opened: list[Any] = []

    def connect_to(fake: TablestoreFake, instance: str | None = None, **options: Any) -> Any:
        options.setdefault("retry_policy", ots_sdk.NoRetryPolicy())
        client = fake.client(instance or f"test{next(_instances)}", **options)
        opened.append(client)
        return client

    yield connect_to
    for client in opened:
        client.connection.pool.clear()


@pytest.fixture
def client(backend: str, request: pytest.FixtureRequest) -> Any:
    """Of the real instance when the environment names one; else on an instance of its own in the shared server."""
    if backend == "service":
        return request.getfixturevalue("service_client")
    return request.getfixturevalue("connect")(request.getfixturevalue("ots"))


@pytest.fixture(scope="session")
def create() -> Callable[..., Table]:
    """Creates a table from {"name": "STRING" | "INTEGER" | "BINARY" | "AUTO"} and hands back its Table."""
    names = itertools.count(1)

    def create_on(
        client: Any,
        keys: Mapping[str, str] | None = None,
        *,
        name: str | None = None,
        ttl: int = -1,
        versions: int = 1,
        deviation: int = 86400,
        allow_update: bool | None = None,
        columns: Sequence[tuple[str, str]] = (),
        indexes: Sequence[Any] = (),
        reserved: tuple[int, int] = (0, 0),
    ) -> Table:
        schema = [
            (key, "INTEGER", PK_AUTO_INCR) if kind == "AUTO" else (key, kind)
            for key, kind in (keys or {"pk": "STRING"}).items()
        ]
        name = f"table_{next(names)}" if name is None else name
        client.create_table(
            ots_sdk.TableMeta(name, schema, list(columns)),
            ots_sdk.TableOptions(ttl, versions, deviation, allow_update),
            ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(*reserved)),
            list(indexes),
        )
        return Table(client, name, [column[0] for column in schema])

    return create_on


@pytest.fixture
def make_table(client: Any, create: Callable[..., Table]) -> Callable[..., Table]:
    """`create` on this test's client."""
    return lambda *arguments, **options: create(client, *arguments, **options)


@pytest.fixture(scope="session")
def table_of() -> Callable[..., Table]:
    """A Table for one that exists already, such as an index."""
    return Table


@pytest.fixture
def table(make_table: Callable[..., Table]) -> Table:
    """A table with one STRING key column `pk` and default options."""
    return make_table()


@pytest.fixture(scope="session")
def create_index() -> Callable[..., Index]:
    """Creates a search index of a table from FieldSchemas."""

    def create_on(table: Table, *fields: Any, name: str = "index", sort: Any = None, routing: Any = None) -> Index:
        order = None if sort is None else ots_sdk.Sort(sort)
        setting = None if routing is None else ots_sdk.IndexSetting(routing)
        table.client.create_search_index(table.name, name, ots_sdk.SearchIndexMeta(list(fields), setting, order))
        return Index(table, name)

    return create_on


@pytest.fixture
def clock() -> Clock:
    return Clock()
