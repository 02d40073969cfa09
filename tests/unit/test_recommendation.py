"""Neighbours and rankings, against the definition written down as slowly as it reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.config import Training
from feed.domain import recommendation
from feed.domain.actions import REWARD_BIT, Flag
from feed.domain.recommendation import KINDS, NEWEST_ACTS, Neighbor, nearest, profile, ranking, weight_of
from feed.errors import Misconfigured
from feed.operations.train_recommendations import _neighbors
from feed.operations.train_recommendations._acts import Acts
from feed.operations.train_recommendations._neighbors import matrix, neighbors
from feed.store.logs import Logged
from feed.store.neighbors import MOST

ALL = 1_000
DAY_MS = 86_400_000
NOW = 1_000 * DAY_MS
READ, LIKE, COMMENT = Flag.READ.bit, Flag.READ.bit | Flag.LIKE.bit, Flag.READ.bit | Flag.COMMENT.bit

articles = st.sampled_from([1, 2, 3, 5, 8, 13, 2**31, 2**53 - 1])
times = st.sampled_from([NOW - 80 * DAY_MS, NOW - 3 * DAY_MS, NOW - 1]) | st.integers(NOW - 90 * DAY_MS, NOW)
logs = st.dictionaries(
    st.tuples(st.integers(1, 5), articles), st.tuples(st.integers(0, 31), times), min_size=8, max_size=40
).map(lambda found: [Logged(user, article, *rest) for (user, article), rest in found.items()])
"""Few readers and few articles, so that much is shared; equal times, so that ids decide."""


def trained(
    rows: Sequence[Logged], most: int = ALL, half_life_ms: int = 0, block: int = 10**6
) -> dict[int, list[Neighbor]]:
    articles, weights = matrix(Acts.of(rows), half_life_ms)
    return dict(neighbors(articles, weights, most, block))


def defined(rows: Sequence[Logged], half_life_ms: int = 0, newest: int = NEWEST_ACTS) -> dict[int, dict[int, float]]:
    """The module's text, one loop per sentence."""
    votes: dict[tuple[int, int], float] = defaultdict(float)
    readers: dict[tuple[int, int], int] = defaultdict(int)
    for user in {row.user_id for row in rows}:
        own = sorted(
            ((row.acted_ms, row.article_id, weight_of(row.acts)) for row in rows if row.user_id == user), reverse=True
        )
        known = [(at_ms, article, heaviest[1]) for at_ms, article, heaviest in own if heaviest][:newest]
        for at_ms, article, weight in known:
            for other_ms, other, other_weight in known:
                ages = (NOW - at_ms + NOW - other_ms) / half_life_ms if half_life_ms else 0
                votes[article, other] += weight * other_weight * 0.5**ages / len(known)
                readers[article, other] += 1
    near: dict[int, dict[int, float]] = defaultdict(dict)
    for (article, other), shared in readers.items():
        if article != other and shared >= 2:
            cosine = votes[article, other] / sqrt(votes[article, article] * votes[other, other])
            near[article][other] = cosine * shared / (shared + 1)
    return near


def assert_agree(found: dict[int, list[Neighbor]], expected: dict[int, dict[int, float]]) -> None:
    """To rounding: engines may differ in a float's last bits, and so in the last digit that is kept."""
    cells = {(article, other): score for article, near in found.items() for other, score in near}
    wanted = {(article, other): score for article, near in expected.items() for other, score in near.items()}
    visible = {cell: score for cell, score in wanted.items() if score > 2e-6 or cell in cells}
    assert cells == pytest.approx(visible, abs=1.5e-6, rel=0)
    for near in found.values():
        assert all((-before[1], before[0]) < (-after[1], after[0]) for before, after in pairwise(near))
        assert all(score == round(score, 6) > 0 for _, score in near)


@given(logs, st.sampled_from([0, 10 * DAY_MS]))
def test_training_computes_what_is_defined(rows: list[Logged], half_life_ms: int) -> None:
    assert_agree(trained(rows, half_life_ms=half_life_ms), defined(rows, half_life_ms))


@given(logs, st.integers(1, 4))
def test_only_the_newest_acts_of_a_reader_vote(rows: list[Logged], newest: int) -> None:
    with patch.object(_neighbors, "NEWEST_ACTS", newest):
        assert_agree(trained(rows), defined(rows, newest=newest))


@given(st.data(), logs, st.sampled_from([0, 10 * DAY_MS]), st.integers(1, 50))
def test_neither_the_order_of_the_log_nor_the_size_of_blocks_changes_a_bit(
    data: st.DataObject, rows: list[Logged], half_life_ms: int, block: int
) -> None:
    shuffled = data.draw(st.permutations(rows))
    assert trained(shuffled, half_life_ms=half_life_ms, block=block) == trained(rows, half_life_ms=half_life_ms)


@given(logs, st.integers(1, 5))
def test_fewer_neighbours_are_the_first_of_more(rows: list[Logged], most: int) -> None:
    assert trained(rows, most) == {article: near[:most] for article, near in trained(rows).items()}


def test_by_hand() -> None:
    """Two readers of both: 1 and 2 are as near as their weights say, and 2 / (2 + 1) of that."""
    rows = [Logged(1, 1, READ, NOW), Logged(1, 2, COMMENT, NOW), Logged(2, 1, LIKE, NOW), Logged(2, 2, READ, NOW)]
    cosine = (1 * 2 + 1.5 * 1) / sqrt((1 + 1.5**2) * (2**2 + 1))
    assert trained(rows) == {2: [(1, round(cosine * 2 / 3, 6))], 1: [(2, round(cosine * 2 / 3, 6))]}


@pytest.mark.parametrize("block", [1, 1_000])
def test_the_newest_articles_come_first(block: int) -> None:
    """So that they have their rows when time runs out."""
    rows = [Logged(user, article, READ, NOW) for user in (1, 2) for article in (5, 9, 7)]
    assert list(trained(rows, block=block)) == [9, 7, 5]


def test_who_reads_everything_says_less() -> None:
    readers = [Logged(user, article, READ, NOW) for user in (1, 2) for article in (1, 2)]
    everything = [Logged(user, article, READ, NOW) for user in (3, 4) for article in range(2, 40)]
    near = dict(trained(readers + everything)[2])
    assert near[1] > 3 * near[3]


def test_what_is_older_than_floats_can_halve_still_counts() -> None:
    rows = [Logged(user, article, READ, NOW * (article == 3)) for user in (1, 2) for article in (1, 2, 3)]
    assert dict(trained(rows, half_life_ms=60_000)[1])[2] == round(2 / 3, 6)


def test_nothing_is_learnt_from_nothing() -> None:
    assert trained([]) == {}
    assert trained([Logged(1, 1, 0, NOW), Logged(1, 2, 0, NOW)]) == {}


def test_zero_switches_off_and_no_row_holds_more_than_a_unit() -> None:
    off = Training.from_env({"FEED_TRAIN_WINDOW_DAYS": "0", "FEED_TRAIN_HALF_LIFE_DAYS": "0"})
    assert (off.window_days, off.half_life_days) == (0, 0)
    assert Training.from_env({"FEED_TRAIN_NEIGHBORS": f"{MOST}"}).neighbors == MOST
    for value in ("0", f"{MOST + 1}"):
        with pytest.raises(Misconfigured, match=f"FEED_TRAIN_NEIGHBORS is '{value}', not a whole number from 1 to"):
            Training.from_env({"FEED_TRAIN_NEIGHBORS": value})


def test_an_article_weighs_as_the_heaviest_act() -> None:
    assert weight_of(0) is None
    for position, (kind, bit, weight) in enumerate(KINDS):
        lighter = sum(other for _, other, _ in KINDS[position:])
        assert weight_of(bit) == weight_of(lighter) == (kind, weight)
    assert KINDS[0][1] == REWARD_BIT


def test_a_profile_is_the_newest_acts_the_newest_loudest() -> None:
    spoken = profile([(article, 0 if article == 2 else READ) for article in range(1, 30)])
    assert [one.article_id for one in spoken] == [1, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert [one.weight for one in spoken][:4] == pytest.approx([1, 3 / 4, 3 / 5, 3 / 6])


scores = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 10).map(lambda tenth: tenth / 10)), max_size=9)


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(1, 31)), max_size=12, unique_by=lambda act: act[0]),
    st.dictionaries(st.integers(1, 20), scores.map(dict).map(lambda near: list(near.items()))),
    st.sets(st.integers(1, 9)),
)
def test_a_ranking_adds_up_and_says_why(
    acts: list[tuple[int, int]], near: dict[int, list[Neighbor]], without: set[int]
) -> None:
    spoken = profile(acts)
    total = {
        article: sum(own.weight * dict(near.get(own.article_id, ())).get(article, 0) for own in spoken)
        for article in range(1, 10)
    }
    picks = ranking(spoken, near, without)
    assert {pick.article_id for pick in picks} == {article for article in total if total[article]} - without
    for before, after in pairwise(picks):
        assert total[before.article_id] > total[after.article_id] - 1.5e-6
    for pick in picks:
        most = max(own.weight * dict(near.get(own.article_id, ())).get(pick.article_id, 0) for own in spoken)
        assert pick.because.weight * dict(near[pick.because.article_id])[pick.article_id] == most


def test_equals_are_ordered_by_id() -> None:
    assert nearest([(7, 0.5), (3, 0.5), (9, 0.6)], 2) == [(9, 0.6), (3, 0.5)]
    spoken = profile([(1, READ)])
    near = {1: [(8, 0.3), (4, 0.3 + 1e-12), (2, 0.3 - 1e-12)]}
    assert [pick.article_id for pick in ranking(spoken, near, ())] == [2, 4, 8]


def test_weights_are_kept_by_rows_of_any_kind_of_act() -> None:
    acts = Acts.of([Logged(1, 1, bits, NOW) for bits in range(32)])
    heaviest = [weight_of(bits) for bits in range(1, 32)]
    assert acts.weights.tolist() == [found[1] for found in heaviest if found]
    assert acts.weights.dtype == np.float64
    assert recommendation.MIN_READERS == 2
