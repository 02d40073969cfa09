"""Blocks that die at any request, or meet unblocks and follows: what is confirmed holds, and the last one counts."""

from __future__ import annotations

import random
from itertools import count

import pytest

from feed.store.client import Connection, Tables
from tests.operations.conftest import Clock
from tests.operations.crashes import Fault, Kind, Process, alternately, faults, guarded, leads
from tests.operations.parting import FRIENDS, PARTED, PASTS, STRANGERS, VERBS, Pair, Stage
from tests.steps import Answer, InProcess, Product


@pytest.fixture
def door(driver: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (it connects otherwise)
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))


@pytest.fixture
def stage(
    door: None,  # noqa: ARG001 (before anything connects)
    product: Product,
    driver: InProcess,
    store: Tables,
    clock: Clock,
) -> Stage:
    return Stage(product, driver, store, clock, count(1001))


def requests_of(stage: Stage, verb: str, past: str) -> int:
    pair = stage.pair(past)
    if verb == "unblock":
        stage.does("block", pair)
    process = stage.doing(verb, pair).run()
    assert process.answer is not None
    assert process.answer.status == 200
    return process.requests


DEATHS = (Kind.BEFORE, Kind.LOST)
"""To be gone after a request is to be gone before the next one."""


@pytest.mark.parametrize(
    ("verb", "past", "again"),
    [
        ("block", FRIENDS, True),
        ("block", PARTED, False),
        ("unblock", FRIENDS, True),
        *(
            pytest.param(*rest, marks=pytest.mark.slow)
            for rest in (("block", FRIENDS, False), ("block", PARTED, True), ("unblock", FRIENDS, False))
        ),
    ],
)
def test_it_dies(stage: Stage, verb: str, past: str, again: bool) -> None:
    """The sweeper, or its repetition, finishes it; what was answered is so at once."""
    tried: list[Pair] = []
    for fault in faults(requests_of(stage, verb, past), DEATHS):
        pair = stage.pair(past)
        if verb == "unblock":
            stage.does("block", pair)
        dying = stage.doing(verb, pair, fault).run()
        assert dying.met_its_fault
        answers = [dying.answer] if dying.answer is not None else []
        assert all(answer.status in (200, 503) for answer in answers)
        if again:
            answers.append(stage.does(verb, pair))
            assert answers[-1].status == 200
        if any(answer.status == 200 for answer in answers):
            assert stage.is_blocked(pair) == (verb == "block")
            stage.assert_agreed(pair)
        tried.append(pair)
    stage.sweep()
    for pair in tried:
        stage.audit(pair)
    stage.assert_no_block_is_left_to_finish()


@pytest.mark.parametrize(
    ("past", "mine", "yours", "verb"),
    [
        (FRIENDS, "block", "same", "unblock"),
        (PARTED, "block", "same", "follow"),
        (PARTED, "block", "same", "block"),
        (FRIENDS, "block", "same", "block"),
        (PARTED, "block", "other", "follow"),
        (STRANGERS, "block", "other", "follow"),
        (FRIENDS, "block", "other", "block"),
        (FRIENDS, "block", "other", "unfollow"),
        (PARTED, "unblock", "same", "follow"),
        (FRIENDS, "unblock", "same", "block"),
        (FRIENDS, "unblock", "same", "unblock"),
        (PARTED, "unblock", "other", "follow"),
        (FRIENDS, "unblock", "other", "block"),
    ],
)
def test_two_at_once(stage: Stage, past: str, mine: str, yours: str, verb: str) -> None:
    """Their requests in turn, with every lead; nobody dies, so that nothing is left to the sweeper."""
    for lead in leads(requests_of(stage, mine, past)):
        pair = stage.pair(past)
        if mine == "unblock":
            stage.does("block", pair)
        first = stage.doing(mine, pair)
        second = stage.doing(verb, pair if yours == "same" else pair[::-1])
        alternately(first, second, lead)
        for process in (first, second):
            assert process.answer is not None
            assert process.answer.status in (200, 403), process.answer
        stage.audit(pair)
        if mine == "block" and verb != "unblock":
            assert stage.is_blocked(pair)
        if mine == "unblock" and verb != "block":
            assert not stage.is_blocked(pair)
    stage.assert_no_block_is_left_to_finish()


@pytest.mark.parametrize("past", PASTS)
def test_a_slow_block_ends_no_follow_that_came_after_it(stage: Stage, past: str) -> None:
    """In the midst of a block, its user ends it and follows, both confirmed; then it goes on."""
    for after in range(requests_of(stage, "block", past)):
        pair = stage.pair(past)
        slow = stage.doing("block", pair).run(after)
        began = stage.is_blocked(pair)
        for verb in ("unblock", "follow"):
            assert stage.does(verb, pair).status == 200
        if began:
            assert "profile" in stage.shows(pair)
            assert stage.follows(pair)
        slow.run()
        assert stage.is_blocked(pair) == (not began)
        assert stage.follows(pair) == began
        stage.audit(pair)


def test_a_slow_unblock_ends_no_block_that_came_after_it(stage: Stage) -> None:
    """One that it has read of; one that it finds is as good as older."""
    for after in range(requests_of(stage, "unblock", FRIENDS)):
        pair = stage.pair(FRIENDS)
        stage.does("block", pair)
        slow = stage.doing("unblock", pair).run(after)
        for verb in ("unblock", "block"):
            assert stage.does(verb, pair).status == 200
        while not slow.ended:
            if stage.is_blocked(pair):
                stage.assert_parted(pair)
            slow.step()
        stage.audit(pair)


@pytest.mark.parametrize("past", [STRANGERS, PARTED])
@pytest.mark.parametrize("who", ["by whom it blocks", "by who blocks"])
def test_nothing_shows_while_a_slow_follow_goes_on_past_a_block(stage: Stage, past: str, who: str) -> None:
    """Not between any two of its requests, and though it may have looked for a block before there was one."""
    probe = stage.doing("follow", stage.pair(past)).run()
    for after in range(probe.requests + 1):
        pair = stage.pair(past)
        slow = stage.doing("follow", pair[::-1] if who == "by whom it blocks" else pair).run(after)
        assert stage.does("block", pair).status == 200
        stage.assert_parted(pair)
        while not slow.ended:
            slow.step()
            stage.assert_parted(pair)
        assert slow.answer is not None
        assert slow.answer.status in (200, 403)
        stage.audit(pair)


@pytest.mark.parametrize("after_kind", [Kind.AFTER, Kind.BEFORE], ids=lambda kind: str(kind.value))
def test_a_follow_that_dies_past_a_block_is_ended_by_the_sweeper(stage: Stage, after_kind: Kind) -> None:
    probe = stage.doing("follow", stage.pair(PARTED)).run()
    tried = []
    for at in range(1, probe.requests + 1):
        pair = stage.pair(PARTED)
        slow = stage.doing("follow", pair, Fault(after_kind, at)).run(max(0, at - 2))
        assert stage.does("block", pair).status == 200
        slow.run()
        stage.assert_parted(pair)
        tried.append(pair)
    stage.sweep()
    for pair in tried:
        stage.audit(pair)


@pytest.mark.parametrize("seed", range(3))
def test_anything_at_once(stage: Stage, seed: int) -> None:
    """Both people, any verb, any speed, some of which die, and the sweeper between their requests."""
    chance = random.Random(seed)
    pair = stage.pair(chance.choice(PASTS))
    running: list[Process[Answer]] = []
    for _ in range(600):
        if len(running) < 3:
            fault = chance.choice([None, None, None, chance.choice(faults(20))])
            running.append(stage.doing(chance.choice(list(VERBS)), chance.choice([pair, pair[::-1]]), fault))
        process = chance.choice(running)
        process.step()
        running = [each for each in running if not each.ended]
        if chance.random() < 0.03:
            stage.clock.advance(chance.choice([1, 1000, 61_000]))
            stage.driver.sweep()
    for process in running:
        process.run()
    stage.sweep()
    stage.audit(pair)


def test_what_was_published_before_a_block_and_delivered_after_it_does_not_show(stage: Stage) -> None:
    pair = stage.pair(FRIENDS)
    stage.product.publish(pair[1])
    stage.does("block", pair)
    stage.product.settle()
    stage.assert_parted(pair)
    stage.audit(pair)
