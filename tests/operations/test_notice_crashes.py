"""Calls that die, race or are overtaken between an act and what its author is told: in the end, exactly what stands."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import pytest

from feed.operations.follow._change import finish
from feed.store import schema
from feed.store.client import Connection, Tables
from tests.operations import news, shelf
from tests.operations.conftest import Clock
from tests.operations.crashes import Fault, Kind, Process, alternately, faults, guarded
from tests.steps import Answer, InProcess, Product

ANN = 11
MINUTE_MS = 60_000
DAY_MS = 86_400_000


@dataclass
class Town:
    product: Product
    driver: InProcess
    store: Tables
    clock: Clock
    numbers: Iterator[int]

    def reader(self, *before: str, article: int = 0) -> int:
        """Somebody new, who has done all this before."""
        reader = next(self.numbers)
        self.product.call("GET", f"/v1/follows/{ANN}", reader)  # their row is there
        for kind in before:
            assert self.doing(reader, kind, article)().status == 200
        return reader

    def doing(self, reader: int, kind: str, article: int = 0) -> partial[Answer]:
        if kind in ("follow", "unfollow"):
            return partial(self.product.call, "PUT" if kind == "follow" else "DELETE", f"/v1/follows/{ANN}", reader)
        return partial(self.product.call, "POST", f"/v1/articles/{article}/actions", reader, {"kind": kind})

    def live_on(self) -> int:
        """Until nothing is left to do; of how many acts people are told."""
        while [row for row in shelf.everything(self.store, schema.WORK) if row["kind"] != "purge"]:
            self.clock.advance(MINUTE_MS + 15_000)
            self.product.settle()
            assert self.driver.sweep()["failed"] == 0
        return news.audit(self.store)


@pytest.fixture
def town(product: Product, driver: InProcess, store: Tables, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))
    made = Town(product, driver, store, clock, count(1000))
    product.given_people(ANN)
    made.live_on()
    return made


@pytest.mark.parametrize("again", [True, False], ids=["again", "swept"])
@pytest.mark.parametrize(
    ("kind", "before"), [("follow", ()), ("unfollow", ("follow",)), ("follow", ("follow", "unfollow"))]
)
def test_a_follow_or_unfollow_dies(town: Town, kind: str, before: tuple[str, ...], again: bool) -> None:
    requests = Process(town.doing(town.reader(*before), kind)).run().requests
    assert requests >= 5
    certain = int(kind == "follow")
    for fault in (tried := faults(requests)):
        reader = town.reader(*before)
        dying = Process(town.doing(reader, kind), fault).run()
        assert dying.met_its_fault
        assert dying.answer is None or dying.answer.status in (200, 503)
        if again:
            assert town.doing(reader, kind)().status == 200
    if again:
        assert town.live_on() == (certain * (len(tried) + 1))
    else:
        assert 0 < town.live_on() <= len(tried) + 1
    print(len(tried), "executions")


PAIRS = [("like", "unlike", ("read",)), ("unlike", "like", ("read", "like")), ("like", "like", ("read",))]
PAIRS += [("follow", "unfollow", ()), ("unfollow", "follow", ("follow",)), ("unfollow", "unfollow", ("follow",))]


@pytest.mark.parametrize(("slow", "quick", "before"), PAIRS)
def test_an_act_is_overtaken(town: Town, slow: str, quick: str, before: tuple[str, ...]) -> None:
    """It stops after any of its requests; the other one comes and goes, once or thrice, and then it goes on."""
    article = next(town.numbers)
    shelf.put_articles(town.store, shelf.article(article, ANN))
    opposite = {"like": "unlike", "unlike": "like", "follow": "unfollow", "unfollow": "follow"}
    for others in ([quick], [quick, opposite[quick], quick]):
        for after in range(9):
            reader = town.reader(*before, article=article)
            process = Process(town.doing(reader, slow, article)).run(after)
            for kind in others:
                assert town.doing(reader, kind, article)().status == 200
            process.run()
    town.live_on()


@pytest.mark.parametrize(("one", "other", "before"), PAIRS)
def test_two_that_race(town: Town, one: str, other: str, before: tuple[str, ...]) -> None:
    article = next(town.numbers)
    shelf.put_articles(town.store, shelf.article(article, ANN))
    for lead in range(9):
        reader = town.reader(*before, article=article)
        first, second = (Process(town.doing(reader, kind, article)) for kind in (one, other))
        alternately(first, second, lead)
    town.live_on()


@pytest.mark.parametrize("seed", range(3))
def test_follows_in_any_order_and_speed(town: Town, seed: int) -> None:
    """Three readers on several devices, some of whose calls die, and the sweeper in between."""
    chance = random.Random(seed)
    readers = [town.reader() for _ in range(3)]
    running: list[Process[Any]] = []

    def begin() -> Process[Any]:
        reader = chance.choice(readers)
        if chance.random() < 0.1:
            return Process(partial(finish, town.store, reader, ANN, town.clock.now_ms()))
        fault = chance.choice([None, None, Fault(chance.choice(list(Kind)), chance.randint(1, 8))])
        return Process(town.doing(reader, chance.choice(["follow", "unfollow"])), fault)

    for _ in range(300):
        if len(running) < 3:
            running.append(begin())
        chance.choice(running).step()
        running = [each for each in running if not each.ended]
        if chance.random() < 0.05:
            town.clock.advance(chance.choice([1, 1000]))
    for process in running:
        process.run()
    town.live_on()


def test_a_follow_that_a_block_ends_is_not_told(town: Town) -> None:
    """The block comes after any request of the follow; the author blocks, so that nobody may follow."""
    for after in range(9):
        reader = town.reader()
        process = Process(town.doing(reader, "follow")).run(after)
        assert town.product.call("PUT", f"/v1/blocks/{reader}", ANN).status == 200
        process.run()
    assert town.live_on() == 0
