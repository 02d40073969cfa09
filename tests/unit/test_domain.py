"""The pure rules: ids and hashed keys, cursors, shards, epochs, words."""

from __future__ import annotations

import base64
from collections import Counter
from itertools import pairwise
from math import ceil, log2
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.domain import cursors
from feed.domain.fanout import (
    HASH_SPACE,
    Follower,
    Job,
    first_shards,
    first_write_is_plain,
    is_abandoned,
    is_hopeless,
    may_acquire,
    next_shards,
    shard_range,
    width_for,
)
from feed.domain.ids import MAX_ID, hashed, new_article_id, unhashed
from feed.domain.relations import Entry, Relation, agrees, current_entry, next_entry
from feed.domain.warmth import Due, due, is_cold, owed_from_ms
from feed.domain.words import beginning, count_words
from feed.errors import InvalidRequest

IDS = st.integers(1, MAX_ID)
ASCII = st.text(st.characters(max_codepoint=127), max_size=60)
YEAR_2094_MS = 3_900_000_000_000


@given(st.integers(1_735_689_600_000, YEAR_2094_MS), st.integers(0, 2**64))
def test_article_ids_are_json_safe_and_grow_with_time(now_ms: int, bits: int) -> None:
    id = new_article_id(now_ms, bits)
    assert 0 <= id <= MAX_ID
    assert new_article_id(now_ms + 1, 0) > id


@given(IDS)
def test_a_hashed_key_gives_its_id_back(id: int) -> None:
    assert unhashed(hashed(id)) == id


@given(st.integers(1, 300), IDS)
def test_every_follower_is_in_exactly_one_shard(width: int, follower: int) -> None:
    ranges = [shard_range(shard, width) for shard in range(width)]
    assert sum(start <= hashed(follower) < end for start, end in ranges) == 1
    assert all(end == start for (_, end), (start, _) in pairwise(ranges))


def test_the_hash_spreads_people_evenly_over_shards() -> None:
    ranges = [shard_range(shard, 16) for shard in range(16)]
    keys = [hashed(id) for id in range(16_000)]
    assert all(850 < sum(start <= key < end for key in keys) < 1150 for start, end in ranges)


@given(st.integers(0, 10**9), st.integers(1, 10**5), st.integers(1, 64))
def test_width_is_one_worker_per_full_invocation_within_its_limits(followers: int, each: int, widest: int) -> None:
    width = width_for(followers, each, widest, pull_from=0)
    assert width in range(1, widest + 1)
    assert width == widest or width * each >= followers
    assert (width == 1) == (followers <= each or widest == 1)
    assert width_for(followers, each, widest, pull_from=followers + 1) == width
    assert width_for(followers, each, widest, pull_from=max(1, followers)) == (0 if followers else width)


@given(st.integers(1, 100))
def test_every_shard_is_started_once(width: int) -> None:
    started = list(first_shards(width))
    for shard in started:
        started += next_shards(shard, width)
    assert sorted(started) == list(range(width))


def levels(width: int) -> list[int]:
    """By shard, how many starts it waits for after the publisher's."""
    found = dict.fromkeys(first_shards(width), 0)
    for shard in range(width):
        found |= dict.fromkeys(next_shards(shard, width), found[shard] + 1)
    return [found[shard] for shard in range(width)]


@pytest.mark.parametrize("followers", [1, 500, 501, 1_000, 2_500, 9_999, 31_999, 32_001, 64_000, 100_000])
def test_dependent_invocations_are_bounded(followers: int) -> None:
    """Publisher, starts, then the chain of each shard, for real hashes: 1 + log2 W + N / (W K), all rounded up."""
    each = 500
    width = width_for(followers, each, 64, pull_from=0)
    sizes = Counter(int(hashed(id)[:4], 16) * width // HASH_SPACE for id in range(1, followers + 1))
    depth = max(1 + level + max(1, -(-sizes[shard] // each)) for shard, level in enumerate(levels(width)))
    assert depth <= 1 + ceil(log2(width)) + -(-followers // (width * each))


def job(**changes: Any) -> Job:
    row: dict[str, Any] = {
        "article_id": 1,
        "delivery": 1,
        "shard": 0,
        "start_key": "0000",
        "end_key": "g",
        "cursor": "0000",
        "owner": "",
        "lease_until_ms": 0,
        "suspect": False,
        "delivered": 0,
        "deferred": 0,
        "started_ms": None,
        "finished_ms": None,
        "updated_ms": 0,
    }
    return Job(**{**row, **changes})


def test_a_lease_is_respected_until_its_owners_last_request_is_over() -> None:
    held = job(owner="a", lease_until_ms=1000)
    assert not may_acquire(held, 1500, margin_ms=500)
    assert may_acquire(held, 1501, margin_ms=500)
    assert may_acquire(job(), 0, margin_ms=500)


def test_a_shard_that_keeps_failing_is_left_alone_for_longer_each_time() -> None:
    pauses = [next(s for s in range(10_000) if is_abandoned(job(tries=tries), s * 1000, 0)) for tries in range(12)]
    assert pauses == [61, 121, 241, 481, *[901] * 8]
    assert not is_abandoned(job(finished_ms=1), 10**9, 0)
    assert not is_abandoned(job(dead_ms=1), 10**9, 0)


def test_a_shard_is_given_up_after_many_tries_and_a_long_time() -> None:
    hour = 3_600_000
    assert is_hopeless(job(tries=8, failing_ms=0), hour + 1)
    assert not is_hopeless(job(tries=7, failing_ms=0), hour + 1)
    assert not is_hopeless(job(tries=8, failing_ms=0), hour)
    assert not is_hopeless(job(tries=8), hour + 1)


def test_only_a_first_untroubled_delivery_to_a_settled_follower_is_a_plain_put() -> None:
    day = 86_400_000
    settled = Follower("k", followed_ms=0, seen_day=0, warm_ms=0)
    assert first_write_is_plain(job(), settled, published_ms=day)
    assert first_write_is_plain(job(), settled._replace(seen_day=None), published_ms=99 * day)
    for since_ms in (day - 1, day):
        assert not first_write_is_plain(job(), settled._replace(followed_ms=since_ms), published_ms=day)
        assert not first_write_is_plain(job(), settled._replace(warm_ms=since_ms), published_ms=day)
    assert not first_write_is_plain(job(suspect=True), settled, published_ms=day)
    assert not first_write_is_plain(job(delivery=2), settled, published_ms=day)


def test_whoever_may_be_about_to_come_back_gets_no_plain_put() -> None:
    day = 86_400_000
    reader = Follower("k", followed_ms=0, seen_day=10, warm_ms=0)
    assert first_write_is_plain(job(), reader, published_ms=36 * day - 1)
    assert not first_write_is_plain(job(), reader, published_ms=36 * day)


@given(st.none() | st.integers(0, 30_000), st.integers(0, 30_000), st.integers(0, 30_000 * 86_400_000))
def test_what_is_kept_from_a_reader_is_owed_on_their_return(
    refreshed_day: int | None, followed_day: int, published_ms: int
) -> None:
    """Their rows know of a visit as late as the session, or of their follow; both may be a day behind."""
    day = 86_400_000
    seen_day = max(refreshed_day or 0, followed_day)
    back_ms = published_ms + 89 * day
    if is_cold(seen_day - 1, published_ms):
        assert owed_from_ms(refreshed_day, followed_day * day, back_ms) <= published_ms
        assert due(refreshed_day, back_ms // day) is Due.REBUILD


@given(st.text(max_size=20), st.none() | IDS, st.tuples(st.integers(0, 2**63 - 1), ASCII))
def test_a_cursor_gives_its_position_back_to_its_own_caller_alone(
    name: str, caller: int | None, position: tuple[int, str]
) -> None:
    cursor = cursors.encode(name, caller, list(position))
    assert cursors.decode(name, caller, cursor, (int, str)) == position
    for other_name, other_caller in [(name + "x", caller), (name, 7 if caller is None else None)]:
        with pytest.raises(InvalidRequest):
            cursors.decode(other_name, other_caller, cursor, (int, str))
    with pytest.raises(InvalidRequest):
        cursors.decode(name, caller, cursor, (str, int))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_damaged_cursor_gets_through(damaged: bytes) -> None:
    for cursor in (base64.urlsafe_b64encode(damaged).decode(), damaged.decode("latin-1")):
        with pytest.raises(InvalidRequest):
            cursors.decode("timeline", 1, cursor, (int, int))


@pytest.mark.parametrize("position", [[2**63, 1], [-1, 1], [True, 1], [1], [1, 2, 3], ["1", 1]])
def test_a_made_up_position_with_the_right_mark_is_refused(position: list[Any]) -> None:
    with pytest.raises(InvalidRequest):
        cursors.decode("timeline", 1, cursors.encode("timeline", 1, position), (int, int))


@given(st.integers(0, 2**50), st.booleans(), st.booleans(), st.integers(0, 2**50))
def test_epochs_only_grow_and_never_lag_the_clock(epoch: int, was: bool, on: bool, now_ms: int) -> None:
    new = next_entry(Entry(epoch, was), on=on, now_ms=now_ms)
    assert new.epoch > epoch
    assert new.epoch >= now_ms
    assert Entry.decode(new.encode()) == new


def test_the_session_entry_outweighs_the_relation_row() -> None:
    followed = Relation(follower_id=1, author_id=2, epoch=5, followed_ms=5)
    assert current_entry(None, followed) == Entry(5, on=True)
    assert current_entry(None, None) == Entry(0, on=False)
    left = Entry(9, on=False)
    assert current_entry(left, followed) == left
    assert not agrees(followed, left)
    assert agrees(None, left)
    assert agrees(Relation(1, 2, 9, None), left)
    assert not agrees(None, Entry(9, on=True))


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("three 汉字", 3), ("it's a well-known fact", 4), ("今天天气很好。", 6), ("a1 b2, c3!", 3), ("—…!", 0)],
)
def test_words(text: str, words: int) -> None:
    assert count_words(text) == words


@given(st.text(), st.integers(1, 200))
def test_a_beginning_fits(text: str, longest: int) -> None:
    start = beginning(text, longest)
    assert len(start) <= longest
    assert "\n" not in start


@pytest.mark.parametrize(
    ("text", "longest", "start"),
    [
        ("雨停了。 山更近。", 20, "雨停了。山更近。"),
        ("他说： “走吧。” 于是走了", 20, "他说：“走吧。”于是走了"),
        ("开头 正文", 20, "开头 正文"),
        ("Tea, then 茶。 Then rain.", 30, "Tea, then 茶。 Then rain."),
        ("雨停了。山更近，", 5, "雨停了…"),
        ("It rained. Then it", 11, "It rained…"),
        ("Really? Yes", 8, "Really?…"),
        ("。。。。", 3, "…"),
    ],
)
def test_a_beginning_is_set_as_its_language_is(text: str, longest: int, start: str) -> None:
    assert beginning(text, longest) == start
