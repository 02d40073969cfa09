"""Logs that try every rule of the definition, and what the in-process trainer makes of them."""

from __future__ import annotations

import random

from feed.config import Training
from feed.operations.train_recommendations._acts import Acts
from feed.operations.train_recommendations._neighbors import matrix, neighbors
from feed.store.logs import Logged

DAY_MS = 86_400_000
NOW_MS = 1_790_000_000_000
ARTICLES = 640
CLOSE = 2e-6
"""Sums in another order differ in their last bits, which can turn a rounding at the sixth digit."""

Neighbors = dict[int, list[tuple[int, float]]]


def made_up_log() -> list[Logged]:
    """Light readers by Zipf's law; two heavy ones with ties about their newest 500; pairs of articles read alike."""
    drawn = random.Random(4)
    popularity = [1 / rank for rank in range(1, ARTICLES + 1)]
    rows = []
    for user in range(1, 81):
        heavy = user <= 2
        chosen = range(1, ARTICLES) if heavy else set(drawn.choices(range(1, ARTICLES + 1), popularity, k=30))
        for article in chosen:
            days = drawn.randrange(3) * 40 if heavy else drawn.uniform(0, 200)
            rows.append(Logged(user, article, drawn.choice([0, 1, 1, 1, 3, 5, 9, 17, 31]), NOW_MS - int(days * DAY_MS)))
    rows += [Logged(user, twin, 1, NOW_MS - DAY_MS) for user in range(10, 40) for twin in (2000, 1001, 3000)]
    border_ms = NOW_MS - 90 * DAY_MS
    rows += [Logged(user, 4000 + late, 1, border_ms - late) for user in (50, 51, 52) for late in (0, 1)]
    drawn.shuffle(rows)
    return rows


def trained_in_process(rows: list[Logged], training: Training) -> Neighbors:
    since_ms = NOW_MS - training.window_days * DAY_MS if training.window_days else 0
    acts = Acts.of(row for row in rows if row.acted_ms >= since_ms)
    return dict(neighbors(*matrix(acts, training.half_life_days * DAY_MS), training.neighbors))


def assert_same(found: Neighbors, expected: Neighbors) -> None:
    """The same articles and, place by place, similarities within CLOSE; who stands there may differ only so far.

    Two neighbours may change places, or one may be cut off instead of another, where their similarities differ by no
    more than that.
    """
    assert found.keys() == expected.keys()
    for article, ours in found.items():
        theirs = expected[article]
        assert len(ours) == len(theirs), article
        for (_, similarity), (_, other) in zip(ours, theirs, strict=True):
            assert abs(similarity - other) <= CLOSE, article
        for one, another in ((dict(ours), dict(theirs)), (dict(theirs), dict(ours))):
            last = min(another.values())
            for neighbor, similarity in one.items():
                assert abs(similarity - another.get(neighbor, last)) <= CLOSE, (article, neighbor)
