"""Two instances, each on a fake of its own: one to dump and another to load into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from alifakes.tablestore.app import TablestoreFake
from tests.backup.words import FEW, Fakes, emptied


@pytest.fixture(scope="session")
def fakes() -> Iterator[Fakes]:
    with TablestoreFake() as one, TablestoreFake() as other:
        yield one, other


@pytest.fixture
def one(fakes: Fakes) -> Any:
    return emptied(fakes[0])


@pytest.fixture
def other(fakes: Fakes) -> Any:
    return emptied(fakes[1])


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few parts, and no pause before a request that is repeated."""
    monkeypatch.setattr("commands.backup.manifest.CUTS", FEW)
    monkeypatch.setattr("commands.backup.patience._PAUSE_S", 0)
