"""The API keeps to its document: a short part of `scripts/bench contract`."""

from __future__ import annotations

from pathlib import Path

from benchmarks import contract
from benchmarks.contract_scene import Scene
from commands.local_cloud import LocalCloud

SHORT = ("--phases", "fuzzing", "--exclude-method", "OPTIONS")


def test_the_api_keeps_to_its_document(tmp_path: Path) -> None:
    with LocalCloud(env=contract.UNLIMITED, timers=False, max_instances=2) as cloud:
        told, complaint = contract.round_of(Scene(cloud), 1, tmp_path, per_round=6, options=SHORT)
    assert not complaint
    assert told.total() > 150
    assert sum(count for (_, status), count in told.items() if status < 300) > 0.25 * told.total()
