"""Where the tests run: the emulator on each of its storages, or a real instance that the environment names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import tablestore as ots_sdk

_VARIABLES = [f"ALIFAKES_OTS_{part}" for part in ("ENDPOINT", "KEY_ID", "KEY_SECRET", "INSTANCE")]
_ASKED = any(os.environ.get(name) for name in _VARIABLES)


@pytest.fixture(scope="session", params=["service"] if _ASKED else ["memory", "sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def service() -> Callable[[], Any]:
    """Connects to the real instance, which must be empty: what is in it then is the tests' own, and theirs to drop."""
    missing = [name for name in _VARIABLES if not os.environ.get(name)]
    if missing:
        pytest.exit(f"a real instance needs {', '.join(missing)} too", pytest.ExitCode.USAGE_ERROR)

    def connect() -> Any:
        return ots_sdk.OTSClient(*(os.environ[name] for name in _VARIABLES))

    held = list(connect().list_table())
    if held:
        pytest.exit(f"the tests want an empty instance; this one holds {', '.join(held)}", pytest.ExitCode.USAGE_ERROR)
    return connect


@pytest.fixture
def service_client(service: Callable[[], Any]) -> Iterator[Any]:
    client = service()
    yield client
    _drop_all(client)
    client.connection.pool.clear()


def _drop_all(client: Any) -> None:
    for table in client.list_table():
        for _, index in client.list_search_index(table):
            client.delete_search_index(table, index)
        client.delete_table(table)
