"""Random operations against memory, SQLite and a dictionary: all three must tell the same story."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from alifakes.tablestore.app import TablestoreFake

from .machine import Machine


@pytest.fixture
def clients(connect: Callable[..., Any], tmp_path: Path) -> Iterator[list[Any]]:
    with TablestoreFake() as memory, TablestoreFake(tmp_path / "machine.db") as sqlite:
        yield [connect(memory, "machine"), connect(sqlite, "machine")]


def _run(clients: list[Any], create: Any, table_of: Any, where: Any, **profile: Any) -> None:
    quiet = settings(suppress_health_check=list(HealthCheck), database=None, **profile)
    make: Any = partial(Machine, clients, create, table_of, where)
    run_state_machine_as_test(make, settings=quiet)


def test_memory_sqlite_and_a_dictionary_agree(clients: Any, create: Any, table_of: Any, where: Any) -> None:
    # shrinking a failure takes minutes; the longer test below does it
    bounded: dict[str, Any] = {"derandomize": True, "phases": [Phase.generate]}
    _run(clients, create, table_of, where, max_examples=25, stateful_step_count=30, **bounded)


@pytest.mark.slow
def test_they_agree_for_longer(clients: Any, create: Any, table_of: Any, where: Any) -> None:
    _run(clients, create, table_of, where, max_examples=1000, stateful_step_count=80)
