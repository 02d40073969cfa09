"""For pytest: `tablestore`, an empty Tablestore of the test's own, and `tablestore_client`, a client of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tablestore import OTSClient

    from alifakes.tablestore import TablestoreFake


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "tablestore(**options): options of the TablestoreFake that this test gets, such as index_lag_ms=1000"
    )


@pytest.fixture
def tablestore(request: pytest.FixtureRequest) -> Iterator[TablestoreFake]:
    """A Tablestore of the test's own, in memory unless the marker `tablestore` gives it a path."""
    from alifakes.tablestore import TablestoreFake  # not at the start of every pytest

    marker = request.node.get_closest_marker("tablestore")
    with TablestoreFake(**(marker.kwargs if marker else {})) as fake:
        yield fake


@pytest.fixture
def tablestore_client(tablestore: TablestoreFake) -> Iterator[OTSClient]:
    """A client of the installed SDK, with its own way to retry, for the instance `local`."""
    client = tablestore.client()
    yield client
    client.connection.pool.clear()
