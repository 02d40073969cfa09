"""The fan-out worker: chains, retries, take-overs, repetitions; every follower once, nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.domain.ids import hashed
from feed.store import schema
from tests.operations.conftest import Clock
from tests.steps import InProcess, Product

ANN = 11
FANS = list(range(20, 28))
Calls = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def people(product: Product, clock: Clock) -> None:
    """Eight followers of some days; an invocation takes three (FEED_FANOUT_BATCH_FOLLOWERS)."""
    product.given_people(ANN, *FANS)
    for fan in FANS:
        product.follow(fan, ANN)
    clock.advance(7 * 86_400_000)


def outcomes(driver: InProcess) -> list[str]:
    """Run what is queued, one invocation at a time; what each said."""
    said = []
    while driver.queue:
        function, event = driver.queue.popleft()
        said.append(json.loads(driver.invoke(function, event))["outcome"])
    return said


def everybody_has(product: Product, article: int) -> None:
    assert {fan: product.followed(fan) for fan in FANS} == {fan: [article] for fan in FANS}


def job(tablestore: TablestoreFake, article: int) -> dict[str, Any]:
    key = [("article_key", hashed(article)), ("delivery", 1), ("shard", 0)]
    _, row, _ = tablestore.client("feed").get_row(schema.JOBS, key, max_version=1)
    return {name: value for name, value, _ in row.attribute_columns}


def test_a_chain_of_bounded_invocations(product: Product, driver: InProcess, tablestore: TablestoreFake) -> None:
    article = product.publish(ANN)["id"]
    assert outcomes(driver) == ["handed_on", "handed_on", "done"]
    everybody_has(product, article)
    assert job(tablestore, article)["delivered"] == len(FANS)
    assert product.followed(ANN) == []


def test_shards_run_side_by_side(product: Product, driver: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    from feed import wiring

    monkeypatch.setenv("FEED_FANOUT_WIDTH", "64")
    wiring.forget()
    article = product.publish(ANN)["id"]
    assert len(driver.queue) == 3  # eight followers, three per invocation
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
    product: Product, driver: InProcess, tablestore: TablestoreFake
) -> None:
    """All rows of the window arrived, nobody knows: their arrival times must survive the repetition."""
    article = product.publish(ANN)["id"]
    tablestore.faults.add("lost_answer", api="BatchWriteRow", table=schema.INBOXES, count=1)
    before = arrivals(tablestore, article)
    function, event = driver.queue.popleft()
    driver.invoke(function, event)
    assert before == {}
    first = arrivals(tablestore, article)
    outcomes(driver)
    later = arrivals(tablestore, article)
    assert {fan: later[fan] for fan in first} == first
    everybody_has(product, article)


def arrivals(tablestore: TablestoreFake, article: int) -> dict[int, int]:
    """The server's time stamp on each follower's row."""
    found = {}
    client = tablestore.client("feed")
    for fan in FANS:
        low, high = ([("user_key", hashed(fan)), ("sequence_id", end), ("message_id", end)] for end in infinite_ends())
        _, _, rows, _ = client.get_range(schema.INBOXES, "FORWARD", low, high, max_version=1)
        for row in rows:
            assert row.primary_key[2][1] == article
            found[fan] = row.attribute_columns[0][2]
    return found


def infinite_ends() -> tuple[Any, Any]:
    import tablestore

    return tablestore.INF_MIN, tablestore.INF_MAX


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


def test_a_worker_that_dies_holding_the_lease_is_replaced(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock
) -> None:
    """It wrote rows, and died before the cursor moved: its successor waits for the lease, then repeats nothing."""
    article = product.publish(ANN)["id"]
    tablestore.faults.add("disconnect", api="UpdateRow", table=schema.JOBS, after=1)
    tablestore.faults.add("disconnect", api="BatchWriteRow", table=schema.JOBS)
    function, event = driver.queue.popleft()
    with pytest.raises(Exception, match="did not answer"):
        driver.invoke(function, event)
    tablestore.faults.clear()
    first = arrivals(tablestore, article)
    assert len(first) == 3
    driver.queue.append((function, event))
    assert outcomes(driver) == ["taken"]
    clock.advance(63_000)
    driver.queue.append((function, event))
    assert outcomes(driver) == ["handed_on", "handed_on", "done"]
    later = arrivals(tablestore, article)
    assert {fan: later[fan] for fan in first} == first
    everybody_has(product, article)


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


def test_a_message_from_a_newer_version_is_understood(product: Product, driver: InProcess) -> None:
    article = product.publish(ANN)["id"]
    function, event = driver.queue.popleft()
    driver.queue.append((function, json.dumps({**json.loads(event), "added_later": 1}).encode()))
    outcomes(driver)
    everybody_has(product, article)


def test_requests_and_units_of_a_delivery(product: Product, driver: InProcess, calls: Calls) -> None:
    """Per invocation: job, lease, article, range, batch, cursor; the first of a shard and its last do no more."""
    product.publish(ANN)
    calls()
    outcomes(driver)
    lines = calls()
    assert [line["requests"] for line in lines] == [6, 6, 7]
    assert sum(line["write_cu"] for line in lines) == len(FANS) + 2 * 3 + 1
