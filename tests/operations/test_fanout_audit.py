"""The audit of a delivery: who lacks the article is named, whatever is right or on its way is not."""

from __future__ import annotations

import json

import pytest

from alifakes.tablestore.app import TablestoreFake
from commands.fanout.delivery import Refused
from commands.fanout.report import DOUBLED, HIDDEN, MISSING, NOT_YET, STALLED, SURPLUS
from feed import wiring
from feed.call import Call
from feed.domain.fanout import SET_ASIDE
from feed.domain.ids import hashed
from feed.errors import FeedError
from feed.store import inboxes, jobs, schema, sessions
from feed.store.client import Tables
from feed.store.rows import Update
from tests.operations.conftest import Clock, Meanwhile
from tests.operations.deliveries import DAY_MS, MINUTE_MS, STRANGER, Deliveries, found
from tests.operations.fans import ANN, FANS, given_followers_of_some_days
from tests.steps import InProcess, Product


@pytest.fixture
def stage(product: Product, driver: InProcess, store: Tables, clock: Clock) -> Deliveries:
    given_followers_of_some_days(product, clock)
    return Deliveries(product, driver, store, clock)


@pytest.fixture
def article(stage: Deliveries) -> int:
    return stage.deliver()


def test_a_delivery_that_is_over_holds(stage: Deliveries, article: int) -> None:
    before = stage.rows()
    assert before.keys() == {(fan, article) for fan in FANS}
    report = stage.audit(article, everywhere=True)
    assert (report.state, report.holds, report.owed, report.held, found(report)) == ("done", True, 8, 8, {})
    assert report.lines()[-1] == "ok: whoever is owed it has it"
    assert stage.rows() == before


def test_who_lacks_it_is_named(stage: Deliveries, article: int) -> None:
    stage.lose(article, FANS[6], FANS[1])
    report = stage.audit(article)
    assert (report.holds, report.owed, report.held) == (False, 8, 6)
    assert found(report) == {MISSING: [FANS[1], FANS[6]]}
    assert report.lines()[-1] == f"2 lack it: scripts/fanout repair {article} brings it to them."


def test_who_has_left_sees_nothing_and_is_owed_nothing(stage: Deliveries, article: int) -> None:
    """The second one had lost the row before."""
    stage.lose(article, FANS[1])
    for fan in FANS[:2]:
        stage.product.unfollow(fan, ANN)
    for everywhere in (False, True):
        report = stage.audit(article, everywhere=everywhere)
        assert (report.holds, report.owed, found(report)) == (True, 6, {HIDDEN: [FANS[0]]})


def test_a_day_later_only_the_look_everywhere_knows_who_left(stage: Deliveries, article: int) -> None:
    stage.product.unfollow(FANS[0], ANN)
    stage.clock.advance(DAY_MS + MINUTE_MS)
    stage.driver.sweep()
    assert found(stage.audit(article)) == {}
    assert found(stage.audit(article, everywhere=True)) == {HIDDEN: [FANS[0]]}


def test_a_row_that_nothing_hides_is_surplus(stage: Deliveries, article: int) -> None:
    """Who has left is found by the relation row that is kept for a day, who never followed by looking everywhere."""
    stage.stray(article, STRANGER)
    stage.product.unfollow(FANS[0], ANN)
    stage.store.write(Update(schema.SESSIONS, sessions.key(FANS[0]), drop=(sessions.column(ANN),)))
    assert found(stage.audit(article)) == {SURPLUS: [FANS[0]]}
    report = stage.audit(article, everywhere=True)
    assert (report.holds, found(report)) == (False, {SURPLUS: [FANS[0], STRANGER]})


def test_a_row_in_a_wrong_place_is_doubled(stage: Deliveries, article: int) -> None:
    other = stage.deliver()
    stage.stray(article, FANS[2], off_ms=5)
    stage.stray(article, STRANGER, off_ms=-5)
    assert stage.audit(article).holds
    report = stage.audit(article, everywhere=True)
    assert (report.holds, found(report)) == (False, {DOUBLED: [FANS[2], STRANGER]})
    assert found(stage.audit(other, everywhere=True)) == {}


def test_follows_on_their_way_are_nobodys_mistake(stage: Deliveries, article: int) -> None:
    """The session entry is ahead of the relation row, in either direction."""
    stage.stray(article, STRANGER)
    stage.lose(article, FANS[0])
    for reader, state in ((STRANGER, "on"), (FANS[0], "off")):
        put = {sessions.column(ANN): f"{stage.clock.now_ms()}:{state}"}
        stage.store.write(Update(schema.SESSIONS, sessions.key(reader), put=put))
    report = stage.audit(article, everywhere=True)
    assert (report.holds, report.owed, found(report)) == (True, 7, {})


def test_who_followed_later_is_not_owed_it(stage: Deliveries, article: int) -> None:
    stage.product.given_people(STRANGER)
    stage.product.follow(STRANGER, ANN)
    stage.lose(article, STRANGER)
    report = stage.audit(article, everywhere=True)
    assert (report.holds, report.owed, report.later) == (True, 8, 1)


def test_who_stays_away_is_deferred_whether_they_have_it_or_not(stage: Deliveries) -> None:
    stage.clock.advance(40 * DAY_MS)
    stage.product.followed(FANS[0])
    stage.product.settle()
    article = stage.deliver()
    stage.stray(article, FANS[1])
    report = stage.audit(article, everywhere=True)
    assert (report.holds, report.owed, report.deferred) == (True, 1, 7)
    stage.lose(article, FANS[0], FANS[1])
    report = stage.audit(article)
    assert (report.deferred, found(report)) == (7, {MISSING: [FANS[0]]})


def test_a_delivery_at_work_is_told_from_one_that_has_passed_somebody_by(stage: Deliveries) -> None:
    article = stage.publish()
    report = stage.audit(article)
    assert (report.state, report.holds, found(report)) == ("running", True, {NOT_YET: FANS})
    stage.driver.invoke(*stage.driver.queue.popleft())
    reached = sorted(stage.have(article))
    rest = sorted({*FANS}.difference(reached))
    report = stage.audit(article)
    assert (report.state, report.holds, report.held, found(report)) == ("running", True, 3, {NOT_YET: rest})
    assert report.lines()[-1].startswith("Still running: 5 are not reached yet.")
    stage.lose(article, reached[0])
    report = stage.audit(article)
    assert (report.holds, found(report)) == (False, {MISSING: [reached[0]], NOT_YET: rest})


def test_who_waits_for_a_shard_that_has_stopped_is_not_well(stage: Deliveries) -> None:
    article = stage.publish()
    stage.driver.queue.clear()
    stage.clock.advance(10 * MINUTE_MS)
    report = stage.audit(article)
    assert (report.state, report.holds, found(report)) == ("stalled", False, {STALLED: FANS})


def test_shards_side_by_side_are_told_apart(stage: Deliveries, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the eight is behind the cursor of their own one."""
    monkeypatch.setenv("FEED_FANOUT_WIDTH", "64")
    wiring.forget()
    article = stage.publish()
    while stage.driver.queue:
        stage.driver.invoke(*stage.driver.queue.popleft())
        report = stage.audit(article)
        assert report.holds
        assert report.held == len(stage.have(article)) == len(FANS) - len(found(report).get(NOT_YET, []))
    assert (report.state, report.held) == ("done", 8)


def test_shards_that_are_not_written_yet_are_not_late(stage: Deliveries, tablestore: TablestoreFake) -> None:
    tablestore.faults.add("disconnect", table=schema.JOBS)
    body = {"title": "t", "html": "<p>x</p>", "state": "public"}
    assert stage.product.call("POST", "/v1/articles", ANN, body, {"Idempotency-Key": "k"}).status == 503
    tablestore.faults.clear()
    (item,) = stage.product.walk(f"/v1/users/{ANN}/articles", ANN)
    report = stage.audit(item["id"])
    assert (report.state, report.holds, found(report)) == ("running", True, {NOT_YET: FANS})


def test_ledger_rows_that_are_still_to_come_leave_a_gap(
    stage: Deliveries, tablestore: TablestoreFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The release died with the second of three shards unwritten; the first one is done, the third has not begun."""
    monkeypatch.setenv("FEED_FANOUT_WIDTH", "3")
    wiring.forget()
    tablestore.faults.add("partial", api="BatchWriteRow", table=schema.JOBS, rows=[2])
    body = {"title": "t", "html": "<p>x</p>", "state": "public"}
    assert stage.product.call("POST", "/v1/articles", ANN, body, {"Idempotency-Key": "k"}).status == 503
    tablestore.faults.clear()
    (item,) = stage.product.walk(f"/v1/users/{ANN}/articles", ANN)
    first, third = jobs.of_delivery(stage.store, item["id"], 1)
    assert (first.shard, third.shard) == (0, 2)
    stage.driver.queue.append(
        ("fanout-batch", json.dumps({"article_id": item["id"], "delivery": 1, "shard": 0}).encode())
    )
    while not jobs.of_delivery(stage.store, item["id"], 1)[0].done:
        stage.driver.invoke(*stage.driver.queue.popleft())
    report = stage.audit(item["id"])
    reached = [fan for fan in FANS if hashed(fan) < first.end_key]
    assert (report.state, report.holds, report.held) == ("running", True, len(reached))
    assert found(report) == {NOT_YET: [fan for fan in FANS if fan not in reached]}


def test_a_follower_set_aside_has_a_shard_of_their_own(stage: Deliveries) -> None:
    """Those behind them wait for the shard that went on."""
    article = stage.publish()
    stage.driver.invoke(*stage.driver.queue.popleft())
    sick = min(stage.have(article))
    rest = [fan for fan in FANS if fan not in stage.have(article)]
    (whole,) = jobs.of_delivery(stage.store, article, 1)
    stage.lose(article, sick)
    stage.store.write_all(*jobs.set_aside(whole, [hashed(sick)], stage.clock.now_ms()))
    report = stage.audit(article)
    assert (report.state, found(report)) == ("running", {NOT_YET: sorted([sick, *rest])})
    put = {"dead_ms": stage.clock.now_ms()}
    stage.store.write(Update(schema.JOBS, (hashed(article), 1, SET_ASIDE + sick), put=put))
    report = stage.audit(article)
    assert (report.state, found(report)) == ("dead", {MISSING: [sick], NOT_YET: rest})


def test_many_pages_are_as_one(stage: Deliveries, article: int, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.lose(article, FANS[3], FANS[7])
    for reader in range(STRANGER, STRANGER + 10):
        stage.stray(article, reader)
    scan = Tables.scan
    monkeypatch.setattr(Tables, "scan", lambda *given, **named: scan(*given, **{**named, "limit": 2}))
    report = stage.audit(article, everywhere=True)
    assert (report.owed, report.held) == (8, 6)
    assert found(report) == {MISSING: [FANS[3], FANS[7]], SURPLUS: list(range(STRANGER, STRANGER + 10))}


def test_an_article_that_changes_meanwhile_is_not_judged(stage: Deliveries, article: int, meanwhile: Meanwhile) -> None:
    meanwhile(inboxes, "holders", lambda: stage.product.change(ANN, article, state="private"))
    with pytest.raises(Refused, match="meanwhile"):
        stage.audit(article)


def test_a_repeated_publication_owes_it_to_who_followed_in_between(stage: Deliveries, article: int) -> None:
    stage.product.given_people(STRANGER)
    stage.product.change(ANN, article, state="private")
    stage.product.follow(STRANGER, ANN)
    stage.clock.advance(MINUTE_MS)
    stage.product.change(ANN, article, state="public")
    assert found(stage.audit(article)) == {NOT_YET: [STRANGER]}
    stage.clock.advance(MINUTE_MS)
    stage.product.settle()
    report = stage.audit(article, everywhere=True)
    assert (report.delivery.number, report.owed, report.holds) == (2, 9, True)
    stage.lose(article, STRANGER, FANS[3])
    assert found(stage.audit(article)) == {MISSING: [FANS[3], STRANGER]}
    stage.clock.advance(31 * DAY_MS)  # with the ledger the time of the second delivery is gone
    assert jobs.of_delivery(stage.store, article, 2) == []
    report = stage.audit(article)
    assert (report.state, found(report)) == ("done", {MISSING: [FANS[3]]})


def test_what_cannot_be_audited_says_why(stage: Deliveries, article: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = stage.product.publish(ANN, state="private")["id"]
    stage.product.change(ANN, article, state="private")
    monkeypatch.setenv("FEED_PULL_FOLLOWERS", "5")
    wiring.forget()
    left = stage.publish()
    for id, why in ((404, "no article"), (draft, "never been published"), (article, "withdrawn"), (left, "readers")):
        for look in (stage.audit, stage.repair):
            with pytest.raises((FeedError, Refused), match=why):
                look(id)


def test_after_ninety_days_nobody_is_owed_anything(stage: Deliveries, article: int) -> None:
    """A repair would bring to everybody, as unread, what they have read long ago."""
    stage.clock.advance(91 * DAY_MS)
    assert stage.rows() == {}
    for look in (stage.audit, stage.repair):
        with pytest.raises(Refused, match="more than 90 days ago"):
            look(article)


def test_a_throttled_minute_does_not_end_an_audit(
    stage: Deliveries, article: int, tablestore: TablestoreFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does it count anybody twice."""
    waited: list[float] = []
    monkeypatch.setattr(Call, "wait", lambda _, seconds: waited.append(seconds))
    monkeypatch.setattr("feed.store.client.time.sleep", lambda _: None)
    tablestore.faults.add("partial", api="BatchGetRow", table=schema.INBOXES, rows=[0], count=9)  # of three tries each
    report = stage.audit(article)
    assert (report.owed, report.held, len(waited)) == (8, 8, 3)
