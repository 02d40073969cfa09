"""The calls that docs/architecture.md shows are those that happen."""

from __future__ import annotations

from commands.docs.architecture import CALL_TREE
from commands.docs.call_tree import Recorded
from commands.docs.story import recorded
from commands.running import ROOT


def test_the_recorded_story_goes_as_it_went() -> None:
    """To the last request and capacity unit. scripts/docs --record keeps what is meant to have changed."""
    told = Recorded.of((ROOT / CALL_TREE).read_text("utf-8"))
    now = recorded()
    for before, after in zip(told.scenes, now.scenes, strict=True):
        assert after == before
    assert now == told
