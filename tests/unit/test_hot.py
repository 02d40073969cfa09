"""How hot an article is: more acts and later publication make it hotter, and nothing needs to be written again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feed.domain.articles import Counts
from feed.domain.hot import WEIGHTS, trending, weighted

NUMBERS = st.integers(0, 10**9)
COUNTS = st.builds(Counts, read=NUMBERS, like=NUMBERS, comment=NUMBERS, collect=NUMBERS, reward=NUMBERS)
TIMES = st.integers(1_735_689_600_000, 3_900_000_000_000)
HALF_DAY_MS = 45_000_000  # 12.5 hours


@given(COUNTS, st.sampled_from(sorted(WEIGHTS)), NUMBERS, TIMES)
def test_more_acts_never_make_it_colder(counts: Counts, name: str, more: int, published_ms: int) -> None:
    hotter = counts._replace(**{name: getattr(counts, name) + more})
    assert trending(hotter, published_ms) >= trending(counts, published_ms)


@given(COUNTS, TIMES, st.integers(45, 10**9))
def test_later_publication_makes_it_hotter(counts: Counts, published_ms: int, later: int) -> None:
    assert trending(counts, published_ms + later) > trending(counts, published_ms)


@given(COUNTS, TIMES)
def test_ten_times_the_acts_are_worth_twelve_and_a_half_hours(counts: Counts, published_ms: int) -> None:
    counts = counts._replace(read=counts.read + 1)
    tenfold = Counts(**{name: 10 * number for name, number in counts._asdict().items()})
    assert abs(trending(tenfold, published_ms) - trending(counts, published_ms + HALF_DAY_MS)) <= 1


@given(COUNTS, COUNTS, TIMES, st.integers(0, 10**12))
def test_two_articles_keep_their_order_while_they_age(one: Counts, other: Counts, published: int, apart: int) -> None:
    """The score knows no present time: what it says of two articles, it says for ever."""
    first, second = trending(one, published), trending(other, published + apart)
    aged = 10 * HALF_DAY_MS
    assert (trending(one, published + aged) - first) == (trending(other, published + apart + aged) - second)


@given(COUNTS, TIMES)
def test_it_is_a_whole_number_that_fits_a_column(counts: Counts, published_ms: int) -> None:
    score = trending(counts, published_ms)
    assert type(score) is int
    assert 0 <= score < 2**63


def test_what_an_act_counts() -> None:
    assert weighted(Counts(read=1, like=1, comment=1, collect=1, reward=1)) == 10 + 5 + 2 + 1
    assert trending(Counts(), HALF_DAY_MS) == 1_000_000
    assert trending(Counts(reward=1), 0) == 1_000_000
    assert trending(Counts(read=1), 0) == trending(Counts(), 0) == 0
