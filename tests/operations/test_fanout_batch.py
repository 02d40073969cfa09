"""The fan-out worker: chains, retries, repetitions; every follower once, nobody else."""

from __future__ import annotations

import json

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed import wiring
from feed.call import Call
from feed.errors import InvalidRequest
from feed.operations import _arrivals, fanout_batch
from feed.store import inboxes, jobs, schema
from tests.operations.conftest import Calls, Clock, Meanwhile
from tests.operations.fans import ANN, FANS, arrivals, everybody_has, given_followers_of_some_days, job, outcomes
from tests.steps import InProcess, Product


@pytest.fixture(autouse=True)
def people(product: Product, clock: Clock) -> None:
    given_followers_of_some_days(product, clock)


def test_a_chain_of_bounded_invocations(product: Product, driver: InProcess, tablestore: TablestoreFake) -> None:
    article = product.publish(ANN)["id"]
    assert outcomes(driver) == ["handed_on", "handed_on", "done"]
    everybody_has(product, article)
    assert job(tablestore, article)["delivered"] == len(FANS)
    assert product.followed(ANN) == []


def test_shards_run_side_by_side(product: Product, driver: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight followers, three per invocation, four shards started by the publisher and four by the first of these."""
    monkeypatch.setenv("FEED_FANOUT_WIDTH", "64")
    wiring.forget()
    article = product.publish(ANN)["id"]
    assert len(driver.queue) == 4
    driver.invoke(*driver.queue.popleft())
    assert len(driver.queue) == 3 + 4
    outcomes(driver)
    everybody_has(product, article)
    report = product.call("GET", f"/v1/articles/{article}/delivery", ANN).body
    assert (report["state"], report["delivered"]) == ("done", len(FANS))


def test_hand_on_before_the_deadline(product: Product, driver: InProcess) -> None:
    article = product.publish(ANN)["id"]
    function, event = driver.queue.popleft()
    said = json.loads(driver.invoke(function, event, timeout_s=15))
    assert said == {"outcome": "handed_on", "delivered": 3}
    assert len(driver.queue) == 1
    outcomes(driver)
    everybody_has(product, article)


def test_failed_rows_are_put_again_one_by_one(product: Product, driver: InProcess, tablestore: TablestoreFake) -> None:
    article = product.publish(ANN)["id"]
    tablestore.faults.add("partial", api="BatchWriteRow", table=schema.INBOXES, rows=[0, 2], count=1)
    tablestore.reset_requests()
    outcomes(driver)
    everybody_has(product, article)
    assert tablestore.requests()["BatchWriteRow"][schema.INBOXES]["requests"] == 3 + 2


def test_a_lost_answer_is_put_again_where_nothing_is_yet(
    product: Product, driver: InProcess, tablestore: TablestoreFake, meanwhile: Meanwhile
) -> None:
    """All rows of the window arrived, nobody knows: their arrival times must survive the repetition."""
    article = product.publish(ANN)["id"]
    tablestore.faults.add("lost_answer", api="BatchWriteRow", table=schema.INBOXES, count=1)
    first: dict[int, int] = {}
    meanwhile(inboxes, "again", lambda: first.update(arrivals(tablestore, article)))
    outcomes(driver)
    assert len(first) == 3
    assert {fan: arrivals(tablestore, article)[fan] for fan in first} == first
    everybody_has(product, article)


def test_rows_that_keep_failing_stop_the_shard_and_are_never_dropped(
    product: Product, driver: InProcess, tablestore: TablestoreFake
) -> None:
    article = product.publish(ANN)["id"]
    tablestore.faults.add("throttle", api="BatchWriteRow", table=schema.INBOXES)
    function, event = driver.queue.popleft()
    with pytest.raises(Exception, match="could not be written"):
        driver.invoke(function, event)
    assert job(tablestore, article)["delivered"] == 0
    assert job(tablestore, article)["cursor"] == "0000"
    tablestore.faults.clear()
    driver.queue.append((function, event))  # Function Compute repeats what raised
    outcomes(driver)
    everybody_has(product, article)


def test_rows_that_are_nearly_through_are_not_given_up(
    product: Product, driver: InProcess, tablestore: TablestoreFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many fail for four rounds, then a few for two: those have three rounds of their own."""
    monkeypatch.setenv("FEED_FANOUT_BATCH_FOLLOWERS", "100")
    wiring.forget()
    monkeypatch.setattr(_arrivals, "_FEW", 2)
    monkeypatch.setattr(Call, "wait", lambda *_: None)
    article = product.publish(ANN)["id"]
    tablestore.faults.add("partial", api="BatchWriteRow", table=schema.INBOXES, rows=list(range(len(FANS))), count=4)
    tablestore.faults.add("partial", api="BatchWriteRow", table=schema.INBOXES, rows=[0, 1], after=4, count=1)
    tablestore.faults.add("partial", api="BatchWriteRow", table=schema.INBOXES, rows=[0], after=5, count=2)
    assert outcomes(driver) == ["done"]
    everybody_has(product, article)


def test_a_lost_invocation_is_found_by_the_sweeper(product: Product, driver: InProcess, clock: Clock) -> None:
    article = product.publish(ANN)["id"]
    driver.queue.clear()
    clock.advance(600_000)
    assert product.call("GET", f"/v1/articles/{article}/delivery", ANN).body["state"] == "stalled"
    driver.sweep()
    outcomes(driver)
    everybody_has(product, article)
    driver.sweep()
    assert driver.sweep() == {"finished": 0, "waiting": 0, "failed": 0}


def test_repeated_and_overlapping_invocations_do_no_harm(product: Product, driver: InProcess) -> None:
    article = product.publish(ANN)["id"]
    events = list(driver.queue)
    said = outcomes(driver)
    driver.queue.extend(events * 3)
    assert outcomes(driver) == ["done"] * 3
    assert said[-1] == "done"
    everybody_has(product, article)


@pytest.mark.parametrize("kind", ["disconnect", "lost_answer"])
def test_a_worker_may_die_at_any_request(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock, kind: str
) -> None:
    for step in range(14):
        article = product.publish(ANN, f"{step}")["id"]
        function, event = driver.queue.popleft()
        tablestore.faults.add(kind, after=step, count=1)
        tablestore.faults.add("disconnect", after=step)
        try:
            driver.invoke(function, event)
        except Exception as error:
            assert "did not answer" in str(error) or "could not be written" in str(error)  # noqa: PT017
        tablestore.faults.clear()
        for _ in range(3):
            clock.advance(200_000)
            driver.sweep()
            outcomes(driver)
        for fan in FANS:
            walked = product.followed(fan, 100)
            assert len(walked) == len(set(walked)) == step + 1, f"step {step}"
        assert job(tablestore, article)["delivered"] == len(FANS), f"step {step}"


def test_who_unfollows_during_the_fanout_does_not_see_it(product: Product, driver: InProcess) -> None:
    product.publish(ANN)
    function, event = driver.queue.popleft()
    driver.invoke(function, event)
    for fan in FANS[::2]:
        product.unfollow(fan, ANN)
    outcomes(driver)
    assert [len(product.followed(fan)) for fan in FANS] == [0, 1] * 4


def test_withdrawing_stops_the_chain(product: Product, driver: InProcess) -> None:
    article = product.publish(ANN)["id"]
    function, event = driver.queue.popleft()
    driver.invoke(function, event)
    product.change(ANN, article, state="private")
    assert outcomes(driver) == ["stopped"]
    assert all(product.followed(fan) == [] for fan in FANS)


@pytest.mark.parametrize("how", ["withdraw", "delete", "publish again"])
def test_an_article_that_goes_between_two_checkpoints_stops_its_worker(
    product: Product,
    driver: InProcess,
    tablestore: TablestoreFake,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Meanwhile,
    how: str,
) -> None:
    """One invocation with room for everybody, so slow that it looks again after each: the second gets nothing."""
    monkeypatch.setattr(fanout_batch, "WINDOW", 1)
    monkeypatch.setattr(fanout_batch, "LOOK_AGAIN_S", 0)
    monkeypatch.setenv("FEED_FANOUT_BATCH_FOLLOWERS", "100")
    wiring.forget()
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()

    def change() -> None:
        if how == "delete":
            assert product.call("DELETE", f"/v1/articles/{article}", ANN).status == 204
        else:
            product.change(ANN, article, state="private")
        if how == "publish again":
            product.change(ANN, article, state="public")

    meanwhile(jobs, "advance", change)
    assert json.loads(driver.invoke(*event)) == {"outcome": "stopped", "delivered": 1}
    assert len(arrivals(tablestore, article)) == 1


def test_a_chain_whose_article_was_published_again_leaves_the_rest_to_the_new_one(
    product: Product, driver: InProcess
) -> None:
    article = product.publish(ANN)["id"]
    driver.invoke(*driver.queue.popleft())
    product.change(ANN, article, state="private")
    product.change(ANN, article, state="public")
    assert outcomes(driver) == ["stopped", "handed_on", "handed_on", "done"]
    everybody_has(product, article)


def test_a_first_delivery_expects_nothing_and_a_second_one_keeps_what_is_there(
    product: Product, driver: InProcess, tablestore: TablestoreFake
) -> None:
    """A condition costs a read unit per row, so the first put to a settled follower has none."""
    article = product.publish(ANN)["id"]
    tablestore.reset_requests()
    outcomes(driver)
    first = arrivals(tablestore, article)
    assert tablestore.requests()["BatchWriteRow"][schema.INBOXES]["read_cu"] == 0
    product.change(ANN, article, state="private")
    product.change(ANN, article, state="public")
    tablestore.reset_requests()
    outcomes(driver)
    assert tablestore.requests()["BatchWriteRow"][schema.INBOXES]["read_cu"] == len(FANS)
    assert arrivals(tablestore, article) == first


def test_a_message_from_a_newer_version_is_understood(product: Product, driver: InProcess) -> None:
    article = product.publish(ANN)["id"]
    function, event = driver.queue.popleft()
    driver.queue.append((function, json.dumps({**json.loads(event), "added_later": 1}).encode()))
    outcomes(driver)
    everybody_has(product, article)


def test_requests_and_units_of_a_delivery(product: Product, driver: InProcess, calls: Calls) -> None:
    """Per invocation: job and article, lease, range, batch, cursor; the last one of the only shard unguards it."""
    product.publish(ANN)
    calls()
    outcomes(driver)
    lines = calls()
    assert [line["requests"] for line in lines] == [5, 5, 6]
    assert sum(line["write_cu"] for line in lines) == len(FANS) + 2 * 3 + 1


@pytest.mark.parametrize("name", ["article_id", "delivery", "shard"])
@pytest.mark.parametrize("number", [-1, 2**53, 2**64])
def test_a_number_that_no_row_can_have_is_refused(driver: InProcess, name: str, number: int) -> None:
    message = {"article_id": 1, "delivery": 1, "shard": 0, name: number}
    with pytest.raises(InvalidRequest):
        driver.invoke("fanout-batch", json.dumps(message).encode())
