"""Thirty runs, two hundred with --slow, in which everything fails; then nothing is lost, doubled, shown or stuck."""

from __future__ import annotations

import pytest

from tests.faults.actors import Mishap
from tests.faults.campaign import Totals, play
from tests.faults.stage import Stage

SEEDS, QUICK, CHUNK, ENOUGH = 200, 30, 10, 30
"""`scripts/bench faults --first SEED --seeds 1` plays one of them again."""
BEFALL_OTHERS = {"dropped", "duplicated", "asleep", "frozen"}


@pytest.fixture(scope="module")
def totals() -> Totals:
    return Totals()


@pytest.mark.parametrize(
    "first",
    [
        *range(0, QUICK, CHUNK),
        *(pytest.param(first, marks=pytest.mark.slow) for first in range(QUICK, SEEDS, CHUNK)),
    ],
)
def test_every_inbox_is_right_in_the_end(stage: Stage, totals: Totals, first: int) -> None:
    for seed in range(first, first + CHUNK):
        run = play(stage, seed)
        totals.add(run)
        assert not run.findings, run.story()


def test_everything_has_befallen_somebody(stage: Stage, totals: Totals) -> None:
    """In the runs above, or in enough of them where this test is run alone."""
    for seed in range(totals.seeds, ENOUGH):
        totals.add(play(stage, seed))
    assert {mishap.value for mishap in Mishap} | BEFALL_OTHERS <= set(totals.injected)


def test_a_seed_is_always_the_same_run(stage: Stage) -> None:
    assert play(stage, 7).trace == play(stage, 7).trace
