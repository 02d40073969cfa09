"""Takedowns: hidden from everybody but the author, who cannot undo it, whatever happens at once; and put back whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from alifakes.tablestore.app import TablestoreFake
from benchmarks.stage import AMPLE
from feed import wiring
from feed.domain.articles import SHOWN_STATES, Article, State
from feed.errors import FeedError, NotFound, OutcomeUnknown
from feed.store import articles, schema, work
from feed.store.articles import Takedown
from feed.store.client import Connection, Tables
from tests.operations import shelf
from tests.operations.conftest import Clock
from tests.operations.crashes import Process, faults, guarded
from tests.operations.fans import ANN, FANS, arrivals, everybody_has, given_followers_of_some_days
from tests.operations.operators import WHY, Operators
from tests.operations.schedules import HOUR_MS, MINUTE_MS, Calendar
from tests.steps import Answer, InProcess, Product

BEN, CLO = FANS[0], 40


@pytest.fixture
def stage(product: Product, driver: InProcess, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))
    monkeypatch.setenv("FEED_BUDGETS", AMPLE)
    wiring.forget()
    product.given_people(CLO)
    given_followers_of_some_days(product, clock)
    clock.advance(2 * MINUTE_MS)
    driver.sweep()


@pytest.fixture
def operators(stage: None, store: Tables, clock: Clock) -> Operators:  # noqa: ARG001 (before anything connects)
    return Operators(store, clock)


@pytest.fixture
def calendar(operators: Operators, product: Product, driver: InProcess) -> Calendar:
    return Calendar(product, driver, operators.store, operators.clock)


def state(operators: Operators, article: int) -> State:
    return articles.require(operators.store, article).state


def later(calendar: Calendar) -> None:
    """Until everything is over that the sweeper finishes, and the counters are right."""
    for _ in range(3):
        calendar.pass_time(2 * MINUTE_MS)
    shelf.audit(calendar.store)
    shelf.audit_people(calendar.store)


def hidden(product: Product, article: int) -> bool:
    """From a follower, and from a guest."""
    return all(product.call("GET", f"/v1/articles/{article}", user).status == 404 for user in (BEN, None))


def test_the_author_sees_it_as_private_and_may_edit_or_delete_it_only(
    product: Product, operators: Operators, calendar: Calendar
) -> None:
    article = product.publish(ANN)["id"]
    product.settle()
    assert operators.does("takedown", article).startswith(f"Article {article} is taken down: ")
    assert hidden(product, article)
    (mine,) = product.walk(f"/v1/users/{ANN}/articles", ANN)
    assert (mine["id"], mine["state"], mine["published_at"]) == (article, "private", None)
    ahead = calendar.ahead(HOUR_MS)
    for change in ({"state": "public"}, {"state": "private"}, {"state": "scheduled", "publish_at": ahead}):
        answer = product.call("PATCH", f"/v1/articles/{article}", ANN, {"title": "new", **change})
        assert (answer.status, answer.error) == (403, "taken_down")
    assert product.change(ANN, article, html="<p>four words of text</p>")["state"] == "private"
    assert state(operators, article) is State.TAKEN_DOWN
    later(calendar)
    operators.does("restore", article)
    assert product.call("GET", f"/v1/articles/{article}", BEN).body["html"] == "<p>four words of text</p>"
    later(calendar)
    assert state(operators, article) is State.PUBLIC
    operators.does("takedown", article)
    assert product.call("DELETE", f"/v1/articles/{article}", ANN).status == 204
    for act in ("takedown", "restore"):
        with pytest.raises(NotFound):
            operators.does(act, article)
    later(calendar)


def test_whoever_does_not_know_the_state_finds_the_article_private(product: Product, operators: Operators) -> None:
    """As an earlier release does: rows are read by both while functions are deployed."""
    article = product.publish(ANN)["id"]
    operators.does("takedown", article)
    row = operators.store.get(schema.ARTICLES, articles.key(article)) or {}
    assert (row["state"], row["taken_from"], row["taken_why"]) == ("private", "public", WHY)


def test_a_second_takedown_says_so_and_changes_nothing(
    product: Product, operators: Operators, tablestore: TablestoreFake
) -> None:
    article = product.publish(ANN)["id"]
    product.settle()
    operators.does("takedown", article)
    tablestore.reset_requests()
    assert operators.does("takedown", article).endswith(f": {WHY}")
    written = [counts for tables in tablestore.requests().values() for counts in tables.values() if counts["write_cu"]]
    assert written == []
    operators.does("restore", article)
    assert operators.does("restore", article) == f"Article {article} is not taken down; it is publishing."
    assert operators.acts() == [("takedown", f"article:{article}", True), ("restore", f"article:{article}", True)]


def test_a_takedown_is_a_handful_of_writes_and_touches_no_inbox(
    product: Product, operators: Operators, tablestore: TablestoreFake
) -> None:
    article = product.publish(ANN)["id"]
    product.settle()
    tablestore.reset_requests()
    operators.does("takedown", article)
    written = {
        table: counts["rows"]
        for tables in tablestore.requests().values()
        for table, counts in tables.items()
        if counts["write_cu"]
    }
    assert written.keys() == {schema.AUDITS, schema.ARTICLES, schema.USERS, schema.WORK}


def test_a_scheduled_article_does_not_go_public_and_is_private_once_its_time_has_passed(
    product: Product, operators: Operators, calendar: Calendar
) -> None:
    missed, kept = calendar.schedule(ANN, HOUR_MS), calendar.schedule(ANN, 3 * HOUR_MS)
    for article in (missed, kept):
        operators.does("takedown", article)
    calendar.pass_time(2 * HOUR_MS)
    calendar.pass_time(2 * MINUTE_MS)
    assert hidden(product, missed)
    for article in (missed, kept):
        operators.does("restore", article)
    assert (state(operators, missed), state(operators, kept)) == (State.PRIVATE, State.SCHEDULED)
    calendar.pass_time(HOUR_MS)
    later(calendar)
    assert (state(operators, missed), state(operators, kept)) == (State.PRIVATE, State.PUBLIC)
    assert product.followed(BEN) == [kept]


def test_a_restored_schedule_has_an_alarm_again(product: Product, operators: Operators, calendar: Calendar) -> None:
    article = calendar.schedule(ANN, HOUR_MS)
    operators.does("takedown", article)
    for alarm in list(work.scheduled(operators.store, calendar.now_ms + 2 * HOUR_MS)):
        operators.store.write_all(work.remove(alarm))
    operators.does("restore", article)
    calendar.pass_time(HOUR_MS)
    later(calendar)
    assert product.followed(BEN) == [article]


def test_who_had_it_keeps_its_time_and_who_missed_it_gets_it(
    product: Product, operators: Operators, driver: InProcess, calendar: Calendar, tablestore: TablestoreFake
) -> None:
    """The delivery was stopped half way, and somebody followed meanwhile."""
    article = product.publish(ANN)["id"]
    function, event = driver.queue.popleft()
    driver.invoke(function, event)
    had = arrivals(tablestore, article)
    assert 0 < len(had) < len(FANS)
    operators.does("takedown", article)
    later(calendar)
    assert arrivals(tablestore, article) == had
    product.follow(CLO, ANN)
    operators.does("restore", article)
    assert product.call("GET", f"/v1/articles/{article}", CLO).status == 200
    later(calendar)
    everybody_has(product, article)
    assert product.followed(CLO) == [article]
    now = arrivals(tablestore, article)
    assert {fan: now[fan] for fan in had} == had


MADE: dict[State, Callable[[Calendar], int]] = {
    State.PRIVATE: lambda calendar: int(calendar.product.publish(ANN, state="private")["id"]),
    State.SCHEDULED: lambda calendar: calendar.schedule(ANN, 50 * HOUR_MS),
    State.PUBLIC: lambda calendar: int(calendar.product.publish(ANN)["id"]),
}


@pytest.mark.parametrize("act", ["takedown", "restore"])
@pytest.mark.parametrize("former", MADE)
def test_an_act_that_dies_anywhere_is_finished_by_its_repetition(
    product: Product, operators: Operators, calendar: Calendar, former: State, act: str
) -> None:
    """At each request, each way; then repeated, or left alone: never both shown and taken down, and counted right."""
    died: list[int] = []
    for tried, fault in enumerate(faults(13)):
        article = MADE[former](calendar)
        product.settle()
        if act == "restore":
            operators.does("takedown", article)
        dying = operators.doing(act, article, fault)
        with suppress(OutcomeUnknown, FeedError):
            dying.run()
        died.append(article)
        if not dying.met_its_fault:
            break
        if tried % 4 == 3:
            later(calendar)  # the sweeper comes before the operator does
        operators.does(act, article)
    else:
        pytest.fail("It was never left to come to its end.")
    assert len(died) > 3
    later(calendar)
    expected = State.TAKEN_DOWN if act == "takedown" else former
    assert {state(operators, article) for article in died} == {expected}
    assert all(hidden(product, article) == (expected is not State.PUBLIC) for article in died)
    if expected is State.PUBLIC:
        assert product.followed(BEN) == died[::-1]


def edit(calendar: Calendar) -> tuple[int, Process[Any]]:
    article = MADE[State.PUBLIC](calendar)
    return article, calendar.patching(ANN, article, None, html="<p>four words of text</p>")


def go_public(calendar: Calendar) -> tuple[int, Process[Any]]:
    article = MADE[State.PRIVATE](calendar)
    return article, calendar.patching(ANN, article, None, state="public")


def withdraw(calendar: Calendar) -> tuple[int, Process[Any]]:
    article = MADE[State.PUBLIC](calendar)
    return article, calendar.patching(ANN, article, None, state="private")


def schedule(calendar: Calendar) -> tuple[int, Process[Any]]:
    article = MADE[State.PRIVATE](calendar)
    return article, calendar.patching(ANN, article, None, state="scheduled", publish_at=calendar.ahead(50 * HOUR_MS))


def tick(calendar: Calendar) -> tuple[int, Process[Any]]:
    article = calendar.schedule(ANN, MINUTE_MS)
    calendar.clock.advance(MINUTE_MS)
    return article, calendar.ticking()


def delete(calendar: Calendar) -> tuple[int, Process[Any]]:
    article = MADE[State.PUBLIC](calendar)
    return article, Process(partial(calendar.product.call, "DELETE", f"/v1/articles/{article}", ANN))


def restored(calendar: Calendar) -> tuple[int, Process[Any]]:
    """By another operator."""
    operators = Operators(calendar.store, calendar.clock)
    article = MADE[State.PUBLIC](calendar)
    operators.does("takedown", article)
    return article, operators.doing("restore", article)


ASKED = {"go_public": "public", "withdraw": "private", "schedule": "scheduled"}
RACES = [edit, go_public, withdraw, schedule, tick, delete, restored]


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_whatever_happens_at_once_it_is_taken_down_or_deleted(
    product: Product, operators: Operators, calendar: Calendar, race: Callable[[Calendar], tuple[int, Process[Any]]]
) -> None:
    """The one within the other, at each of its requests. It stays down, and what is restored is what it was."""
    down: dict[int, bool] = {}
    for article, taking, both in races(operators, calendar, race):
        for process in both:
            with suppress(FeedError):
                process.run()
        now = articles.require(operators.store, article, text=True)
        assert taking.answer is not None or now.state is State.DELETED or race is restored, article
        (other,) = (process for process in both if process is not taking)
        was = articles.takedown(operators.store, article)
        if now.state is State.TAKEN_DOWN:
            assert was is not None
            down[article] = was.state in SHOWN_STATES
        check_answer(other.answer, now, was, ASKED.get(race.__name__))
    assert down or race is delete
    later(calendar)
    assert {state(operators, article) for article in down} <= {State.TAKEN_DOWN}
    assert all(hidden(product, article) for article in down)
    for article in down:
        operators.does("restore", article)
    later(calendar)
    shown = [article for article, was_shown in down.items() if was_shown]
    assert {article for article in down if state(operators, article) is State.PUBLIC} == set(shown)
    assert set(shown) <= set(product.followed(BEN))


def check_answer(answer: Any, now: Article, was: Takedown | None, asked: str | None) -> None:
    """What an author was told has been done is done, and is what comes back."""
    if not isinstance(answer, Answer) or answer.status not in (200, 204):
        return
    if answer.status == 204:
        assert now.state is State.DELETED
        return
    assert (now.version, now.title) >= (answer.body["version"], answer.body["title"])
    assert now.html == answer.body["html"]
    if was is not None and asked is not None:
        assert now._replace(state=was.state).public_state == asked


def races(
    operators: Operators, calendar: Calendar, race: Callable[[Calendar], tuple[int, Process[Any]]]
) -> Iterator[tuple[int, Process[str], list[Process[Any]]]]:
    """An article, its takedown, and the two in the order in which they come to their ends; one of them has begun."""
    for is_first in (True, False):
        for lead in range(1, 10):
            article, other = race(calendar)
            taking = operators.doing("takedown", article)
            (taking if is_first else other).run(lead)
            yield article, taking, [other, taking] if is_first else [taking, other]
