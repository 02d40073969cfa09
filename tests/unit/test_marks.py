"""Read marks: nothing that was seen turns unread, nothing that came later is taken for seen."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.domain.marks import LOOK_BACK_MS, MOST_IDS, NOTHING_READ, STEP_BACK_MS, Mark, mark_of
from feed.errors import InvalidRequest

NOW = 1_790_000_000_000
ARRIVALS = st.dictionaries(st.integers(1, 2**63), st.integers(NOW, NOW + 10_000), max_size=40)
LOOKS = st.lists(ARRIVALS, max_size=5)


def seen(looks: list[dict[int, int]]) -> Mark:
    mark = NOTHING_READ
    for look in looks:
        mark = mark_of(((ms, id) for id, ms in look.items()), mark)
    return mark


def distinct(looks: list[dict[int, int]]) -> list[dict[int, int]]:
    """An article arrives once: the first look's stamp is its stamp in all."""
    known: dict[int, int] = {}
    return [{id: known.setdefault(id, ms) for id, ms in look.items()} for look in looks]


@given(LOOKS)
def test_what_was_looked_at_is_read_and_stays_so(looks: list[dict[int, int]]) -> None:
    mark = seen(distinct(looks))
    assert all(mark.covers(ms, id) for look in distinct(looks) for id, ms in look.items())


@given(LOOKS, st.integers(1, 2**63), st.integers(1, 100_000))
def test_what_comes_after_everything_seen_is_unread(looks: list[dict[int, int]], id: int, later: int) -> None:
    mark = seen(looks)
    if all(id not in look for look in looks):
        assert not mark.covers(max(mark.ms, NOW) + later, id)


@given(LOOKS.filter(lambda looks: any(looks)), st.integers(1, 2**63), st.integers(0, STEP_BACK_MS - 1))
def test_what_lands_with_an_older_stamp_is_unread(looks: list[dict[int, int]], id: int, back: int) -> None:
    mark = seen(looks)
    if all(id not in look for look in looks):
        assert not mark.covers(mark.ms - back, id)


@given(LOOKS, LOOKS)
def test_two_devices_together_have_read_what_either_has(one: list[dict[int, int]], other: list[dict[int, int]]) -> None:
    looks = distinct(one + other)
    mine, theirs = seen(looks[: len(one)]), seen(looks[len(one) :])
    both = mine.merged(theirs)
    assert both == theirs.merged(mine)
    assert all(both.covers(ms, id) for look in looks for id, ms in look.items())
    assert both.ms == max(mine.ms, theirs.ms)
    assert both.merged(mine) == both == both.merged(both)


@given(LOOKS)
def test_a_mark_survives_its_text(looks: list[dict[int, int]]) -> None:
    mark = seen(looks)
    assert Mark.decode(mark.encode()) == mark


def test_what_arrived_elsewhere_holds_the_mark_back_for_as_long_as_it_takes() -> None:
    months_ago = NOW - 80 * 86_400_000
    mark = mark_of([(NOW, 1)], NOTHING_READ, months_ago)
    assert Mark.decode(mark.encode()) == mark
    assert mark.covers(NOW, 1)
    assert mark.covers(months_ago, 2)
    assert not mark.covers(months_ago + 1, 2)


def test_a_crowd_in_one_moment_is_read_once_it_was_seen() -> None:
    crowd = [(NOW, id) for id in range(1, 1_001)]
    mark = mark_of(crowd, NOTHING_READ)
    assert len(mark.ids) <= MOST_IDS
    assert all(mark.covers(ms, id) for ms, id in crowd)
    later = mark_of([(NOW + 10, 5_000)], mark)
    assert all(later.covers(ms, id) for ms, id in crowd)


def test_a_crowd_beside_a_crowd() -> None:
    first = mark_of([(NOW, id) for id in range(1, 101)], NOTHING_READ)
    both = mark_of([(NOW + 500, id) for id in range(101, 201)], first)
    assert all(both.covers(NOW, id) for id in range(1, 101))
    assert all(both.covers(NOW + 500, id) for id in range(101, 201))
    assert not both.covers(NOW + 501, 999)


def test_looking_at_nothing_new_moves_nothing() -> None:
    mark = seen([{1: NOW}])
    assert mark_of([(NOW, 1)], mark) == mark == mark_of([], mark)


def test_the_look_back_reaches_an_hour_below_the_mark() -> None:
    assert seen([{1: NOW}]).floor_ms == NOW - LOOK_BACK_MS
    assert NOTHING_READ.floor_ms == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "AAAA",
        "%%%%",
        "ü",
        seen([{1: NOW}]).encode()[:-1],
        seen([{1: NOW}]).encode() + "AAAA",
        base64.urlsafe_b64encode(bytes(8) + bytes(6) + b"\xff\xff").decode(),
        base64.urlsafe_b64encode((5_000).to_bytes(8, "big") + bytes(8 + 8 * (MOST_IDS + 1))).decode().rstrip("="),
    ],
)
def test_a_damaged_mark_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        Mark.decode(text)
