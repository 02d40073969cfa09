"""Whole tables read in parts: every row once, wherever a page ends, and a place that survives being written down."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from feed.domain.ids import MAX_ID, hashed
from feed.store import stretches
from feed.store.client import Tables
from feed.store.personal import just_before
from feed.store.rows import Bound, End, Page, Row
from feed.store.schema import KEY_NAMES, RELATIONS
from feed.store.stretches import ALL, Stretch

ids = some.integers(min_value=1, max_value=MAX_ID)


class Rows(Tables):
    """So many rows of relations, in pages of three, one part after the other."""

    def __init__(self, keys: list[tuple[str, str]]) -> None:
        self.keys = sorted(keys)

    def together(self, *work: Any) -> list[Any]:
        return [each() for each in work]

    def scan(self, table: str, start: Bound, end: Bound, **_: Any) -> Page:
        behind = [key for key in self.keys if _place(start) <= _place(key) < _place(end)]
        rows: list[Row] = [dict(zip(KEY_NAMES[table], key, strict=True)) for key in behind[:3]]
        return Page(rows, behind[3] if len(behind) > 3 else None)


def _place(bound: Bound) -> list[tuple[int, str]]:
    order = {End.MIN: 0, End.MAX: 2}
    return [(order[each], "") if isinstance(each, End) else (1, str(each)) for each in bound]


@given(some.sets(some.tuples(ids, ids), max_size=60))
def test_every_row_is_read_once(pairs: set[tuple[int, int]]) -> None:
    keys = [(hashed(author), hashed(follower)) for author, follower in pairs]
    left, found, most = [ALL], [], 0
    while left:
        rows, left = stretches.read_some(Rows(keys), RELATIONS, left)
        found += [(row["author_key"], row["follower_key"]) for row in rows]
        most = max(most, len(left))
        left = list(stretches.decode(stretches.encode(left)))
    assert sorted(found) == sorted(keys)
    assert most <= stretches.SIDE_BY_SIDE


@given(ids, some.sets(ids, max_size=20))
def test_a_partition_is_one_key(wanted: int, others: set[int]) -> None:
    keys = [(hashed(author), hashed(1)) for author in {wanted, *others}]
    rows, left = stretches.read(Rows(keys), RELATIONS, stretches.of_key(hashed(wanted)))
    assert [row["author_key"] for row in rows] == [hashed(wanted)]
    assert left is None


def test_a_partition_is_not_one_whose_key_begins_alike() -> None:
    rows, left = stretches.read(Rows([("00ab:1", "x"), ("00ab:12", "x")]), RELATIONS, stretches.of_key("00ab:1"))
    assert ([row["author_key"] for row in rows], left) == (["00ab:1"], None)


@given(some.sampled_from("0123456789abcdef"), some.none() | some.sampled_from("0123456789abcdef"))
def test_parts_lie_end_to_end(first: str, end: str | None) -> None:
    parts = Stretch((f"{first}a:1", "x"), end).cut()
    assert parts[0].start == (f"{first}a:1", "x")
    assert parts[-1].end == end
    for one, other in itertools.pairwise(parts):
        assert other.start == (one.end,)


@given(ids, ids)
def test_a_place_just_before_a_key_passes_nobody_by(person: int, other: int) -> None:
    """The same followers lie behind it, but for the person."""
    prefix = hashed(person)[:5]
    key, another = hashed(person), f"{prefix}{other}"
    place = just_before(key)
    assert place < key
    assert str(person) not in place[5:]
    if other != person:
        assert (another < place) == (another < key)
