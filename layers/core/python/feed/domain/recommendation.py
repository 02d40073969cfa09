"""Recommending by what is read together: from a reader's latest acts and their articles' neighbours to a ranking.

Neighbours are computed ahead, on any engine, by one definition. What a reader did to an article weighs as its kind
says (KINDS, or FEED_ACT_WEIGHTS), halved for every half-life of its age, MOST_HALVINGS times at most. A reader's newest
NEWEST_ACTS articles vote: each pair of them with the product of its weights, divided by how many articles vote with it.
The similarity of two articles is their votes divided by the root of the product of what each has with itself (a
cosine), times n / (n + SHRINK) for the n readers of both, of whom there must be MIN_READERS; rounded to DIGITS, so that
engines agree on what is equal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from feed.domain.actions import REWARD_BIT, Flag

PROFILE = 10
"""How many of a reader's latest articles speak: more of them cost a row each, and recommend no better."""
HALF_RANK = 3.0
"""The act at this rank, the newest being 0, speaks half as loud."""

NEWEST_ACTS = 500
"""Articles of one reader that vote, and that a request leaves out; it bounds the work that one reader makes."""
MOST_HALVINGS = 100
"""Beyond that squares would vanish from floats."""
MIN_READERS = 2
SHRINK = 1.0
DIGITS = 6

Kind = Literal["tip", "comment", "collect", "like", "read"]
Kinds = tuple[tuple[Kind, int, float], ...]
KINDS: Kinds = (
    ("tip", REWARD_BIT, 3.0),
    ("comment", Flag.COMMENT.bit, 2.0),
    ("collect", Flag.COLLECT.bit, 1.5),
    ("like", Flag.LIKE.bit, 1.5),
    ("read", Flag.READ.bit, 1.0),
)
"""Acts by name, bit and weight, the heaviest first; an article counts by the heaviest of what was done to it.

`scripts/bench recommend` compares these with the 10, 5, 2, 1 of the hot lists, which do worse here.
"""

Neighbor = tuple[int, float]


class Spoken(NamedTuple):
    """One article of a reader's profile: what was done to it, and how much it counts."""

    article_id: int
    kind: Kind
    weight: float


class Pick(NamedTuple):
    """A recommended article, and the own article that contributed most to it."""

    article_id: int
    because: Spoken


def kinds_of(weights: Mapping[str, float]) -> Kinds:
    """KINDS with other weights for those that are named."""
    given = ((kind, bit, weights.get(kind, weight)) for kind, bit, weight in KINDS)
    return tuple(sorted(given, key=lambda kind: -kind[2]))


@lru_cache(maxsize=64)
def weight_of(acts: int, kinds: Kinds | None = None) -> tuple[Kind, float] | None:
    """The heaviest act and its weight; None when everything was taken back."""
    return next(((kind, weight) for kind, bit, weight in kinds or KINDS if acts & bit), None)


def profile(acts: Sequence[tuple[int, int]], kinds: Kinds | None = None) -> list[Spoken]:
    """From (article, acts), newest first, to what speaks in a recommendation."""
    spoken: list[Spoken] = []
    for article_id, bits in acts:
        heaviest = weight_of(bits, kinds)
        if heaviest is not None and len(spoken) < PROFILE:
            kind, weight = heaviest
            spoken.append(Spoken(article_id, kind, weight / (1 + len(spoken) / HALF_RANK)))
    return spoken


def ranking(
    spoken: Sequence[Spoken], neighbors: Mapping[int, Sequence[Neighbor]], without: Collection[int]
) -> list[Pick]:
    """Candidates by the sum of weight times similarity, best first, ties by id; deterministic to the last bit."""
    total: dict[int, float] = {}
    best: dict[int, tuple[float, Spoken]] = {}
    for source in spoken:
        for article_id, similarity in neighbors.get(source.article_id, ()):
            if article_id in without:
                continue
            gain = source.weight * similarity
            total[article_id] = total.get(article_id, 0.0) + gain
            if article_id not in best or gain > best[article_id][0]:
                best[article_id] = (gain, source)
    order = nearest((article_id, round(score, DIGITS)) for article_id, score in total.items())
    return [Pick(article_id, best[article_id][1]) for article_id, _ in order]


def nearest(found: Iterable[Neighbor], most: int | None = None) -> list[Neighbor]:
    """The highest first, equals by id; the first `most`."""
    return sorted(found, key=lambda neighbor: (-neighbor[1], neighbor[0]))[:most]
