"""The campaign sees a product with a rule broken: within sixty seeds, and as the breach of promise that it is."""

from __future__ import annotations

import pytest

from tests.faults.campaign import play
from tests.faults.mutations import MUTATIONS
from tests.faults.stage import Stage

WITHIN = 60
SOON = {
    "failed rows dropped",
    "sequence taken from the clock at write",
    "work row of a release removed too early",
}
"""Those which one of the first seeds finds; the others are slow."""


@pytest.mark.parametrize(
    "name", [name if name in SOON else pytest.param(name, marks=pytest.mark.slow) for name in MUTATIONS]
)
def test_a_broken_rule_is_found(stage: Stage, name: str) -> None:
    mutation = MUTATIONS[name]
    with mutation.in_force():
        found = (finding.kind for seed in range(WITHIN) for finding in play(stage, seed).findings)
        assert mutation.kind in found
