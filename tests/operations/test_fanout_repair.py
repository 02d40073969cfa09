"""The repair of a delivery: what is owed comes once and unread, what is there stays, dead shards live again."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from commands.fanout import repair
from commands.fanout.delivery import Refused
from commands.fanout.report import MISSING
from feed import wiring
from feed.call import Call, Spent
from feed.config import Credentials
from feed.domain.fanout import SET_ASIDE
from feed.domain.ids import hashed
from feed.errors import FeedError
from feed.store import jobs, relations, schema, sessions, work
from feed.store.client import Connection, Tables
from feed.store.rows import Copies, Delete, Failed
from feed.store.schema import KEY_NAMES
from feed.store.work import Work
from tests.operations import shelf
from tests.operations.conftest import Clock, Meanwhile
from tests.operations.crashes import Fault, Process, faults, guarded
from tests.operations.deliveries import HOUR_MS, MINUTE_MS, STRANGER, Deliveries, found
from tests.operations.fans import ANN, FANS, given_followers_of_some_days
from tests.steps import InProcess, Product


@pytest.fixture
def stage(product: Product, driver: InProcess, store: Tables, clock: Clock) -> Deliveries:
    given_followers_of_some_days(product, clock)
    return Deliveries(product, driver, store, clock)


@pytest.fixture
def article(stage: Deliveries) -> int:
    return stage.deliver()


def test_what_is_missing_comes_and_is_unread(stage: Deliveries, article: int) -> None:
    """A day late, and beside what they have read since."""
    lost = [FANS[1], FANS[6]]
    stage.lose(article, *lost)
    stage.everybody_reads()
    kept = stage.rows()
    stage.clock.advance(26 * HOUR_MS)
    done = stage.repair(article)
    assert (done.brought, done.lost) == ({hashed(fan) for fan in lost}, set())
    assert stage.have(article) == {*FANS}
    assert [stage.unread(fan) for fan in FANS] == [fan in lost for fan in FANS]
    after = stage.rows()
    assert after.items() >= kept.items()
    assert after.keys() - kept.keys() == {(fan, article) for fan in lost}
    assert list(stage.repair(article).lines())[1:] == ["nothing was missing"]
    assert stage.rows() == after


def test_within_the_hour_it_is_unread_without_a_note(stage: Deliveries, article: int) -> None:
    stage.lose(article, FANS[0])
    stage.everybody_reads()
    stage.repair(article)
    assert sessions.find(stage.store, FANS[0]).late == {}
    assert stage.unread(FANS[0]) == 1


def test_what_is_surplus_stays(stage: Deliveries, article: int) -> None:
    stage.stray(article, STRANGER)
    stage.product.unfollow(FANS[0], ANN)
    stage.lose(article, FANS[0])
    stage.stray(article, FANS[0])
    stage.store.write(Delete(schema.SESSIONS, sessions.key(FANS[0])))
    before = stage.rows()
    *_, last = stage.repair(article).lines()
    assert last.startswith("1 have it, but should not. No command takes it away")
    assert stage.rows() == before


def test_who_is_still_to_be_reached_is_left_to_the_worker(stage: Deliveries) -> None:
    """Its first put renews the arrival of whatever is there."""
    article = stage.publish()
    stage.driver.invoke(*stage.driver.queue.popleft())
    reached = stage.have(article)
    stage.lose(article, min(reached))
    done = stage.repair(article)
    assert done.brought == {hashed(min(reached))}
    assert stage.have(article) == reached
    stage.product.settle()
    assert stage.audit(article).held == 8


def test_the_sweeper_is_reminded_of_a_stalled_delivery(stage: Deliveries) -> None:
    """Invocation and work row are lost, and only the ledger is left."""
    article = stage.publish()
    stage.driver.queue.clear()
    (guard,) = [row for row in shelf.everything(stage.store, schema.WORK) if row["kind"] == "fanout"]
    stage.store.write(Delete(schema.WORK, tuple(guard[name] for name in KEY_NAMES[schema.WORK])))
    stage.clock.advance(10 * MINUTE_MS)
    done = stage.repair(article)
    assert (done.brought, stage.have(article)) == (set(), set())
    assert any(line.startswith("8 wait for a shard that has stopped") for line in done.lines())
    stage.sweep()
    assert stage.have(article) == {*FANS}
    assert (stage.status().deliveries, stage.report(article)["state"]) == ([], "done")


@pytest.mark.parametrize("how", ["withdraw", "publish again"])
def test_it_stops_when_the_article_changes(stage: Deliveries, article: int, meanwhile: Meanwhile, how: str) -> None:
    stage.lose(article, FANS[0])
    before = stage.rows()

    def change() -> None:
        stage.product.change(ANN, article, state="private")
        if how == "publish again":
            stage.product.change(ANN, article, state="public")

    meanwhile(repair, "require_current", change)
    with pytest.raises(Refused, match="meanwhile"):
        stage.repair(article)
    assert stage.rows() == before


def test_who_leaves_before_the_put_gets_nothing(stage: Deliveries, article: int, meanwhile: Meanwhile) -> None:
    stage.lose(article, *FANS[:2])
    meanwhile(relations, "current", lambda: stage.product.unfollow(FANS[0], ANN))
    assert stage.repair(article).brought == {hashed(FANS[1])}
    assert found(stage.audit(article, everywhere=True)) == {}


def test_what_came_meanwhile_keeps_its_arrival(stage: Deliveries, article: int, meanwhile: Meanwhile) -> None:
    stage.lose(article, FANS[0])
    there: dict[tuple[int, int], int] = {}

    def bring() -> None:
        stage.stray(article, FANS[0])
        there.update(stage.rows())
        stage.clock.advance(3_000)

    meanwhile(repair, "push_all", bring)
    stage.repair(article)
    assert stage.rows() == there


@pytest.mark.parametrize("table", [schema.INBOXES, schema.SESSIONS])
def test_one_row_that_cannot_be_written_does_not_stop_the_others(
    stage: Deliveries, article: int, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    """Of an inbox, or the note that makes the article unread: without that nobody gets it."""
    stage.lose(article, *FANS[:3])
    stage.everybody_reads()
    stage.clock.advance(2 * HOUR_MS)
    write_many = Tables.write_many

    def write(tables: Tables, writes: Any) -> list[Failed]:
        sick = [one for one in writes if (one.table, one.key[0]) == (table, hashed(FANS[1]))]
        well = [one for one in writes if one not in sick]
        return [*map(Failed, sick), *(write_many(tables, well) if well else [])]

    def put(tables: Tables, copies: Copies) -> list[Failed]:
        return write(tables, [copies.put(first) for first in copies.firsts])

    with monkeypatch.context() as patched:
        patched.setattr(Call, "wait", lambda *_: None)
        patched.setattr(Tables, "write_many", write)
        patched.setattr(Tables, "put_copies", put)
        done = stage.repair(article)
    assert (done.lost, done.brought) == ({hashed(FANS[1])}, {hashed(FANS[0]), hashed(FANS[2])})
    assert found(stage.audit(article)) == {MISSING: [FANS[1]]}
    assert stage.repair(article).brought == {hashed(FANS[1])}
    assert [stage.unread(fan) for fan in FANS[:4]] == [1, 1, 1, 0]


def test_a_dead_shard_lives_again(stage: Deliveries) -> None:
    """Its followers get the article at once; the worker that comes then finds everything there."""
    article = stage.given_a_dead_shard()
    assert stage.report(article)["state"] == "stalled"
    report = stage.audit(article)
    assert (report.state, len(found(report)[MISSING])) == ("dead", 5)
    done = stage.repair(article)
    assert (len(done.brought), len(done.revived), [letter.fate for letter in done.cleared]) == (5, 1, ["revived"])
    assert (stage.have(article), stage.shards(article)) == ({*FANS}, ["waits"])
    before = stage.rows()
    stage.sweep()
    assert (stage.shards(article), stage.report(article)["state"]) == (["done"], "done")
    assert stage.rows() == before
    status = stage.status()
    assert (status.calm, status.deliveries, status.letters) == (True, [], [])


def test_a_dead_shard_of_one_follower_lives_again(stage: Deliveries, article: int) -> None:
    (whole,) = jobs.of_delivery(stage.store, article, 1)
    stage.lose(article, FANS[4])
    stage.store.write_all(*jobs.set_aside(whole, [hashed(FANS[4])], stage.clock.now_ms()))
    *_, alone = jobs.of_delivery(stage.store, article, 1)
    jobs.bury(stage.store, alone, stage.clock.now_ms())
    done = stage.repair(article)
    assert (done.brought, [job.shard for job in done.revived]) == ({hashed(FANS[4])}, [SET_ASIDE + FANS[4]])
    stage.sweep()
    assert stage.shards(article) == ["done", "done"]


def test_a_sweeper_about_to_remove_the_work_row_does_not_lose_what_lives_again(
    stage: Deliveries, meanwhile: Meanwhile
) -> None:
    """It has read the ledger when all was over, and removes the row when the repair has ended."""
    article = stage.given_a_dead_shard()
    stage.clock.advance(MINUTE_MS)
    meanwhile(work, "remove", lambda: stage.repair(article))
    stage.driver.sweep()
    assert stage.shards(article) == ["waits"]
    stage.sweep()
    assert stage.shards(article) == ["done"]


@pytest.mark.parametrize(("how", "fate"), [("withdraw", "withdrawn"), ("publish again", "superseded")])
def test_letters_on_which_nothing_depends_any_more_go(stage: Deliveries, how: str, fate: str) -> None:
    article = stage.given_a_dead_shard()
    stage.product.change(ANN, article, state="private")
    if how == "publish again":
        stage.product.change(ANN, article, state="public")
        stage.product.settle()
    status = stage.status()
    assert ([letter.fate for letter in status.letters], status.calm) == ([fate], True)
    with suppress(Refused):
        stage.repair(article)
    assert stage.status().letters == []


def test_letters_of_others_stay(stage: Deliveries, article: int) -> None:
    other = stage.given_a_dead_shard()
    stage.product.change(ANN, other, state="private")
    stage.repair(article)
    (letter,) = stage.status().letters
    assert letter.work == Work(letter.work.due_ms, "dead", f"{other}:1:0")


def test_a_shard_that_has_died_again_keeps_its_letter(stage: Deliveries, meanwhile: Meanwhile) -> None:
    article = stage.given_a_dead_shard()

    def bury() -> None:
        (job,) = jobs.of_delivery(stage.store, article, 1)
        jobs.bury(stage.store, job, stage.clock.now_ms())

    meanwhile(repair, "remove_outdated", bury)
    assert stage.repair(article).cleared == []
    assert [letter.fate for letter in stage.status().letters] == ["dead"]


@pytest.fixture
def stepwise(stage: Deliveries) -> Tables:
    """Every table, for processes that die at a request."""
    assert stage.driver, "its environment is set"
    settings, credentials = wiring.settings(), Credentials.of_invocation(None, os.environ)
    connection = guarded(Connection.open)(settings.ots_endpoint, settings.ots_instance, credentials, 2.0)
    return Tables(connection, Spent(), KEY_NAMES)


def test_it_may_die_at_any_request(stage: Deliveries, stepwise: Tables) -> None:
    """Repeated, it has done everything: notes before rows, work row before shard before letter."""

    def run(article: int, fault: Fault | None = None) -> Process[Any]:
        return Process(partial(stage.repair, article, stepwise), fault)

    requests = run(stage.given_a_dead_shard()).run().requests
    assert requests > 15
    stage.sweep()
    for fault in faults(requests):
        article = stage.given_a_dead_shard()
        process = run(article, fault)
        with suppress(FeedError):
            process.run()
        assert process.met_its_fault, str(fault)
        stage.repair(article)
        held = {fan for fan, held in stage.rows() if held == article}
        assert (held, len(stage.noted(article))) == ({*FANS}, 5), str(fault)
        assert stage.shards(article) == ["waits"], str(fault)
        stage.sweep(turns=1)
        assert stage.shards(article) == ["done"], str(fault)
    stage.sweep()
    status = stage.status()
    assert (status.deliveries, status.letters) == ([], [])
