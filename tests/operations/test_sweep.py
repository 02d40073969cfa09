"""The sweeper: finishes what was left, whatever else lies in its way, and never gives up what may still come."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.call import Call
from feed.domain.articles import State
from feed.domain.ids import hashed
from feed.store import articles, jobs, relations, schema, work
from feed.store.client import Tables
from feed.store.rows import Update
from feed.store.work import Work
from tests.operations.conftest import Calls, Clock, Meanwhile
from tests.steps import SWEEP, InProcess, Product

ANN, BEN, CLO = 11, 12, 13
DAY_MS = 86_400_000
NOTHING = {"finished": 0, "waiting": 0, "failed": 0}
PUBLIC = {"title": "t", "html": "<p>x</p>", "state": "public"}
KEYED = {"Idempotency-Key": "k"}


@pytest.fixture(autouse=True)
def people(product: Product, settled_profiles: Callable[[], None]) -> None:
    product.given_people(ANN, BEN, CLO)
    settled_profiles()
    product.follow(BEN, ANN)


def given_a_release_that_died(product: Product, tablestore: TablestoreFake, store: Tables) -> int:
    """An article that is PUBLISHING, whose job rows never came."""
    tablestore.faults.add("disconnect", table=schema.OUTBOXES)
    assert product.call("POST", "/v1/articles", ANN, PUBLIC, KEYED).status == 503
    tablestore.faults.clear()
    (item,) = product.walk(f"/v1/users/{ANN}/articles", ANN)
    article = articles.require(store, item["id"])
    assert article.state is State.PUBLISHING
    return article.id


def test_what_cannot_be_done_stops_nothing_else(
    product: Product, driver: InProcess, tablestore: TablestoreFake, store: Tables, clock: Clock, calls: Calls
) -> None:
    """A kind that only a newer version knows, and a step that raises, both in front of a publication."""
    article = given_a_release_that_died(product, tablestore, store)
    store.write(work.put(Work(1, "settle_payment", str(article))))
    store.write(work.put(Work(2, "fanout", str(article))))  # no delivery, no shard
    clock.advance(100_000)
    calls()
    assert driver.sweep() == {"finished": 1, "waiting": 1, "failed": 1}
    problem, said = (line for line in calls() if "resumed" not in line)
    assert (problem["operation"], problem["problem"]) == ("sweep", f"fanout {article}")
    assert problem["detail"].startswith("ValueError ")
    assert said["outcome"] == "ok"
    product.settle()
    assert product.followed(BEN) == [article]


def test_what_waits_does_not_hide_what_comes_behind_it(
    product: Product, driver: InProcess, tablestore: TablestoreFake, store: Tables, clock: Clock
) -> None:
    """More shards than a page holds wait in the very bucket in which a publication is to be finished."""
    article = given_a_release_that_died(product, tablestore, store)
    bucket = work.put(Work(0, "publish", str(article))).key[0]
    shards = (work.put(Work(1, "fanout", f"{article}:1:{shard}")) for shard in range(1000, 5000))
    waiting = [put for put in shards if put.key[0] == bucket][:150]
    assert store.write_many(waiting) == []
    clock.advance(100_000)
    assert driver.sweep() == {"finished": 1, "waiting": 150, "failed": 0}
    product.settle()
    assert product.followed(BEN) == [article]


def test_a_shards_guard_stays_while_its_ledger_may_still_be_written(
    product: Product, driver: InProcess, tablestore: TablestoreFake, store: Tables, clock: Clock
) -> None:
    article = given_a_release_that_died(product, tablestore, store)
    store.write(work.put(Work(1, "fanout", f"{article}:1:0")))
    for _ in range(2):
        assert driver.sweep() == {**NOTHING, "waiting": 1}
    assert product.call("POST", "/v1/articles", ANN, PUBLIC, KEYED).status == 201
    driver.queue.clear()  # the invocation is lost, and only the guard is left
    clock.advance(100_000)
    driver.sweep()
    product.settle()
    assert product.followed(BEN) == [article]


def test_a_release_that_goes_on_while_the_sweeper_looks_keeps_its_guard(
    product: Product, driver: InProcess, tablestore: TablestoreFake, store: Tables, meanwhile: Meanwhile
) -> None:
    """Looking for the job row before the article would find neither the row nor the release under way."""
    article = given_a_release_that_died(product, tablestore, store)
    store.write(work.put(Work(1, "fanout", f"{article}:1:0")))
    meanwhile(articles, "find", lambda: product.call("POST", "/v1/articles", ANN, PUBLIC, KEYED))
    assert driver.sweep() == {**NOTHING, "waiting": 1}


def test_a_ledger_row_whose_cells_have_begun_to_expire_is_gone(
    product: Product, driver: InProcess, store: Tables, clock: Clock
) -> None:
    """Time to live takes cells one by one, the oldest first; what is left must not stop sweeper, worker or report."""
    article = product.publish(ANN)["id"]
    (event,) = driver.queue
    key = (hashed(article), 1, 0)
    store.write(Update(schema.JOBS, key, drop=("start_key", "end_key", "delivered")))
    assert driver.invoke(*event) == '{"outcome":"gone","delivered":0}'
    report = product.call("GET", f"/v1/articles/{article}/delivery", ANN)
    assert (report.status, report.body["state"]) == (200, "done")
    clock.advance(200_000)
    assert driver.sweep() == {**NOTHING, "finished": 1}


def test_a_finished_shard_whose_guard_was_left_is_not_waited_for(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock
) -> None:
    product.publish(ANN)
    tablestore.faults.add("disconnect", api="BatchWriteRow", table=schema.WORK)
    product.settle()
    tablestore.faults.clear()
    clock.advance(200_000)
    assert driver.sweep() == {**NOTHING, "finished": 1}
    assert driver.sweep() == NOTHING


def test_it_stops_before_its_own_end(
    driver: InProcess, store: Tables, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time runs out during the first of two items: the other is the next tick's."""
    for due in (1, 2):
        store.write(work.put(Work(due, "purge", f"{CLO}:{ANN}:7")))
    left = [60.0]
    monkeypatch.setattr(Call, "seconds_left", lambda _: left[0])
    meanwhile(relations, "purge", lambda: left.__setitem__(0, 9.0))
    assert driver.sweep() == {**NOTHING, "finished": 1}
    assert driver.sweep() == NOTHING
    left[0] = 60.0
    assert driver.sweep() == {**NOTHING, "finished": 1}


def test_a_timer_with_little_time_begins_nothing(driver: InProcess, store: Tables, calls: Calls) -> None:
    store.write(work.put(Work(1, "purge", f"{CLO}:{ANN}:7")))
    calls()
    assert driver.invoke("sweep", SWEEP, timeout_s=5) == '{"finished":0,"waiting":0,"failed":0}'
    (line,) = calls()
    assert line["requests"] == 0


def test_a_purge_takes_only_the_row_that_its_own_unfollow_switched_off(product: Product, store: Tables) -> None:
    key = relations.key(ANN, BEN)

    def epoch() -> int:
        row = store.get(schema.RELATIONS, key)
        assert row is not None
        return relations.decode(row).epoch

    relations.purge(store, ANN, BEN, epoch())  # it is on
    assert product.call("GET", f"/v1/follows/{ANN}", BEN).body["status"] == 1
    product.unfollow(BEN, ANN)
    relations.purge(store, ANN, BEN, epoch() - 1)  # a later unfollow switched it off
    assert store.get(schema.RELATIONS, key) is not None
    relations.purge(store, ANN, BEN, epoch())
    assert store.get(schema.RELATIONS, key) is None


def test_an_idle_shard_is_started_again_once(product: Product, driver: InProcess, store: Tables, clock: Clock) -> None:
    """Its worker never came; the next one is given its time before another is sent for."""
    article = product.publish(ANN)["id"]
    driver.queue.clear()
    clock.advance(200_000)
    driver.sweep()
    assert len(driver.queue) == 1
    product.settle()
    (job,) = jobs.of_delivery(store, article, 1)
    assert job.done
    assert driver.sweep() == NOTHING
