"""Notifications in groups: what belongs together, whom a group names, and walks while things happen."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feed.domain.notices import DAY_MS, Kind, Notice, Place, Subject
from feed.operations.notifications import _grouped
from feed.store import notifications
from feed.store.client import Tables
from tests.operations import shelf
from tests.operations.conftest import Calls, Clock
from tests.operations.news import GROUPED, read, unread
from tests.steps import Product

ANN = 11
ARTICLES = (1, 2, 3)
NOON_MS = shelf.NOW_MS // DAY_MS * DAY_MS - DAY_MS // 2
"""Yesterday."""


@pytest.fixture(autouse=True)
def articles(product: Product, store: Tables) -> None:
    product.given_people(ANN)
    shelf.put_articles(store, *(shelf.article(id, ANN, title=f"{id}") for id in ARTICLES))


def tell(store: Tables, *notices: Notice, user: int = ANN, on: bool = True) -> None:
    for start in range(0, len(notices), 200):
        store.write_all(*(notifications.tell(user, each, on=on) for each in notices[start : start + 200]))


def likes(article: int, at_ms: int, actors: Iterable[int]) -> list[Notice]:
    """One a millisecond, the last of them the newest."""
    return [Notice(Kind.LIKE, at_ms + n, actor, article) for n, actor in enumerate(actors)]


def said(group: Any) -> tuple[str, int | None, list[int], int, int | None]:
    about = group["article"] and group["article"]["id"]
    return group["kind"], about, [user["id"] for user in group["users"]], group["others"], group["amount_fen"]


def groups(product: Product, size: int = 20) -> list[Any]:
    return [said(group) for group in product.walk(GROUPED, ANN, size)]


# --- groups -----------------------------------------------------------------------------------------------------------


def test_what_is_told_together(product: Product, store: Tables) -> None:
    """One kind, one article, one day; the newest group first, and the newest three people by name."""
    tell(store, *likes(1, NOON_MS, range(100, 105)), *likes(1, NOON_MS - DAY_MS, [100]))
    tell(store, *likes(2, NOON_MS + 2, [100, 101]), Notice(Kind.COMMENT, NOON_MS, 100, 1))
    tell(store, *(Notice(Kind.FOLLOW, NOON_MS - n, 110 + n) for n in range(1, 5)))
    tips = [(9, 104, 500, "a"), (8, 104, 200, "b"), (7, 105, 1000, "c")]
    tell(store, *(Notice(Kind.TIP, NOON_MS + n, actor, 3, fen, order) for n, actor, fen, order in tips))
    expected = [
        ("tip", 3, [104, 105], 0, 1700),
        ("like", 1, [104, 103, 102], 2, None),
        ("like", 2, [101, 100], 0, None),
        ("comment", 1, [100], 0, None),
        ("follow", None, [111, 112, 113], 1, None),
        ("like", 1, [100], 0, None),
    ]
    for size in (1, 2, 5, 20):
        assert groups(product, size) == expected
    first = product.call("GET", f"{GROUPED}&size=1", ANN).body["items"][0]
    assert first["article"] == {"id": 3, "title": "3"}
    assert first["users"][0] == {"id": 104, "nickname": "user 104", "avatar_url": None}


def test_what_is_undone_or_hidden_leaves_its_group(product: Product, store: Tables) -> None:
    product.given_people(100, 101)
    given = likes(1, NOON_MS, [100, 101, 102])
    tell(store, *given, *likes(2, NOON_MS, [101]), *likes(3, NOON_MS, [102]))
    tell(store, given[2], on=False)
    assert groups(product) == [
        ("like", 1, [101, 100], 0, None),
        ("like", 3, [102], 0, None),
        ("like", 2, [101], 0, None),
    ]
    assert product.call("PUT", "/v1/blocks/101", ANN).status == 200
    assert groups(product) == [("like", 1, [100], 0, None), ("like", 3, [102], 0, None)]
    tell(store, given[0], on=False)
    assert groups(product) == [("like", 3, [102], 0, None)]
    assert product.call("DELETE", "/v1/articles/3", ANN).status == 204
    assert groups(product) == []


def test_a_group_is_unread_as_long_as_anything_of_it_is(product: Product, store: Tables, clock: Clock) -> None:
    now = clock.now_ms()
    tell(store, *likes(1, now, [100]), *likes(2, now - 5, [100]))
    assert read(product, ANN, unread(product, ANN)["mark"]).status == 200
    clock.advance(5_000)
    tell(store, *likes(2, now - 10, [101]))
    found = product.walk(GROUPED, ANN)
    assert [(group["article"]["id"], group["unread"]) for group in found] == [(1, False), (2, True)]
    page = product.call("GET", GROUPED, ANN).body
    assert read(product, ANN, page["mark"]).status == 200
    assert unread(product, ANN)["unread"] == 0


def test_many_days_take_few_requests(product: Product, store: Tables, calls: Calls) -> None:
    tell(store, *(Notice(Kind.LIKE, NOON_MS - day * DAY_MS, 100, 1) for day in range(40)))
    calls()
    page = product.call("GET", GROUPED, ANN).body
    (line,) = calls()
    assert len(page["items"]) == 20
    assert line["requests"] == 3


def test_groups_that_cannot_be_shown_take_few_requests(product: Product, store: Tables, calls: Calls) -> None:
    """Of two hundred articles that are gone by now, behind one that is there."""
    tell(store, *(Notice(Kind.LIKE, NOON_MS + n, 100, 1_000 + n) for n in range(200)))
    tell(store, *likes(2, NOON_MS + 200, [100]), *likes(1, NOON_MS - 1, [100]))
    calls()
    page = product.call("GET", f"{GROUPED}&size=2", ANN).body
    (line,) = calls()
    assert [said(group) for group in page["items"]] == [("like", 2, [100], 0, None), ("like", 1, [100], 0, None)]
    assert line["requests"] <= 25


# --- walks ------------------------------------------------------------------------------------------------------------

_events = st.builds(
    lambda kind, at_ms, actor, article: Notice(kind, at_ms, actor, article),
    st.sampled_from([Kind.LIKE, Kind.COMMENT]),
    st.builds(lambda day, ms: NOON_MS - day * DAY_MS + ms, st.integers(0, 2), st.integers(0, 3)),
    st.integers(100, 104),
    st.sampled_from(ARTICLES),
)
_changes = st.lists(st.one_of(st.tuples(_events, st.booleans()), st.integers(0, 40)), max_size=4)
"""What is told or taken back; a number takes back one of those that stood."""
_users = itertools.count(10_000)


@dataclass
class Model:
    """What was told and taken back, in the order of events."""

    told: set[Notice] = field(default_factory=set)
    gone: set[Notice] = field(default_factory=set)

    def change(self, notice: Notice, on: bool) -> None:
        (self.told if on else self.gone).add(notice)

    def standing(self) -> list[Notice]:
        return sorted(self.told - self.gone, key=place, reverse=True)


def place(notice: Notice) -> Place:
    return notice.at_ms, notice.event


def by_subject(notices: Iterable[Notice]) -> dict[Subject, list[Notice]]:
    found: dict[Subject, list[Notice]] = {}
    for notice in notices:
        found.setdefault(notice.subject, []).append(notice)
    return found


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.integers(1, 3), st.lists(st.tuples(_events, st.booleans()), max_size=40), st.lists(_changes, max_size=8))
def test_a_walk_shows_each_group_once_whatever_happens_meanwhile(
    product: Product, store: Tables, clock: Clock, size: int, before: Any, between: Any
) -> None:
    """What comes late, at whatever place, is no part of it; what is taken back leaves its group where it was."""
    user, model = next(_users), Model()
    shelf.put_articles(store, *(shelf.article(id, user) for id in ARTICLES))

    def change(notice: Notice, on: bool) -> None:
        tell(store, notice, user=user, on=on)
        model.change(notice, on)

    # a reader likes an article once a day at most
    for notice, on in {(n.subject, n.actor_id, on): (n, on) for n, on in before}.values():
        change(notice, on)
    clock.advance(10)
    standing = model.standing()
    expected = list(by_subject(standing).values())
    pages = product.pages(GROUPED, user, size)
    for changes in itertools.chain(between, itertools.repeat([])):
        page = next(pages, None)
        if page is None:
            break
        shown: list[Any] = []
        while expected and len(shown) < size:
            left = [notice for notice in expected.pop(0) if notice not in model.gone]
            people = list(dict.fromkeys(notice.actor_id for notice in left))
            if left:
                shown.append((left[0].kind.value, left[0].article_id, people[:3], len(people[3:]), None))
        assert [said(group) for group in page["items"]] == shown
        clock.advance(10)
        for step in changes:
            if not isinstance(step, int):
                change(*step)
            elif standing:
                change(standing[step % len(standing)], on=False)
        clock.advance(10)
    assert expected == []


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.integers(1, 4), st.lists(_events, max_size=60, unique=True))
def test_days_of_more_than_a_page_may_read_are_told_in_pieces(
    product: Product, store: Tables, size: int, given: list[Notice]
) -> None:
    """Everything is told once; of a day too long, a group comes again for what lies behind."""
    user = next(_users)
    shelf.put_articles(store, *(shelf.article(id, user) for id in ARTICLES))
    tell(store, *given, user=user)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("_FIRST_LOOK", 3), ("MOST_PER_ROUND", 4), ("MOST_LOOKED_AT", 9)):
            patch.setattr(_grouped, name, value)
        found = product.walk(GROUPED, user, size)
    days = {day: [each for each in given if each.at_ms // DAY_MS == day] for day in {n.at_ms // DAY_MS for n in given}}
    pieces = sum(-(-len(rows) // 9) for rows in days.values())
    if pieces == len(days):
        expected = by_subject(sorted(given, key=place, reverse=True))
        assert [(group["kind"], group["article"]["id"]) for group in found] == [key[:2] for key in expected]
    told = {(n.kind.value, n.article_id, n.actor_id, n.at_ms // DAY_MS) for n in given}
    counted = sum(len(group["users"]) + group["others"] for group in found)
    assert len(told) <= counted <= len(given)
    assert sorted((group["at"] for group in found), reverse=True)[:1] == [group["at"] for group in found][:1]


def test_a_page_reads_no_more_than_five_thousand_rows(
    product: Product, store: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here nine: a short page with a cursor, and a whole group where there is room for its day."""
    for name, value in (("_FIRST_LOOK", 3), ("MOST_PER_ROUND", 4), ("MOST_LOOKED_AT", 9)):
        monkeypatch.setattr(_grouped, name, value)
    tell(store, *likes(1, NOON_MS, range(100, 106)), *likes(1, NOON_MS - DAY_MS, range(100, 106)))
    tell(store, *likes(2, NOON_MS - 2 * DAY_MS, range(100, 112)))
    pages = [[said(group)[1:4] for group in page["items"]] for page in product.pages(GROUPED, ANN)]
    assert pages == [
        [(1, [105, 104, 103], 3)],
        [(1, [105, 104, 103], 3)],
        [(2, [111, 110, 109], 6)],
        [(2, [102, 101, 100], 0)],
    ]
