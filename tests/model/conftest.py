"""One stage for all examples of a test: the fixtures of the operations' tests, by a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.store.client import Tables
from tests.model.stage import Stage, StillClock
from tests.operations.conftest import alipay_keys, driver, jwks, keys, product, signed, store
from tests.steps import InProcess, Product

__all__ = ["alipay_keys", "driver", "jwks", "keys", "product", "signed", "store"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StillClock:
    still = StillClock()
    monkeypatch.setattr("feed.edge.endpoints.time", still)
    return still


@pytest.fixture
def tablestore(clock: StillClock) -> Iterator[TablestoreFake]:
    with TablestoreFake(clock=clock.now_ms) as fake:
        yield fake


@pytest.fixture
def stage(
    product: Product,
    driver: InProcess,
    store: Tables,
    tablestore: TablestoreFake,
    clock: StillClock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Stage:
    return Stage(product, driver, store, tablestore, clock, monkeypatch, capsys.readouterr)
