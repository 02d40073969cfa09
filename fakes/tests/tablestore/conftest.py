"""What the Tablestore emulator's tests share: servers, clients, tables, refusals, and a clock that is moved by hand."""

from __future__ import annotations

import itertools
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import PK_AUTO_INCR, OTSServiceError

from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.settings import Settings

from .sdk_conditions import Where
from .sdk_search_index import Index
from .sdk_table import Table, latest
from .transaction_bank import Bank

_WITH_A_REAL_INSTANCE = any(name.startswith("ALIFAKES_OTS_") for name in os.environ)

_instances = itertools.count(1)


def pytest_configure() -> None:
    # the SDK formats every request as text while its logger's level is unset
    logging.getLogger("tablestore-client").setLevel(logging.WARNING)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "node" not in config.option.markexpr:
        asked_for = [item for item in items if item.get_closest_marker("node") is None]
        config.hook.pytest_deselected(items=[item for item in items if item not in asked_for])
        items[:] = asked_for
    if _WITH_A_REAL_INSTANCE:
        in_process = pytest.mark.skip(reason="tests parts of the emulator, not what it answers a client")
        for item in items:
            if "backend" not in getattr(item, "fixturenames", ()):
                item.add_marker(in_process)


class Clock:
    """Milliseconds since the epoch, starting at the true time and moved by hand."""

    def __init__(self) -> None:
        self.now = int(time.time() * 1000)

    def __call__(self) -> int:
        return self.now

    def step(self, milliseconds: int) -> int:
        self.now += milliseconds
        return self.now


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


@pytest.fixture
def open_bank(start: Any, connect: Any, create: Any, clock: Any) -> Callable[..., Bank]:
    def open_one(lag_ms: int = 0, **schema: Any) -> Bank:
        fake = start(clock=clock, settings=Settings(transactions=("bank*",), index_lag_ms=lag_ms))
        client = connect(fake)
        table = create(client, {"owner": "STRING", "number": "INTEGER"}, name="bank", **schema)
        return Bank(client, table, clock, fake)

    return open_one


@pytest.fixture
def bank(open_bank: Any) -> Bank:
    bank: Bank = open_bank()
    return bank
