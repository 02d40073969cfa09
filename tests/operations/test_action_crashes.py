"""Acts that die at any of their requests: once the sweeper has come, counters are what the log's flags say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.errors import OutcomeUnknown
from feed.operations._recount import recount
from feed.operations._recount_people import AFTER_MS, QUIET_MS
from feed.store import articles, schema
from feed.store.client import Connection, Tables
from tests.operations import news, shelf
from tests.operations.conftest import Calls, Clock
from tests.operations.crashes import Fault, Kind, Process, faults, guarded
from tests.steps import Answer, InProcess, Product

ANN = 11
_LAG_MS = 10_000
UNCOUNTED = Fault(Kind.AFTER, 5)
"""A like or an unlike that dies when its flag has changed: after budgets, article and flags, author, and guard."""


@pytest.fixture(params=[0, _LAG_MS], ids=["no lag", "indexes lag"])
def tablestore(request: pytest.FixtureRequest, clock: Clock) -> Iterator[TablestoreFake]:
    """Its indexes follow the tests' clock."""
    with TablestoreFake(index_lag_ms=request.param, clock=lambda: clock.time_ns() // 1_000_000) as fake:
        yield fake


@pytest.fixture
def door(driver: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (it connects otherwise)
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))


@dataclass
class Stage:
    product: Product
    driver: InProcess
    store: Tables
    clock: Clock
    numbers: Iterator[int]

    @property
    def now_ms(self) -> int:
        return self.clock.time_ns() // 1_000_000

    def article(self) -> int:
        """A new one, with two readers who like it, so that a counter that is wrongly moved down shows."""
        id = next(self.numbers)
        shelf.put_articles(self.store, shelf.article(id, ANN))
        for _ in range(2):
            self.does(self.reader(), id, "read", "like")
        return id

    def reader(self) -> int:
        return next(self.numbers)

    def does(self, reader: int, article: int, *kinds: str) -> None:
        for kind in kinds:
            self.product.act(reader, article, kind)

    def acting(self, reader: int, article: int, kind: str, fault: Fault | None = None) -> Process[Answer]:
        path = f"/v1/articles/{article}/actions"
        return Process(partial(self.product.call, "POST", path, reader, {"kind": kind}), fault)

    def recounting(self, article: int, fault: Fault | None = None) -> Process[bool]:
        return Process(lambda: recount(article, self.store, self.now_ms), fault)

    def sweep(self) -> None:
        """Until no work is left: after the guards are due, and once nobody has counted for a while."""
        while shelf.everything(self.store, schema.WORK):
            self.clock.advance(AFTER_MS + QUIET_MS)
            answer = self.driver.sweep()
            assert (answer["failed"], answer["waiting"]) == (0, 0), answer
        shelf.audit(self.store)
        news.audit(self.store)


@pytest.fixture
def stage(
    door: None,  # noqa: ARG001 (before anything connects)
    product: Product,
    driver: InProcess,
    store: Tables,
    clock: Clock,
) -> Stage:
    made = Stage(product, driver, store, clock, count(1000))
    product.given_people(ANN)
    clock.advance(AFTER_MS)
    driver.sweep()
    return made


ACTS = {
    "read": ("read", ()),
    "like": ("like", ("read",)),
    "unlike": ("unlike", ("read", "like")),
    "repeated like": ("like", ("read", "like")),
    "comment": ("comment", ("read",)),
    "uncomment": ("uncomment", ("read", "comment")),
}


@pytest.mark.parametrize(("kind", "before"), ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("again", [True, False], ids=["again", "not again"])
def test_an_act_dies(stage: Stage, calls: Calls, kind: str, before: tuple[str, ...], again: bool) -> None:
    def told() -> tuple[int, int]:
        reader, article = stage.reader(), stage.article()
        stage.product.call("GET", f"/v1/articles/{article}/actions", reader)  # their row is there
        stage.does(reader, article, *before)
        return reader, article

    reader, article = told()
    calls()
    process = stage.acting(reader, article, kind).run()
    (line,) = calls()
    assert line["requests"] == process.requests == (2 if kind in before else 7 if "like" in kind else 6)
    tried = faults(process.requests)
    for fault in tried:
        reader, article = told()
        dying = stage.acting(reader, article, kind, fault).run()
        assert dying.met_its_fault
        assert dying.answer is None or dying.answer.status in (200, 503)
        if again:
            stage.does(reader, article, kind)
            flags = stage.product.call("GET", f"/v1/articles/{article}/actions", reader).body["flags"]
            assert (flags["like"], flags["comment"]) == (kind == "like", kind == "comment")
    stage.sweep()
    counts = shelf.audit(stage.store)
    likes = {counts[id].like for id in counts}
    assert likes <= ({2, 3} if "like" in kind else {2})
    print(len(tried), "executions")


def test_a_recount_dies(stage: Stage) -> None:
    """The next one finishes it; meanwhile the reader takes back what nobody has counted."""
    lost = []
    for fault in faults(4):
        reader, article = stage.reader(), stage.article()
        stage.does(reader, article, "read")
        assert stage.acting(reader, article, "like", UNCOUNTED).run().met_its_fault
        lost.append((fault, reader, article))
    stage.clock.advance(AFTER_MS)
    for fault, reader, article in lost:
        with suppress(OutcomeUnknown):
            assert stage.recounting(article, fault).run().met_its_fault
        stage.does(reader, article, "unlike")
    stage.sweep()
    assert {counts.like for counts in shelf.audit(stage.store).values()} == {2}


@pytest.mark.parametrize("lost", [None, "like", "unlike"], ids=["nothing", "a like", "an unlike"])
@pytest.mark.parametrize("kind", ["like", "unlike"])
def test_a_recount_between_the_requests_of_an_act(stage: Stage, kind: str, lost: str | None) -> None:
    """Also of an act that makes up for one that was not counted, so that totals agree while neither is right."""
    for after in range(8):
        article, reader = stage.article(), stage.reader()
        stage.does(reader, article, "read", *(["like"] if kind == "unlike" else []))
        if lost is not None:
            other = stage.reader()
            stage.does(other, article, "read", *(["like"] if lost == "unlike" else []))
            assert stage.acting(other, article, lost, UNCOUNTED).run().met_its_fault
        stage.clock.advance(AFTER_MS)
        process = stage.acting(reader, article, kind).run(after)
        stage.clock.advance(QUIET_MS)
        stage.driver.sweep()
        recount(article, stage.store, stage.now_ms)
        process.run()
        stage.sweep()


def test_likes_and_unlikes_around_the_scan_of_a_recount(stage: Stage) -> None:
    """The counters are the same before and after it; what it has seen of the log lies between."""
    article = stage.article()
    liker, unliker, lost = (stage.reader() for _ in range(3))
    stage.does(liker, article, "read")
    stage.does(unliker, article, "read", "like")
    stage.does(lost, article, "read")
    assert stage.acting(lost, article, "like", UNCOUNTED).run().met_its_fault
    stage.clock.advance(AFTER_MS)
    process = stage.recounting(article).run(1)
    stage.does(liker, article, "like")
    stage.clock.advance(_LAG_MS)
    process.run(1)
    stage.does(unliker, article, "unlike")
    process.run()
    assert process.answer is False
    stage.sweep()


def test_one_recount_serves_every_act_that_died_on_an_article(stage: Stage) -> None:
    article = stage.article()
    for _ in range(4):
        lost = stage.reader()
        stage.does(lost, article, "read")
        assert stage.acting(lost, article, "like", UNCOUNTED).run().met_its_fault
    stage.clock.advance(AFTER_MS + QUIET_MS)
    assert stage.driver.sweep()["finished"] == 4
    assert articles.require(stage.store, article).recounts == 1
    assert shelf.audit(stage.store)[article].like == 6


def test_two_recounts_at_once(stage: Stage) -> None:
    """The one that has read the log first writes last, when the other has finished a guard that came in between."""
    article, lost = stage.article(), stage.reader()
    stage.does(lost, article, "read")
    stage.clock.advance(QUIET_MS)
    process = stage.recounting(article).run(2)
    assert stage.acting(lost, article, "like", UNCOUNTED).run().met_its_fault
    stage.sweep()
    process.run()
    assert process.answer is False
    stage.sweep()


def test_a_recount_waits_until_the_index_shows_what_was_counted(stage: Stage) -> None:
    article, lost, late = stage.article(), stage.reader(), stage.reader()
    for reader in (lost, late):
        stage.does(reader, article, "read")
    assert stage.acting(lost, article, "like", UNCOUNTED).run().met_its_fault
    stage.clock.advance(AFTER_MS)
    stage.does(late, article, "like")
    stage.clock.advance(QUIET_MS // 2)
    answer = stage.driver.sweep()
    assert (answer["finished"], answer["waiting"]) == (0, 1)
    stage.clock.advance(QUIET_MS)
    assert stage.driver.sweep()["finished"] == 1
    assert shelf.audit(stage.store)[article].like == 4


def test_a_slow_act_is_as_young_as_its_count(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was called long ago; what counts for the recount is when it counted."""
    article, lost, slow = stage.article(), stage.reader(), stage.reader()
    for reader in (lost, slow):
        stage.does(reader, article, "read")
    assert stage.acting(lost, article, "like", UNCOUNTED).run().met_its_fault
    stage.clock.advance(AFTER_MS)
    process = stage.acting(slow, article, "like").run(4)
    stage.clock.advance(QUIET_MS)
    monkeypatch.setattr("feed.call.time.monotonic", lambda at=stage.clock.monotonic: at() + QUIET_MS / 1000)
    process.run()
    assert recount(article, stage.store, stage.now_ms) is False
    stage.sweep()


@pytest.mark.parametrize("seed", range(3))
def test_anything_at_once(stage: Stage, seed: int) -> None:
    """Five readers, acts in any order and speed, some of which die, and recounts between their requests."""
    chance = random.Random(seed)
    article = stage.article()
    readers = [stage.reader() for _ in range(5)]
    for reader in readers:
        stage.does(reader, article, "read")
    running: list[Process[Answer] | Process[bool]] = []

    def begin() -> Process[Answer] | Process[bool]:
        fault = chance.choice([None, None, chance.choice(faults(7))])
        if chance.random() < 0.15:
            return stage.recounting(article)
        kind = chance.choice(["like", "unlike", "collect", "uncollect", "comment", "uncomment"])
        return stage.acting(chance.choice(readers), article, kind, fault)

    for _ in range(400):
        if len(running) < 4:
            running.append(begin())
        process = chance.choice(running)
        process.step()
        running = [each for each in running if not each.ended]
        if chance.random() < 0.05:
            stage.clock.advance(chance.choice([1, 1000, QUIET_MS]))
    for process in running:
        process.run()
    stage.sweep()
