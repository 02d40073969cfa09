"""Other constants than the product's, through its own functions without its tables: what each choice is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.recommend_data import LENGTH, Lists, Ratings
from feed.domain import recommendation
from feed.domain.recommendation import KINDS, Kind, Neighbor, profile, ranking, weight_of
from feed.operations.train_recommendations import _neighbors
from feed.operations.train_recommendations._acts import Acts
from feed.operations.train_recommendations._neighbors import matrix, neighbors
from feed.store.neighbors import put, unpack

DAY_MS = 86_400_000
NEVER = 1e12


def weighted(tip: float, comment: float, like: float, read: float) -> tuple[tuple[Kind, int, float], ...]:
    """`collect` is not in the data, and weighs like a like."""
    weights: dict[Kind, float] = {"tip": tip, "comment": comment, "collect": like, "like": like, "read": read}
    return tuple((kind, bit, weights[kind]) for kind, bit, _ in KINDS)


@dataclass(frozen=True, eq=False)
class Variant:
    """What differs from the product's own constants; days as in the configuration, off by default."""

    name: str
    request: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    neighbors: int = 100
    window_days: int = 0
    half_life_days: int = 0

    def lists(self, known: Ratings, hot: Sequence[int], own: Ratings | None = None) -> Lists:
        """`own` is what requests see of the readers' logs: all of it, unless it is given."""
        with ExitStack() as changed:
            for module, constants in ((recommendation, self.request), (_neighbors, self.training)):
                if constants:
                    changed.enter_context(patch.multiple(module, **constants))
            weight_of.cache_clear()
            changed.callback(weight_of.cache_clear)
            near = self.near(known)
            acts, seen = (own or known).by_reader(), known.by_reader()
            return {
                reader: _list(acts.get(reader, ()), near, {article for article, _ in read}, hot)
                for reader, read in seen.items()
            }

    def near(self, known: Ratings) -> dict[int, list[Neighbor]]:
        """As the rows hold them: similarities of four bytes."""
        recent = known.since(known.now_ms - self.window_days * DAY_MS) if self.window_days else known
        weights = np.array([(weight_of(acts) or ("", 0.0))[1] for acts in recent.acts.tolist()])
        acts = Acts(recent.readers, recent.articles, weights, recent.times_ms)
        found = neighbors(*matrix(acts, self.half_life_days * DAY_MS), self.neighbors)
        return {article_id: unpack(str(put(article_id, near).columns["packed"])) for article_id, near in found}


def _list(
    own: Sequence[tuple[int, int]], near: Mapping[int, Sequence[Neighbor]], seen: set[int], hot: Sequence[int]
) -> list[int]:
    """As the first page is made: what is ranked, then what is hot."""
    ranked = [pick.article_id for pick in ranking(profile(own), near, seen)]
    return list(dict.fromkeys([*ranked, *(article for article in hot if article not in seen)]))[:LENGTH]


PRODUCT = Variant("newest 10, half at rank 3, 100 neighbours")
DEFAULTS = Variant("window 90 days, half-life 60 days", window_days=90, half_life_days=60)
WHOLE = 10_000
COMPARED = {
    PRODUCT: (
        Variant("newest 5", {"PROFILE": 5}),
        Variant("newest 20", {"PROFILE": 20}),
        Variant("newest 15, half at rank 5", {"PROFILE": 15, "HALF_RANK": 5.0}),
        Variant("every rank alike", {"HALF_RANK": NEVER}),
        Variant("whole log, every rank alike", {"PROFILE": WHOLE, "HALF_RANK": NEVER}),
        Variant("20 neighbours", neighbors=20),
        Variant("50 neighbours", neighbors=50),
        Variant("200 neighbours", neighbors=200),
        Variant("one reader is enough, nothing is shrunk", training={"MIN_READERS": 1, "SHRINK": 0.0}),
        Variant("weights 10, 5, 2, 1", {"KINDS": weighted(10, 5, 2, 1)}),
        Variant("weights 1, 1, 1, 1", {"KINDS": weighted(1, 1, 1, 1)}),
        Variant("half-life 60 days, no window", half_life_days=60),
    ),
    DEFAULTS: (
        Variant("window 90 days, no decay", window_days=90),
        Variant("window 90 days, half-life 30 days", window_days=90, half_life_days=30),
        Variant("window 180 days, half-life 60 days", window_days=180, half_life_days=60),
        Variant("the defaults with 200 neighbours", window_days=90, half_life_days=60, neighbors=200),
    ),
}
"""Each with one change to the one that it is compared with."""
