"""What fails again and again: set aside so that the rest goes on, tried for longer, given up with a dead letter."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from feed import wiring
from feed.domain.fanout import SET_ASIDE, delivered
from feed.domain.ids import hashed
from feed.store import jobs, schema, sessions, work
from feed.store.client import Connection, Tables
from feed.store.rows import Copies, Failed, Update, Value, Write
from feed.store.work import Work
from tests.operations.conftest import Calls, Clock, Meanwhile
from tests.operations.crashes import Kind, Process, faults, guarded
from tests.operations.fans import ANN, FANS, everybody_has, given_followers_of_some_days
from tests.steps import InProcess, Product

SICK = FANS[3]
HOUR_MS = 3_600_000


class Sickness:
    """Rows of one table that Tablestore cannot write, by their first key: neither it nor the others are told why."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.table = schema.INBOXES
        self.keys: set[str] = set()
        write_many, put_copies = Tables.write_many, Tables.put_copies

        def write(tables: Tables, writes: Any) -> list[Failed]:
            well = [one for one in writes if not self._ails(one)]
            failed = write_many(tables, well) if well else []
            return [*failed, *(Failed(one) for one in writes if self._ails(one))]

        def put(tables: Tables, copies: Copies) -> list[Failed]:
            if not any(self._ails(copies.put(first)) for first in copies.firsts):
                return put_copies(tables, copies)
            return write(tables, [copies.put(first) for first in copies.firsts])

        monkeypatch.setattr(Tables, "write_many", write)
        monkeypatch.setattr(Tables, "put_copies", put)

    def _ails(self, write: Write) -> bool:
        return write.table == self.table and str(write.key[0]) in self.keys


@pytest.fixture(autouse=True)
def people(product: Product, clock: Clock) -> None:
    given_followers_of_some_days(product, clock)


@pytest.fixture
def sickness(monkeypatch: pytest.MonkeyPatch) -> Sickness:
    monkeypatch.setenv("FEED_FANOUT_BATCH_FOLLOWERS", "100")
    wiring.forget()
    found = Sickness(monkeypatch)
    found.keys = {hashed(SICK)}
    return found


def tried(driver: InProcess, event: tuple[str, bytes]) -> str:
    """One invocation of a worker that may fail, as Function Compute makes them."""
    try:
        driver.invoke(*event)
    except Exception as error:
        return str(error)
    return "ok"


def sweep_for(driver: InProcess, clock: Clock, ms: int) -> None:
    """The timer's turns of so long, with the workers that they start."""
    for _ in range(ms // 300_000):
        clock.advance(300_000)
        driver.sweep()
        while driver.queue:
            tried(driver, driver.queue.popleft())


def failed_for_hours(store: Tables, article: int, clock: Clock) -> None:
    """The only shard of its first delivery: one more failure is too many."""
    failed: dict[str, Value] = {"tries": 8, "failing_ms": clock.now_ms() - 2 * HOUR_MS, "reason": "of old"}
    store.write(Update(schema.JOBS, (hashed(article), 1, 0), put=failed))


def letters(store: Tables, clock: Clock) -> list[Work]:
    return [letter for bucket in work.DEAD_LETTERS for letter in work.all_due(store, bucket, clock.now_ms())]


def have(product: Product, article: int) -> set[int]:
    return {fan for fan in FANS if product.followed(fan) == [article]}


def test_one_sick_row_does_not_stop_the_rest(
    product: Product, driver: InProcess, store: Tables, clock: Clock, sickness: Sickness
) -> None:
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()
    assert ["1 rows could not" in tried(driver, event) for _ in range(3)] == [True, True, False]
    assert have(product, article) == set(FANS) - {SICK}
    whole, alone = jobs.of_delivery(store, article, 1)
    assert (whole.done, whole.parted, delivered([whole, alone])) == (True, True, len(FANS) - 1)
    assert (alone.shard, alone.start_key, alone.done) == (SET_ASIDE + SICK, hashed(SICK), False)
    sickness.keys.clear()
    sweep_for(driver, clock, 600_000)
    everybody_has(product, article)
    assert all(job.done for job in jobs.of_delivery(store, article, 1))
    assert delivered(jobs.of_delivery(store, article, 1)) == len(FANS)
    assert driver.sweep() == {"finished": 0, "waiting": 0, "failed": 0}


@pytest.mark.parametrize("place", range(len(FANS)))
def test_a_sick_row_costs_three_tries_wherever_it_stands(
    product: Product,
    driver: InProcess,
    store: Tables,
    sickness: Sickness,
    monkeypatch: pytest.MonkeyPatch,
    place: int,
) -> None:
    """Who goes carefully stays so: the next window would fail as a whole, and be tried as often."""
    monkeypatch.setattr("feed.operations.fanout_batch.CAREFUL_WINDOW", 2)
    sickness.keys = {sorted(map(hashed, FANS))[place]}
    product.publish(ANN)
    event = driver.queue[0]
    assert ["1 rows could not" in tried(driver, event) for _ in range(3)] == [True, True, False]
    (whole, alone) = jobs.of_delivery(store, int(json.loads(event[1])["article_id"]), 1)
    assert (whole.done, alone.done) == (True, False)


def test_what_stays_sick_for_hours_is_given_up_with_a_dead_letter(
    product: Product, driver: InProcess, store: Tables, clock: Clock, sickness: Sickness, calls: Calls
) -> None:
    article = product.publish(ANN)["id"]
    for _ in range(3):
        tried(driver, driver.queue[0])
    driver.queue.clear()
    calls()
    sweep_for(driver, clock, 4 * HOUR_MS)
    (alert,) = [line for line in calls() if "alert" in line]
    (letter,) = letters(store, clock)
    assert letter.id == alert["job"] == f"{article}:1:{SET_ASIDE + SICK}"
    assert letter.reason == "1 rows could not be written; it is safe to repeat."
    assert product.call("GET", f"/v1/articles/{article}/delivery", ANN).body["state"] == "stalled"
    assert driver.sweep() == {"finished": 0, "waiting": 0, "failed": 0}
    sickness.keys.clear()
    sweep_for(driver, clock, HOUR_MS)
    assert have(product, article) == set(FANS) - {SICK}, "nobody tries it any more"
    _, alone = jobs.of_delivery(store, article, 1)
    assert alone.dead_ms is not None
    assert tried(driver, ("fanout-batch", f'{{"article_id":{article},"delivery":1,"shard":{alone.shard}}}'.encode()))
    assert have(product, article) == set(FANS) - {SICK}, "not even by a repeated event"


def test_what_nobody_wants_any_more_is_stopped_and_not_given_up(
    product: Product, driver: InProcess, store: Tables, clock: Clock, calls: Calls
) -> None:
    article = product.publish(ANN)["id"]
    driver.queue.clear()
    failed_for_hours(store, article, clock)
    product.change(ANN, article, state="private")
    calls()
    sweep_for(driver, clock, HOUR_MS)
    (job,) = jobs.of_delivery(store, article, 1)
    assert (job.done, job.dead) == (True, False)
    assert not [line for line in calls() if "alert" in line]


def test_a_dead_letter_that_was_taken_for_outdated_comes_back(
    product: Product, driver: InProcess, store: Tables, clock: Clock, meanwhile: Meanwhile
) -> None:
    """Between letter and ledger a repair finds the shard alive."""
    article = product.publish(ANN)["id"]
    driver.queue.clear()
    failed_for_hours(store, article, clock)

    def take_it_away() -> None:
        store.write_all(*(work.remove(letter) for letter in letters(store, clock)))

    meanwhile(jobs, "bury", take_it_away)
    sweep_for(driver, clock, HOUR_MS)
    assert [letter.reason for letter in letters(store, clock)] == ["of old"]


def test_an_outage_sets_nobody_aside(
    product: Product,
    driver: InProcess,
    store: Tables,
    clock: Clock,
    sickness: Sickness,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """More rows fail than a sickness of their own would explain; half an hour later all is well again."""
    monkeypatch.setattr("feed.operations.fanout_batch.MOST_SET_ASIDE", 3)
    sickness.keys = {hashed(fan) for fan in FANS[:4]}
    article = product.publish(ANN)["id"]
    sweep_for(driver, clock, 2_400_000)
    (job,) = jobs.of_delivery(store, article, 1)
    assert (job.done, job.parted, job.dead_ms) == (False, False, None)
    assert job.tries > 3
    sickness.keys.clear()
    sweep_for(driver, clock, 1_800_000)
    everybody_has(product, article)


def test_a_note_of_a_late_article_that_fails_sets_its_reader_aside(
    product: Product, driver: InProcess, store: Tables, clock: Clock, sickness: Sickness
) -> None:
    sickness.table = schema.SESSIONS
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()
    clock.advance(2 * HOUR_MS)
    for _ in range(3):
        tried(driver, event)
    noted = {fan for fan in FANS if article in sessions.find(store, fan).late}
    assert noted == set(FANS) - {SICK}
    sickness.keys.clear()
    sweep_for(driver, clock, 1_200_000)
    assert article in sessions.find(store, SICK).late
    everybody_has(product, article)


@pytest.mark.usefixtures("sickness")
def test_who_shares_a_window_with_a_sick_row_is_told_of_a_late_article(
    product: Product, driver: InProcess, store: Tables, clock: Clock
) -> None:
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()
    clock.advance(2 * HOUR_MS)
    for _ in range(3):
        tried(driver, event)
    assert {fan for fan in FANS if article in sessions.find(store, fan).late} == set(FANS) - {SICK}


def test_who_has_left_is_not_waited_for(
    product: Product, driver: InProcess, store: Tables, clock: Clock, sickness: Sickness
) -> None:
    article = product.publish(ANN)["id"]
    for _ in range(3):
        tried(driver, driver.queue[0])
    driver.queue.clear()
    sickness.keys.clear()
    product.unfollow(SICK, ANN)
    sweep_for(driver, clock, 600_000)
    _, alone = jobs.of_delivery(store, article, 1)
    assert (alone.done, alone.delivered) == (True, 0)
    assert product.followed(SICK) == []


@pytest.mark.parametrize(
    "kind", [Kind.AFTER, *(pytest.param(k, marks=pytest.mark.slow) for k in (Kind.BEFORE, Kind.LOST))]
)
def test_a_worker_that_dies_while_it_sets_aside_leaves_nobody_behind(
    kind: Kind,
    product: Product,
    driver: InProcess,
    store: Tables,
    clock: Clock,
    sickness: Sickness,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At each of its requests; the successor sets the same follower aside, or the row is well by then."""
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))
    wiring.forget()
    for fault in faults(12, (kind,)):
        sickness.keys = {hashed(SICK)}
        article = product.publish(ANN, str(fault))["id"]
        event = driver.queue.popleft()
        for _ in range(2):
            assert "could not be written" in tried(driver, event)
        process = Process(partial(tried, driver, event), fault).run()
        assert process.ended
        sickness.keys.clear()
        driver.queue.clear()
        sweep_for(driver, clock, 1_800_000)
        assert all(product.followed(fan)[0] == article for fan in FANS), str(fault)
        ledger = jobs.of_delivery(store, article, 1)
        assert all(job.done for job in ledger), str(fault)
        assert delivered(ledger) == len(FANS), str(fault)


def test_whom_a_dead_worker_has_set_aside_is_seen_to_though_its_successor_needs_nobody(
    product: Product,
    driver: InProcess,
    store: Tables,
    clock: Clock,
    sickness: Sickness,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The successor comes by a repeated event, finds the row well, and finishes the shard: the guard must stay."""
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))
    wiring.forget()
    orphans = 0
    for fault in faults(9, (Kind.AFTER,)):
        sickness.keys = {hashed(SICK)}
        article = product.publish(ANN, str(fault))["id"]
        event = driver.queue.popleft()
        for _ in range(2):
            tried(driver, event)
        Process(partial(tried, driver, event), fault).run()
        sickness.keys.clear()
        clock.advance(70_000)
        tried(driver, event)
        orphans += [job.done for job in jobs.of_delivery(store, article, 1)] == [True, False]
        sweep_for(driver, clock, 600_000)
        assert all(job.done for job in jobs.of_delivery(store, article, 1)), str(fault)
    assert orphans


def test_a_shard_that_somebody_takes_while_it_is_given_up_lives_on(
    product: Product, driver: InProcess, store: Tables, clock: Clock, sickness: Sickness, meanwhile: Meanwhile
) -> None:
    """The row is well again, and a repeated event comes between the dead letter and the ledger."""
    article = product.publish(ANN)["id"]
    for _ in range(3):
        tried(driver, driver.queue[0])
    driver.queue.clear()
    shard = SET_ASIDE + SICK
    event = ("fanout-batch", f'{{"article_id":{article},"delivery":1,"shard":{shard}}}'.encode())

    def well_again() -> None:
        sickness.keys.clear()
        assert tried(driver, event) == "ok"

    meanwhile(jobs, "bury", well_again)
    sweep_for(driver, clock, 4 * HOUR_MS)
    everybody_has(product, article)
    assert [job.dead_ms for job in jobs.of_delivery(store, article, 1)] == [None, None]


def test_who_slept_while_its_shard_was_given_up_does_not_finish_it(
    product: Product, driver: InProcess, store: Tables, clock: Clock, sickness: Sickness, meanwhile: Meanwhile
) -> None:
    """The last of many: it would leave a shard that is dead and done."""
    sickness.keys.clear()
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()
    failed_for_hours(store, article, clock)

    def sleep() -> None:
        sweep_for(driver, clock, HOUR_MS)

    meanwhile(jobs, "finish", sleep)
    assert tried(driver, event) == "ok", "the shard is taken"
    (job,) = jobs.of_delivery(store, article, 1)
    assert (job.done, job.dead_ms is None, job.owner) == (False, False, "")


def test_whom_a_sleeper_sets_aside_when_all_is_over_is_seen_to(
    product: Product, driver: InProcess, store: Tables, clock: Clock, sickness: Sickness, meanwhile: Meanwhile
) -> None:
    """Its successor has finished the shard and removed the guard."""
    article = product.publish(ANN)["id"]
    event = driver.queue.popleft()
    for _ in range(2):
        tried(driver, event)

    def finish_without_it() -> None:
        sickness.keys.clear()
        sweep_for(driver, clock, HOUR_MS)
        assert driver.sweep() == {"finished": 0, "waiting": 0, "failed": 0}

    meanwhile(jobs, "set_aside", finish_without_it)
    assert tried(driver, event) == "ok", "the shard is taken"
    assert [job.done for job in jobs.of_delivery(store, article, 1)] == [True, False]
    sweep_for(driver, clock, 600_000)
    everybody_has(product, article)
    assert all(job.done for job in jobs.of_delivery(store, article, 1))
    assert driver.sweep() == {"finished": 0, "waiting": 0, "failed": 0}


def test_a_shard_whose_workers_meet_a_bug_ends_in_a_dead_letter_that_names_it(
    product: Product, driver: InProcess, store: Tables, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("something of a request")

    monkeypatch.setattr("feed.store.relations.followers", broken)
    article = product.publish(ANN)["id"]
    sweep_for(driver, clock, 4 * HOUR_MS)
    assert [(letter.id, letter.reason) for letter in letters(store, clock)] == [
        (f"{article}:1:0", "ValueError; the log says more.")
    ]
