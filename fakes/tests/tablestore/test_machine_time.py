"""Random operations on engines in memory and in SQLite and on a model, with time passing: all tell the same story.

What `test_machine.py` leaves out: versions and their timestamps, expiry, local and lagging indexes, atomic batches,
transactions, and restarts.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from .machine_time import TimeMachine


def _run(**profile: Any) -> None:
    quiet = settings(suppress_health_check=list(HealthCheck), database=None, deadline=None, **profile)
    run_state_machine_as_test(TimeMachine, settings=quiet)


def test_memory_sqlite_and_a_model_agree_as_time_passes() -> None:
    _run(max_examples=60, stateful_step_count=50, derandomize=True, phases=[Phase.generate])


@pytest.mark.slow
def test_they_agree_for_longer_as_time_passes() -> None:
    _run(max_examples=1000, stateful_step_count=80)
