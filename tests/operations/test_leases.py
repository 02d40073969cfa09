"""Several workers on one shard: who may take it, what a successor repeats, and what a late one can still do."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed import wiring
from feed.store import jobs, schema
from tests.operations.conftest import Clock, Meanwhile
from tests.operations.fans import ANN, FANS, arrivals, everybody_has, given_followers_of_some_days, job, outcomes
from tests.steps import InProcess, Product

LEASE_MS = 60_000 + 2_000
"""A worker's time-out, and the client's patience with its last request."""


@pytest.fixture(autouse=True)
def people(product: Product, clock: Clock) -> None:
    given_followers_of_some_days(product, clock)


def given_a_worker_that_died(driver: InProcess, tablestore: TablestoreFake) -> tuple[str, bytes]:
    """It wrote its rows and died before the cursor moved; its event."""
    event = driver.queue.popleft()
    tablestore.faults.add("disconnect", api="UpdateRow", table=schema.JOBS, after=1)
    tablestore.faults.add("disconnect", api="BatchWriteRow", table=schema.JOBS)
    with pytest.raises(Exception, match="did not answer"):
        driver.invoke(*event)
    tablestore.faults.clear()
    return event


def said(driver: InProcess, event: tuple[str, bytes]) -> str:
    return str(json.loads(driver.invoke(*event))["outcome"])


def test_a_worker_that_dies_holding_the_lease_is_replaced(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock
) -> None:
    """Its successor waits for the lease, then repeats nothing."""
    article = product.publish(ANN)["id"]
    event = given_a_worker_that_died(driver, tablestore)
    first = arrivals(tablestore, article)
    assert len(first) == 3
    assert said(driver, event) == "taken"
    clock.advance(LEASE_MS + 1_000)
    driver.queue.append(event)
    assert outcomes(driver) == ["handed_on", "handed_on", "done"]
    later = arrivals(tablestore, article)
    assert {fan: later[fan] for fan in first} == first
    everybody_has(product, article)


def test_what_a_dead_worker_may_have_written_is_remembered_along_the_chain(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had reached further than its successor does, so that the successor's successor meets its rows."""
    monkeypatch.setenv("FEED_FANOUT_BATCH_FOLLOWERS", "6")
    wiring.forget()
    article = product.publish(ANN)["id"]
    event = given_a_worker_that_died(driver, tablestore)
    first = arrivals(tablestore, article)
    assert len(first) == 6
    monkeypatch.setenv("FEED_FANOUT_BATCH_FOLLOWERS", "3")
    wiring.forget()
    clock.advance(LEASE_MS + 1_000)
    driver.queue.append(event)
    assert outcomes(driver) == ["handed_on", "handed_on", "done"]
    later = arrivals(tablestore, article)
    assert {fan: later[fan] for fan in first} == first
    everybody_has(product, article)


def test_a_worker_that_gives_up_says_that_its_rows_may_be_there(
    product: Product, driver: InProcess, tablestore: TablestoreFake
) -> None:
    """One row of its window fails for good: the next worker may begin at once, and leaves the others as they are."""
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()
    tablestore.faults.add("partial", api="BatchWriteRow", table=schema.INBOXES, rows=[0])
    with pytest.raises(Exception, match="could not be written"):
        driver.invoke(*event)
    tablestore.faults.clear()
    first = arrivals(tablestore, article)
    assert len(first) == 2
    driver.queue.append(event)
    assert outcomes(driver) == ["handed_on", "handed_on", "done"]
    later = arrivals(tablestore, article)
    assert {fan: later[fan] for fan in first} == first
    everybody_has(product, article)


def test_who_read_the_ledger_before_another_had_its_turn_does_not_get_the_shard(
    product: Product, driver: InProcess, tablestore: TablestoreFake, meanwhile: Meanwhile
) -> None:
    """The shard has no owner again, but its cursor has moved on."""
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()
    meanwhile(jobs, "acquire", lambda: driver.invoke(*event))
    assert said(driver, event) == "taken"
    outcomes(driver)
    assert job(tablestore, article)["delivered"] == len(FANS)
    everybody_has(product, article)


def test_who_read_the_ledger_before_another_stopped_does_not_get_the_shard(
    product: Product, driver: InProcess, meanwhile: Meanwhile
) -> None:
    """The article was withdrawn: the cursor has not moved, and still the shard is finished."""
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()

    def withdraw_and_stop() -> None:
        product.change(ANN, article, state="private")
        assert said(driver, event) == "stopped"

    meanwhile(jobs, "acquire", withdraw_and_stop)
    assert said(driver, event) == "taken"


def test_a_worker_that_comes_to_itself_when_its_time_is_over_takes_nothing(
    product: Product, driver: InProcess, tablestore: TablestoreFake
) -> None:
    """Its lease would be over before its rows are written, and another would write them at the same time."""
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()
    with pytest.raises(Exception, match="not enough time"):
        driver.invoke(*event, timeout_s=4)
    assert "owner" not in job(tablestore, article)
    driver.queue.append(event)
    outcomes(driver)
    everybody_has(product, article)


def test_who_read_the_ledger_before_another_failed_does_not_get_the_shard(
    product: Product, driver: InProcess, tablestore: TablestoreFake, meanwhile: Meanwhile
) -> None:
    """No owner, the same cursor: all looks as it was, but there are rows now that must not be put again plainly."""
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()

    def put_two_of_three_and_fail() -> None:
        tablestore.faults.add("partial", api="BatchWriteRow", table=schema.INBOXES, rows=[0])
        with pytest.raises(Exception, match="could not be written"):
            driver.invoke(*event)
        tablestore.faults.clear()

    meanwhile(jobs, "acquire", put_two_of_three_and_fail)
    assert said(driver, event) == "taken"
    assert len(arrivals(tablestore, article)) == 2


def test_a_repeated_invocation_does_not_share_its_shard_with_the_one_that_it_repeats(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock, meanwhile: Meanwhile
) -> None:
    """Function Compute may give both one request id; the former one wakes up when the latter has moved the cursor."""
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()
    request = SimpleNamespace(request_id="same", function=SimpleNamespace(name="fanout-batch", timeout=60))
    handler = driver.handlers["fanout_batch"]

    def sleep_too_long() -> None:
        clock.advance(LEASE_MS + 1_000)
        assert json.loads(handler(event[1], request))["outcome"] == "handed_on"

    meanwhile(jobs, "advance", sleep_too_long)
    assert json.loads(handler(event[1], request))["outcome"] == "taken"
    assert job(tablestore, article)["delivered"] == 3


def test_a_shard_whose_taker_was_not_answered_is_free_at_once(
    product: Product, driver: InProcess, tablestore: TablestoreFake
) -> None:
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()
    tablestore.faults.add("lost_answer", api="UpdateRow", table=schema.JOBS, count=1)
    with pytest.raises(Exception, match="did not answer"):
        driver.invoke(*event)
    assert "owner" not in job(tablestore, article)
    driver.queue.append(event)
    assert outcomes(driver) == ["handed_on", "handed_on", "done"]
    everybody_has(product, article)


def test_of_two_that_read_the_ledger_at_once_one_gets_the_shard(
    product: Product, driver: InProcess, tablestore: TablestoreFake, meanwhile: Meanwhile
) -> None:
    product.publish(ANN)
    event = driver.queue[0]
    meanwhile(jobs, "acquire", lambda: given_a_worker_that_died(driver, tablestore))
    assert said(driver, event) == "taken"


def test_a_worker_that_gives_up_after_its_lease_gives_nothing_back(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock, meanwhile: Meanwhile
) -> None:
    """The shard is another's by then, who holds it still."""
    product.publish(ANN)
    event = driver.queue.popleft()
    tablestore.faults.add("partial", api="BatchWriteRow", table=schema.INBOXES, rows=[0])

    def sleep_too_long() -> None:
        tablestore.faults.clear()
        clock.advance(LEASE_MS + 1_000)
        driver.queue.append(event)
        given_a_worker_that_died(driver, tablestore)

    meanwhile(jobs, "give_back", sleep_too_long)
    with pytest.raises(Exception, match="could not be written"):
        driver.invoke(*event)
    assert said(driver, event) == "taken"


@pytest.mark.parametrize("where", ["advance", "finish"])
def test_a_worker_that_wakes_after_its_lease_moves_no_cursor(
    product: Product,
    driver: InProcess,
    tablestore: TablestoreFake,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Meanwhile,
    where: str,
) -> None:
    """It slept before it wrote the ledger, and somebody else has taken the shard over since."""
    monkeypatch.setenv("FEED_FANOUT_BATCH_FOLLOWERS", "3" if where == "advance" else "100")
    wiring.forget()
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()

    def sleep_too_long() -> None:
        clock.advance(LEASE_MS + 1_000)
        said(driver, event)

    meanwhile(jobs, where, sleep_too_long)
    assert said(driver, event) == "taken"
    outcomes(driver)
    assert job(tablestore, article)["delivered"] == len(FANS)
    everybody_has(product, article)
