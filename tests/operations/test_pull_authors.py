"""Authors with too many followers to tell: their readers fetch what is new, once each, whenever the bound moves."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed import wiring
from feed.domain.marks import Mark
from feed.operations import _pull, _rebuild
from feed.store import pulls, schema, sessions
from feed.store.client import Connection, Tables
from tests.operations.conftest import Calls, Clock
from tests.operations.crashes import Process, alternately, faults, guarded
from tests.operations.returns import HOUR_MS, MINUTE_MS, READER, Absence
from tests.steps import InProcess, Product

STAR, ANN, FANS = 1, 2, (50, 51, 52)
"""Three follow the star, and the first two of them Ann."""

Bound = Callable[[int], None]


@pytest.fixture
def absence(
    product: Product,
    driver: InProcess,
    tablestore: TablestoreFake,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    ample_budgets: None,  # noqa: ARG001 (before anything connects)
) -> Absence:
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))
    store: Tables = request.getfixturevalue("store")
    product.given_people(STAR, ANN, *FANS)
    for fan in FANS:
        product.follow(fan, STAR)
    for fan in FANS[:2]:
        product.follow(fan, ANN)
    return Absence(product, driver, tablestore, store, clock)


@pytest.fixture
def bound(absence: Absence, monkeypatch: pytest.MonkeyPatch) -> Bound:  # noqa: ARG001 (it sets the environment first)
    def move(followers: int) -> None:
        monkeypatch.setenv("FEED_PULL_FOLLOWERS", str(followers))
        wiring.forget()

    move(3)
    return move


def publish(absence: Absence, author: int = STAR, title: str = "t") -> int:
    """What is pushed is delivered."""
    return absence.publish(author, title)


def have(absence: Absence, *expected: int) -> None:
    """Everybody who follows the star, newest first, each once, and none of it has arrived twice."""
    for fan in FANS:
        assert absence.product.followed(fan) == list(expected)[::-1], fan
    first = absence.arrivals()
    assert absence.product.followed(READER) == list(expected)[::-1]
    assert absence.arrivals() == first


def in_inbox(absence: Absence) -> set[int]:
    return set(absence.arrivals())


@pytest.mark.usefixtures("bound")
def test_an_article_is_left_to_the_readers(absence: Absence) -> None:
    article = absence.product.publish(STAR)["id"]
    assert not absence.driver.queue, "nobody is told"
    report = absence.product.call("GET", f"/v1/articles/{article}/delivery", STAR).body
    assert (report["followers"], report["delivered"], report["deferred"], report["state"]) == (3, 0, 3, "done")
    assert in_inbox(absence) == set()
    have(absence, article)
    assert in_inbox(absence) == {article}
    pushed = publish(absence, ANN)
    assert absence.product.followed(READER) == [pushed, article]
    assert absence.product.followed(FANS[2]) == [article]


@pytest.mark.usefixtures("bound")
def test_a_count_finds_it_too(absence: Absence) -> None:
    absence.page()
    article = publish(absence)
    assert absence.unread()["unread"] == 1
    assert in_inbox(absence) == {article}
    page = absence.page()
    absence.read(page["mark"])
    assert absence.unread()["unread"] == 0
    assert absence.page()["items"][0]["unread"] is False


@pytest.mark.usefixtures("bound")
def test_what_is_fetched_a_day_late_is_unread(absence: Absence) -> None:
    article = publish(absence)
    absence.clock.advance(26 * HOUR_MS)
    newer = publish(absence, ANN)
    page = absence.product.call("GET", "/v1/timeline", FANS[2]).body
    absence.read(mark_of_another_device(absence, newer))
    absence.page()
    assert absence.unread()["unread"] == 1
    unread = absence.product.walk("/v1/timeline?unread=true", READER)
    assert [item["article"]["id"] for item in unread if item["reason"] == "follow"] == [article]
    assert page["items"][0]["unread"] is True


def mark_of_another_device(absence: Absence, article: int) -> str:
    arrived = absence.arrivals()[article]
    return Mark(arrived, arrived).encode()


def test_the_bound_moves_between_publications(absence: Absence, bound: Bound) -> None:
    expected = []
    for followers in (3, 0, 3, 4, 1, 0):
        bound(followers)
        expected.append(publish(absence, title=f"{followers}"))
        if followers == 4:
            have(absence, *expected)
    have(absence, *expected)
    assert in_inbox(absence) == set(expected)


def test_what_was_left_before_it_was_switched_off_is_found(absence: Absence, bound: Bound) -> None:
    """By the first page of a day, also of who had looked before it was switched on."""
    absence.page()
    left = publish(absence)
    bound(0)
    pushed = publish(absence)
    assert in_inbox(absence) == {pushed}
    absence.days_pass(1)
    have(absence, left, pushed)
    bound(3)
    left_too = publish(absence)
    bound(0)
    have(absence, left, pushed, left_too)


def test_what_is_pushed_is_left_to_the_push(absence: Absence, bound: Bound) -> None:
    """Whose plain put would renew the arrival of what a page has fetched."""
    left = publish(absence)
    bound(0)
    absence.days_pass(1)
    pushed = absence.product.publish(STAR)["id"]
    absence.page()
    assert in_inbox(absence) == {left}
    absence.product.settle()
    have(absence, left, pushed)


def test_followers_come_and_go_across_the_bound(absence: Absence) -> None:
    """Three is the bound; the author is pushed when one of them leaves."""
    expected = [publish(absence)]
    absence.product.unfollow(FANS[2], STAR)
    expected.append(publish(absence))
    before = pulls.find(absence.store)
    absence.product.follow(FANS[2], STAR)
    have(absence, *expected)
    assert pulls.find(absence.store) == before
    expected.append(publish(absence))
    have(absence, *expected)


@pytest.mark.usefixtures("bound")
def test_publishing_again_reaches_who_followed_meanwhile(absence: Absence, product: Product) -> None:
    """As a push would, at its old place, and as news, which it is to nobody else."""
    article = publish(absence)
    newer = publish(absence)
    have(absence, article, newer)
    first = absence.arrivals()
    product.change(STAR, article, state="private")
    have(absence, newer)
    product.given_people(60)
    product.follow(60, STAR)
    assert product.followed(60) == [newer]
    absence.clock.advance(5 * HOUR_MS)
    product.change(STAR, article, state="public")
    have(absence, article, newer)
    assert product.followed(60) == [newer, article]
    assert absence.arrivals() == first
    assert set(sessions.find(absence.store, 60).late) == {article}


def test_a_delivery_may_be_left_after_one_that_was_pushed_and_the_other_way_round(
    absence: Absence, bound: Bound, product: Product
) -> None:
    bound(0)
    pushed = absence.product.publish(STAR)["id"]
    absence.driver.queue.clear()  # to nobody yet
    product.change(STAR, pushed, state="private")
    bound(3)
    left = absence.product.publish(STAR)["id"]
    product.change(STAR, left, state="private")
    product.change(STAR, pushed, state="public")
    have(absence, pushed)
    bound(0)
    product.change(STAR, left, state="public")
    assert absence.driver.queue
    product.settle()
    have(absence, pushed, left)


@pytest.mark.usefixtures("bound")
def test_who_leaves_and_comes_back(absence: Absence, product: Product) -> None:
    article = publish(absence)
    have(absence, article)
    product.unfollow(READER, STAR)
    assert product.followed(READER) == []
    assert absence.session().pulled == {STAR: -1}
    missed = publish(absence)
    assert product.followed(READER) == []
    product.follow(READER, STAR)
    assert STAR not in absence.session().pulled
    assert product.followed(READER) == [missed, article]
    later = publish(absence)
    assert product.followed(READER) == [later, missed, article]


@pytest.mark.usefixtures("bound")
def test_who_was_away_for_weeks(absence: Absence) -> None:
    absence.page()
    absence.product.settle()
    absence.days_pass(40)
    left = [publish(absence) for _ in range(3)]
    pushed = publish(absence, ANN)
    page = absence.page()
    assert [item["article"]["id"] for item in page["items"]] == [pushed, *left[::-1]]
    assert page["rebuilding"] is False
    have_again = absence.arrivals()
    absence.page()
    assert absence.arrivals() == have_again


@pytest.mark.usefixtures("bound")
def test_what_a_page_costs(absence: Absence, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    """Session and range, then the cards; with something new who it is, the outbox, rows, mark, session, range again."""
    publish(absence)
    monkeypatch.setattr(_rebuild, "KEPT_MS", 2_000)
    spent = {}
    absence.page()
    for what in ("nothing new", "again"):
        calls()
        absence.page()
        (line,) = calls()
        spent[what] = (line["requests"], line["read_cu"])
    assert spent == {"nothing new": (3, 3), "again": (3, 3)}
    publish(absence)
    absence.clock.advance(2_000)
    calls()
    absence.page()
    (line,) = calls()
    assert (line["requests"], line["write_cu"]) == (3 + 6, 2)


def test_nothing_is_asked_where_nobody_was_ever_left(
    absence: Absence, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_rebuild, "KEPT_MS", 2_000)
    publish(absence)
    absence.page()
    calls()
    absence.page()
    absence.unread()
    assert [line["requests"] for line in calls()] == [3, 2]


@pytest.mark.usefixtures("bound")
def test_a_page_reads_so_many_outboxes_and_leaves_the_rest_to_the_next(
    absence: Absence, bound: Bound, product: Product
) -> None:
    stars = range(100, 100 + 2 * _pull.MOST_OUTBOXES + 3)
    bound(1)
    product.given_people(*stars)
    for star in stars:
        product.follow(READER, star)
    ids = {product.publish(star)["id"] for star in stars}
    assert [absence.page()["rebuilding"] for _ in range(4)] == [True, True, False, False]
    assert in_inbox(absence) == ids


@pytest.mark.usefixtures("bound")
def test_whom_the_reader_does_not_follow_is_asked_about_once(absence: Absence, bound: Bound, product: Product) -> None:
    bound(1)
    product.given_people(100, 101)
    product.follow(101, 100)
    product.publish(100)
    absence.page()
    assert absence.session().pulled == {100: -1}
    absence.tablestore.reset_requests()
    absence.page()
    requests = absence.tablestore.requests()
    assert schema.RELATIONS not in requests["BatchGetRow"]
    assert schema.OUTBOXES not in requests["GetRange"]


# --- crashes and races ---


@pytest.mark.usefixtures("bound")
def test_a_publication_dies(absence: Absence) -> None:
    def publishing(title: str, fault: Any = None) -> Process[Any]:
        body = {"title": title, "html": "<p>t</p>", "state": "public"}
        headers = {"Idempotency-Key": title}
        return Process(partial(absence.product.call, "POST", "/v1/articles", STAR, body, headers), fault)

    publishing("first").run()  # which makes sure of the author's row
    whole = publishing("whole").run()
    assert whole.answer is not None
    assert whole.answer.status == 201
    for number, fault in enumerate(faults(whole.requests)):
        assert publishing(f"{number}", fault).run().met_its_fault
        absence.clock.advance(3 * MINUTE_MS)
        absence.driver.sweep()
        absence.product.settle()
        shown = [item["id"] for item in absence.product.walk(f"/v1/users/{STAR}/articles", None, 100)]
        for fan in FANS:
            assert absence.product.followed(fan, 100) == shown, str(fault)


def given_news(absence: Absence) -> list[int]:
    """Of two authors, one of whom is left to the readers; nobody has looked since."""
    return [publish(absence), publish(absence, ANN), publish(absence)]


def check(absence: Absence, expected: list[int], why: object) -> None:
    seen = absence.product.followed(READER, 50)
    assert seen == expected[::-1], why
    absence.read(absence.page()["mark"])
    assert absence.unread()["unread"] == 0, why


@pytest.mark.usefixtures("bound")
@pytest.mark.parametrize("hours", [0, 3])
def test_a_page_dies(absence: Absence, hours: int) -> None:
    """Another device has read what came hours later: what the page brings is unread all the same."""
    expected = given_news(absence)
    whole = absence.paging().run()
    check(absence, expected, "whole")
    for fault in faults(whole.requests):
        news = given_news(absence)
        absence.clock.advance(hours * HOUR_MS)
        later = publish(absence, ANN)
        expected += [*news, later]
        absence.read(mark_of_another_device(absence, later))
        absence.paging(fault).run()
        arrived = absence.arrivals()
        absence.page()
        assert {id: ms for id, ms in absence.arrivals().items() if id in arrived} == arrived, str(fault)
        unread = {item["article"]["id"] for item in absence.product.walk("/v1/timeline?unread=true", READER, 50)}
        assert unread >= {news[0], news[2]}, str(fault)
        check(absence, expected, fault)


@pytest.mark.usefixtures("bound")
def test_an_article_is_published_between_any_two_requests(absence: Absence) -> None:
    expected = given_news(absence)
    whole = absence.paging().run().requests
    for requests in range(whole + 1):
        expected += given_news(absence)
        page = absence.paging().run(requests)
        expected.append(publish(absence))
        page.run()
        check(absence, expected, requests)


@pytest.mark.usefixtures("bound")
def test_two_pages_at_once(absence: Absence) -> None:
    expected = given_news(absence)
    whole = absence.paging().run().requests
    for lead in range(whole + 1):
        expected += given_news(absence)
        pages = absence.paging(), absence.paging()
        alternately(*pages, lead)
        arrived = absence.arrivals()
        for page in pages:
            assert page.answer is not None
            seen = [item["article"]["id"] for item in page.answer.body["items"]]
            assert len(seen) == len(set(seen)), lead
        check(absence, expected, lead)
        assert absence.arrivals() == arrived, lead


@pytest.mark.usefixtures("bound")
def test_the_reader_follows_between_any_two_requests(absence: Absence, product: Product) -> None:
    """The page has found that they do not, and must not say so for good."""
    expected = given_news(absence)
    product.unfollow(READER, STAR)
    whole = absence.paging().run().requests
    product.follow(READER, STAR)
    for requests in range(whole + 3):
        product.unfollow(READER, STAR)
        expected += given_news(absence)
        page = absence.paging().run(requests)
        product.follow(READER, STAR)
        page.run()
        expected.append(publish(absence))
        assert absence.product.followed(READER, 50)[:4] == expected[:-5:-1], requests
        product.unfollow(READER, STAR)
        page = absence.paging().run(requests)
        product.follow(READER, STAR)
        product.unfollow(READER, STAR)
        page.run()
        assert {item["author"]["id"] for item in product.inbox(READER)} == {ANN}
        product.follow(READER, STAR)


@pytest.mark.parametrize("seed", range(3))
def test_anything_in_any_order(absence: Absence, bound: Bound, product: Product, seed: int) -> None:
    """The bound moves, people come and go, articles are withdrawn and published again, minutes and days pass."""
    chance = random.Random(seed)
    shown: dict[int, bool] = {}
    for step in range(60):
        act = chance.randrange(7)
        if act == 0:
            bound(chance.choice([0, 1, 2, 3]))
        elif act in (1, 2):
            shown[product.publish(STAR, f"{step}")["id"]] = True
        elif act == 3 and shown:
            article = chance.choice(list(shown))
            shown[article] = not shown[article]
            product.change(STAR, article, state="public" if shown[article] else "private")
        elif act == 4:
            absence.clock.advance(chance.choice([1_000, 10 * MINUTE_MS, 26 * HOUR_MS]))
        elif act == 5:
            product.followed(chance.choice(FANS), 5)
        elif chance.random() < 0.5:
            absence.product.settle()
    product.settle()
    absence.clock.advance(3 * MINUTE_MS)
    absence.driver.sweep()
    product.settle()
    expected = [item["id"] for item in product.walk(f"/v1/users/{STAR}/articles", None, 100)]
    for fan in FANS:
        for _ in range(2):
            product.call("GET", "/v1/timeline", fan)
            product.settle()
        assert product.followed(fan, 100) == expected, fan
