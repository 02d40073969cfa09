"""The product's edges stand what nobody sends: a few batches of `scripts/bench fuzz`, all targets behind `slow`."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import fuzz, fuzz_product, fuzz_signed
from benchmarks.stage import Stage

SEEDS = range(2)
TARGETS = (
    fuzz_product.Events,
    fuzz_product.Cursors,
    fuzz_signed.Tokens,
    fuzz_signed.Notifications,
    fuzz_product.Traces,
)


def test_the_edges_of_the_product(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        scene = fuzz_product.Scene(stage, tmp_path)
        for kind in TARGETS:
            target, told = kind(scene), fuzz_product.Outcomes()
            for seed in SEEDS:
                told += target.attempt(seed)
            assert told[fuzz_product.ACCEPTED], kind
            assert told[fuzz_product.REFUSED] > told.total() / 2, kind


def test_a_failure_is_kept_with_its_seed() -> None:
    class Broken:
        def attempt(self, seed: int) -> fuzz_product.Outcomes:
            raise AssertionError(f"seed {seed}")

    tried = fuzz.tried_of({"broken": Broken()}, 0, 7)
    assert tried["broken"].failures == {7: "seed 7"}
    assert fuzz.result_of(tried)["passed"] is False


@pytest.mark.slow
def test_every_target() -> None:
    with fuzz.targets() as every:
        result = fuzz.result_of(fuzz.tried_of(every, 60, 1))
    assert result["passed"], result["failures"]
