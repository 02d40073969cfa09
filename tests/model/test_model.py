"""Random days of a dozen people against the model of what each of them may see."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Days
from tests.model.stage import Stage

EXAMPLES, STEPS = 20, 40
"""About a quarter of a minute; more of both is a longer search for the same things."""
FOUND = DirectoryBasedExampleDatabase(Path(tempfile.gettempdir()) / "feed-model-examples")
"""Outside of the checkout: what failed last is tried first."""


def test_everybody_sees_what_the_model_says(stage: Stage) -> None:
    class Staged(Days):
        def __init__(self) -> None:
            super().__init__(stage)

    phases = set(Phase) - {Phase.explain}  # which would run for minutes to say little of so long a story
    chosen = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, database=FOUND, phases=phases)
    run_state_machine_as_test(Staged, settings=chosen)
