"""How hot an article is, as a number that needs no recomputation while it ages."""

from __future__ import annotations

import math

from feed.domain.articles import Counts

WEIGHTS = {"reward": 10, "comment": 5, "like": 2, "read": 1}
"""What one act counts; the weights that this product has always had for its lists."""

_AGEING_MS = 45_000_000
_MICRO = 1_000_000


def weighted(counts: Counts) -> int:
    return sum(weight * getattr(counts, name) for name, weight in WEIGHTS.items())


def trending(counts: Counts, published_ms: int) -> int:
    """log10 of the weighted acts plus the publish time in units of 12.5 hours, in millionths.

    An article must gather ten times the acts to stay level with one published 12.5 hours later. The form and the unit
    are Reddit's "hot" (A. Salihefendic, "How Reddit ranking algorithms work", 2010): time enters as a constant of the
    article, so that the order ages although no score is ever written again.
    """
    score = math.log10(max(1, weighted(counts))) * _MICRO
    return round(score) + published_ms * _MICRO // _AGEING_MS
