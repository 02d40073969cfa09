"""Timer and author at once, and dying at any request: an article goes public once or not at all, as its row says."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from itertools import permutations
from typing import Any

import pytest

from feed.domain.articles import State
from feed.store import articles, outboxes, schema
from feed.store.client import Connection, Tables
from tests.operations.conftest import Clock
from tests.operations.crashes import Fault, Process, faults, guarded
from tests.operations.schedules import HOUR_MS, MINUTE_MS, Calendar
from tests.operations.shelf import everything
from tests.steps import Answer, InProcess, Product

ANN, BEN = 11, 12
Act = Callable[[Calendar, int, Fault | None], Process[Answer]]


@pytest.fixture
def calendar(
    product: Product,
    driver: InProcess,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    ample_budgets: None,  # noqa: ARG001 (before anything connects)
) -> Calendar:
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))
    store: Tables = request.getfixturevalue("store")
    product.given_people(ANN, BEN)
    product.follow(BEN, ANN)
    clock.advance(2 * MINUTE_MS)
    driver.sweep()
    return Calendar(product, driver, store, clock)


def private(calendar: Calendar) -> int:
    return int(calendar.product.publish(ANN, state="private")["id"])


def soon(calendar: Calendar) -> int:
    return calendar.schedule(ANN, MINUTE_MS)


def put_off(calendar: Calendar, article: int, fault: Fault | None = None) -> Process[Answer]:
    """To three hours from now."""
    return calendar.patching(ANN, article, fault, state="scheduled", publish_at=calendar.ahead(3 * HOUR_MS))


def cancel(calendar: Calendar, article: int, fault: Fault | None = None) -> Process[Answer]:
    return calendar.patching(ANN, article, fault, state="private")


def publish_now(calendar: Calendar, article: int, fault: Fault | None = None) -> Process[Answer]:
    return calendar.patching(ANN, article, fault, state="public")


def rewrite(calendar: Calendar, article: int, fault: Fault | None = None) -> Process[Answer]:
    return calendar.patching(ANN, article, fault, title="new", html="<p>four words of text</p>")


def delete(calendar: Calendar, article: int, fault: Fault | None = None) -> Process[Answer]:
    return Process(partial(calendar.product.call, "DELETE", f"/v1/articles/{article}", ANN), fault)


def promised(calendar: Calendar, ids: list[int]) -> dict[int, int]:
    """By their rows: which articles are or will be public, and from when on (0: already)."""
    found = [articles.require(calendar.store, article) for article in ids]
    return {article.id: article.publish_at_ms or 0 for article in found if article.public_state != "private"}


def check(calendar: Calendar, promises: dict[int, int]) -> None:
    """Public are those whose time has come, for everybody, once each, by a release that is finished."""
    went = {article for article, at_ms in promises.items() if at_ms <= calendar.now_ms}
    followed = calendar.product.followed(BEN, 100)
    assert (set(followed), len(followed)) == (went, len(went))
    assert followed == [item["id"] for item in calendar.product.walk(f"/v1/users/{ANN}/articles", None, 100)]
    releases = {release.sequence: release.article_id for release in outboxes.newest(calendar.store, ANN, None, 1000)[0]}
    for article in map(partial(articles.require, calendar.store), went):
        assert (article.state, article.publish_at_ms) == (State.PUBLIC, None)
        assert article.sequence is not None
        assert releases[article.sequence] == article.id


def live_on(calendar: Calendar, promises: dict[int, int]) -> None:
    """Past every time that was ever set, until nothing is left to do; checked on the way."""
    for hours in (1, 1, 2):
        calendar.pass_time(hours * HOUR_MS)
        calendar.pass_time(2 * MINUTE_MS)
        check(calendar, promises)
    assert everything(calendar.store, schema.WORK) == []


def check_released_once(calendar: Calendar, promises: dict[int, int]) -> None:
    assert {articles.require(calendar.store, article).delivery for article in promises} <= {1}


def check_counters(calendar: Calendar, promises: dict[int, int]) -> None:
    words = sum(articles.require(calendar.store, article).words for article in promises)
    profile = calendar.product.call("GET", f"/v1/users/{ANN}").body
    assert (profile["article_count"], profile["word_count"]) == (len(promises), words)


CHANGES: list[tuple[Callable[[Calendar], int], Act]] = [
    (private, put_off),
    (soon, put_off),
    (soon, cancel),
    (soon, publish_now),
    (soon, rewrite),
    (soon, delete),
]


def name_of(step: Callable[..., Any]) -> str:
    return step.__name__


@pytest.mark.parametrize(("given", "act"), CHANGES, ids=name_of)
def test_a_change_dies(calendar: Calendar, given: Callable[[Calendar], int], act: Act) -> None:
    """What its row says then is what happens: neither less, nor before the time that it names."""
    ids = [given(calendar)]
    done = act(calendar, ids[0], None).run()
    assert done.answer is not None
    assert done.answer.status in (200, 204)
    meant = articles.require(calendar.store, ids[0]).public_state
    for fault in faults(done.requests):
        article = given(calendar)
        ids.append(article)
        before = articles.require(calendar.store, article).public_state
        dying = act(calendar, article, fault).run()
        assert dying.met_its_fault
        after = articles.require(calendar.store, article).public_state
        assert after in (before, meant)
        assert dying.answer is None or dying.answer.status in (200, 204, 503)
        assert after == meant or dying.answer is None or dying.answer.status == 503
    promises = promised(calendar, ids)
    live_on(calendar, promises)
    check_released_once(calendar, promises)


@pytest.mark.parametrize("again", [True, False], ids=["again", "not again"])
def test_a_creation_dies(calendar: Calendar, again: bool) -> None:
    """With its repetition there is one article, without it at most one; again the row says when."""

    def create(key: str, fault: Fault | None = None) -> Process[Answer]:
        body = {"title": key, "html": "<p>x</p>", "state": "scheduled", "publish_at": publish_at}
        headers = {"Idempotency-Key": key}
        return Process(partial(calendar.product.call, "POST", "/v1/articles", ANN, body, headers), fault)

    publish_at = calendar.ahead(HOUR_MS)
    done = create("done").run()
    assert done.answer is not None
    assert done.answer.status == 201
    tried = [("done", done.answer)]
    for number, fault in enumerate(faults(done.requests)):
        dying = create(f"{number}", fault).run()
        assert dying.met_its_fault
        repeated = create(f"{number}").run() if again else dying
        if repeated.answer is not None and repeated.answer.status == 201:
            tried.append((f"{number}", repeated.answer))
        assert not again or repeated.answer is not None
    listed = calendar.product.walk(f"/v1/users/{ANN}/articles", ANN, 100)
    ids = {item["title"]: item["id"] for item in listed}
    assert len(ids) == len(listed)
    assert {title: answer.body["id"] for title, answer in tried}.items() <= ids.items()
    assert not again or len(ids) == len(faults(done.requests)) + 1
    promises = promised(calendar, list(ids.values()))
    assert promises.keys() == set(ids.values())
    live_on(calendar, promises)
    check_released_once(calendar, promises)


def test_the_timer_dies(calendar: Calendar) -> None:
    """The next tick, and the sweeper, finish what it leaves."""
    ids = [soon(calendar)]
    calendar.clock.advance(3 * MINUTE_MS)
    done = calendar.ticking().run()
    assert done.answer == {"released": 1, "failed": 0, "removed": 1, "handed_on": False}
    for fault in faults(done.requests):
        ids.append(soon(calendar))
        calendar.clock.advance(3 * MINUTE_MS)
        assert calendar.ticking(fault).run().met_its_fault
    promises = promised(calendar, ids)
    live_on(calendar, promises)
    check_released_once(calendar, promises)


def in_the_middle(first: Process[Any], requests: int, second: Process[Any]) -> None:
    """The second one's whole turn after so many requests of the first."""
    first.run(requests)
    second.run()
    first.run()


TICK, CHANGE = 24, 14
"""More requests than either sends: the last story is one after the other."""


@pytest.mark.parametrize("act", [put_off, cancel, publish_now, rewrite, delete], ids=name_of)
def test_the_timer_between_the_requests_of_a_change_and_the_other_way_round(calendar: Calendar, act: Act) -> None:
    """Nobody dies: what the author was answered is what happens, and every counter is right."""
    ids = []
    for timer_first, requests in [*((True, n) for n in range(TICK)), *((False, n) for n in range(CHANGE))]:
        article = soon(calendar)
        ids.append(article)
        calendar.clock.advance(MINUTE_MS)
        change, tick = act(calendar, article, None), calendar.ticking()
        in_the_middle(*((tick, requests, change) if timer_first else (change, requests, tick)))
        assert change.answer is not None
        assert tick.answer is not None
        assert tick.answer["failed"] == 0
        told = (change.answer.status, articles.require(calendar.store, article).public_state)
        assert told in OUTCOMES[act]
    calendar.driver.settle()
    promises = promised(calendar, ids)
    live_on(calendar, promises)
    check_released_once(calendar, promises)
    check_counters(calendar, promises)


OUTCOMES: dict[Act, list[tuple[int, str]]] = {
    put_off: [(200, "scheduled"), (409, "public")],
    cancel: [(200, "private")],
    publish_now: [(200, "public")],
    rewrite: [(200, "public")],
    delete: [(204, "private")],
}


@pytest.mark.parametrize(("first", "second"), list(permutations([put_off, cancel, publish_now], 2)), ids=name_of)
def test_of_two_changes_the_last_one_holds(calendar: Calendar, first: Act, second: Act) -> None:
    ids = []
    for requests in range(CHANGE):
        article = soon(calendar)
        ids.append(article)
        changes = first(calendar, article, None), second(calendar, article, None)
        in_the_middle(changes[0], requests, changes[1])
        answers = [change.answer for change in changes if change.answer is not None]
        assert [answer.status for answer in answers] in ([200, 200], [200, 409], [409, 200])
        last = max((answer.body for answer in answers if answer.status == 200), key=lambda body: int(body["version"]))
        assert articles.require(calendar.store, article).public_state == last["state"]
    calendar.driver.settle()
    promises = promised(calendar, ids)
    live_on(calendar, promises)
    check_released_once(calendar, promises)
    check_counters(calendar, promises)


@pytest.mark.parametrize("given", [private, soon], ids=name_of)
def test_a_time_that_comes_while_it_is_being_written(calendar: Calendar, given: Callable[[Calendar], int]) -> None:
    """The timer finds the alarm before the article has been written: it comes again."""
    ids = []
    for requests in range(CHANGE):
        article = given(calendar)
        ids.append(article)
        publish_at = calendar.ahead(2 * MINUTE_MS)
        slow = calendar.patching(ANN, article, None, state="scheduled", publish_at=publish_at).run(requests)
        calendar.clock.advance(2 * MINUTE_MS + 30_000)
        calendar.tick()
        slow.run()
        assert slow.answer is not None
        assert (slow.answer.status, slow.answer.body.get("state")) in [(200, "scheduled"), (409, None)]
        calendar.clock.advance(30_000)
        calendar.tick()
        assert articles.require(calendar.store, article).shown
    calendar.driver.settle()
    promises = promised(calendar, ids)
    live_on(calendar, promises)
    check_released_once(calendar, promises)


@pytest.mark.parametrize("seed", range(4))
def test_anything_at_once(calendar: Calendar, seed: int) -> None:
    """Authors and timers in any order and speed, some of which die; in the end the rows say what has happened."""
    chance = random.Random(seed)
    ids = [soon(calendar) for _ in range(6)]
    acts: list[Act] = [put_off, cancel, publish_now, rewrite]
    running: list[Process[Any]] = []
    for _ in range(300):
        if len(running) < 4:
            fault = chance.choice([None, None, chance.choice(faults(CHANGE))])
            if chance.random() < 0.4:
                running.append(calendar.ticking(fault))
            else:
                running.append(chance.choice(acts)(calendar, chance.choice(ids), fault))
        process = chance.choice(running)
        process.step()
        running = [each for each in running if not each.ended]
        if chance.random() < 0.1:
            calendar.clock.advance(chance.choice([1, 1000, 10_000]))
    for process in running:
        process.run()
    calendar.pass_time(2 * MINUTE_MS)
    promises = promised(calendar, ids)
    live_on(calendar, promises)
