"""Twenty seconds of `scripts/bench soak`, in which functions are killed, and as long as it takes to come to rest."""

from __future__ import annotations

import argparse

import pytest

from benchmarks import soak


@pytest.mark.slow
def test_nothing_is_lost_or_doubled() -> None:
    result = soak.run(argparse.Namespace(minutes=1 / 3, seed=1, kill_every=7.0))
    assert result["passed"], result
