"""A delivery that comes hours after its article: it takes its old place in the list, and still shows as unread."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed import wiring
from feed.domain.fanout import LATE_MS
from feed.domain.ids import hashed
from feed.store import jobs, schema, sessions
from feed.store.client import Connection, Tables
from feed.store.rows import Put
from tests.operations.conftest import Calls, Clock, Meanwhile
from tests.operations.crashes import Kind, Process, faults, guarded
from tests.operations.fans import ANN, FANS, everybody_has, given_followers_of_some_days, job, outcomes
from tests.steps import InProcess, Product

BEN = 12
HOUR_MS = 3_600_000
PAST_LEASE_MS = 63_000


@pytest.fixture(autouse=True)
def people(product: Product, clock: Clock, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))
    request.getfixturevalue("driver")
    product.given_people(BEN)
    for fan in FANS:
        product.follow(fan, BEN)
    given_followers_of_some_days(product, clock)


def noted(store: Tables, article: int) -> set[int]:
    return {fan for fan in FANS if article in sessions.find(store, fan).late}


def publish_and_wait(product: Product, driver: InProcess, clock: Clock, ms: int) -> tuple[int, tuple[str, bytes]]:
    """An article whose worker comes so much later: everybody has read meanwhile what another author has written."""
    product.settle()  # the first page of a day, which may have been the last call, asks for something in the background
    article = int(product.publish(ANN)["id"])
    event = driver.queue.popleft()
    clock.advance(ms)
    product.publish(BEN)
    product.settle()
    for fan in FANS:
        mark = product.call("GET", "/v1/timeline", fan).body["mark"]
        assert product.call("POST", "/v1/timeline/read", fan, {"mark": mark}).status == 200
    return article, event


def unread(product: Product, fan: int) -> tuple[int, list[int]]:
    """Counted, and walked through."""
    counted = product.call("GET", "/v1/timeline/unread", fan).body["unread"]
    items = product.walk("/v1/timeline?unread=true", fan)
    return counted, [item["article"]["id"] for item in items if item["reason"] == "follow"]


@pytest.mark.parametrize("ms", [LATE_MS - 10_000, LATE_MS + 10_000, 26 * HOUR_MS], ids=["59 min", "an hour", "a day"])
def test_what_comes_late_is_unread(product: Product, driver: InProcess, store: Tables, clock: Clock, ms: int) -> None:
    article, event = publish_and_wait(product, driver, clock, ms)
    driver.queue.append(event)
    outcomes(driver)
    assert noted(store, article) == (set(FANS) if ms > LATE_MS else set())
    assert [unread(product, fan) for fan in FANS] == [(1, [article])] * len(FANS)
    for fan in FANS:
        listed = product.walk("/v1/timeline", fan)[:2]
        assert listed[1]["article"]["id"] == article, "below what was published after it"


def test_a_delivery_in_time_writes_no_session_row(product: Product, driver: InProcess, calls: Calls) -> None:
    product.publish(ANN)
    calls()
    outcomes(driver)
    assert sum(line["write_cu"] for line in calls()) == len(FANS) + 2 * 3 + 1


def test_what_was_there_already_is_no_news(product: Product, driver: InProcess, store: Tables, clock: Clock) -> None:
    """A follow has brought it meanwhile."""
    fan = 40
    product.given_people(fan)
    article, event = publish_and_wait(product, driver, clock, 2 * HOUR_MS)
    product.follow(fan, ANN)
    driver.queue.append(event)
    outcomes(driver)
    assert noted(store, article) == set(FANS)
    assert sessions.find(store, fan).late == {}


def test_a_repeated_publication_is_news_to_whom_it_has_not_reached(
    product: Product, driver: InProcess, store: Tables, clock: Clock
) -> None:
    """Withdrawn when it had come to three of eight, and public again a day later: the three keep what they have."""
    article = product.publish(ANN)["id"]
    driver.invoke(*driver.queue.popleft())
    reached = {fan for fan in FANS if article in product.followed(fan)}
    driver.queue.clear()
    product.change(ANN, article, state="private")
    clock.advance(26 * HOUR_MS)
    product.change(ANN, article, state="public")
    outcomes(driver)
    everybody_has(product, article)
    assert len(reached) == 3
    assert noted(store, article) == set(FANS) - reached


def test_rows_that_were_tried_again_are_noted_too(
    product: Product, driver: InProcess, tablestore: TablestoreFake, store: Tables, clock: Clock
) -> None:
    """All of them had arrived at the first try, of which nobody was told."""
    article, event = publish_and_wait(product, driver, clock, 2 * HOUR_MS)
    tablestore.faults.add("lost_answer", api="BatchWriteRow", table=schema.INBOXES, count=1)
    driver.queue.append(event)
    outcomes(driver)
    assert noted(store, article) == set(FANS)


def test_notes_that_fail_are_written_again(
    product: Product, driver: InProcess, tablestore: TablestoreFake, store: Tables, clock: Clock
) -> None:
    article, event = publish_and_wait(product, driver, clock, 2 * HOUR_MS)
    tablestore.faults.add("partial", api="BatchWriteRow", table=schema.SESSIONS, rows=[0, 2], count=1)
    driver.queue.append(event)
    outcomes(driver)
    assert noted(store, article) == set(FANS)


def test_rows_whose_notes_keep_failing_are_not_passed(
    product: Product, driver: InProcess, tablestore: TablestoreFake, store: Tables, clock: Clock
) -> None:
    """The next worker finds them all there, and notes them all."""
    article, event = publish_and_wait(product, driver, clock, 2 * HOUR_MS)
    tablestore.faults.add("throttle", api="BatchWriteRow", table=schema.SESSIONS)
    with pytest.raises(Exception, match="could not be written"):
        driver.invoke(*event)
    tablestore.faults.clear()
    assert job(tablestore, article)["cursor"] == "0000"
    driver.queue.append(event)
    outcomes(driver)
    assert noted(store, article) == set(FANS)


def test_a_worker_dies_at_any_request(product: Product, driver: InProcess, store: Tables, clock: Clock) -> None:
    """Whoever comes next notes what it may have put, whether or not it had read its answer."""
    article, event = publish_and_wait(product, driver, clock, 2 * HOUR_MS)
    whole = Process(partial(driver.invoke, *event)).run()
    assert json.loads(str(whole.answer))["outcome"] == "handed_on"
    outcomes(driver)
    for fault in faults(whole.requests):
        article, event = publish_and_wait(product, driver, clock, 2 * HOUR_MS)
        try:
            assert Process(partial(driver.invoke, *event), fault).run().met_its_fault
        except Exception as error:
            assert fault.kind is Kind.LOST, error  # noqa: PT017
        for _ in range(3):
            clock.advance(PAST_LEASE_MS + 60_000)
            driver.sweep()
            outcomes(driver)
        assert noted(store, article) == set(FANS), str(fault)
        assert all(article in unread(product, fan)[1] for fan in FANS), str(fault)


def test_the_note_is_written_before_the_cursor_passes_the_row(
    product: Product, driver: InProcess, store: Tables, clock: Clock, meanwhile: Meanwhile
) -> None:
    article, event = publish_and_wait(product, driver, clock, 2 * HOUR_MS)
    seen: list[Any] = []
    meanwhile(jobs, "advance", lambda: seen.append(noted(store, article)))
    driver.invoke(*event)
    assert [len(fans) for fans in seen] == [3]


def test_the_ledger_of_a_wide_window(
    product: Product, driver: InProcess, store: Tables, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More readers than a request holds rows."""
    monkeypatch.setenv("FEED_FANOUT_BATCH_FOLLOWERS", "1000")
    wiring.forget()
    article, event = publish_and_wait(product, driver, clock, 2 * HOUR_MS)
    columns = {"epoch": 1, "followed_ms": 1, "seen_day": clock.now_ms() // 86_400_000}
    crowd = range(1000, 1230)
    store.write_many([Put(schema.RELATIONS, (hashed(ANN), hashed(fan)), columns) for fan in crowd[:200]])
    store.write_many([Put(schema.RELATIONS, (hashed(ANN), hashed(fan)), columns) for fan in crowd[200:]])
    driver.queue.append(event)
    outcomes(driver)
    assert all(article in sessions.find(store, fan).late for fan in crowd)
