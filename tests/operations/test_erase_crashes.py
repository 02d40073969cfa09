"""Turns at erasing a person that die at any of their requests, meet, or sleep: all goes, and no money with it."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from contextlib import suppress
from functools import partial

import pytest

from alifakes.alipay.keys import Keys
from commands.admin import erase
from feed.domain.ids import hashed
from feed.errors import OutcomeUnknown
from feed.operations import erase_user
from feed.store import erasures
from feed.store.client import Connection, Tables
from feed.store.personal import LOOKED_AT
from feed.store.schema import ACCOUNTS, ORDERS
from tests.operations import shelf
from tests.operations.conftest import Clock
from tests.operations.crashes import GONE, Fault, Kind, Process, alternately, guarded
from tests.operations.operators import Operators
from tests.operations.persons import FEN, PAM, Lives, dump, naming
from tests.operations.test_erase import KEPT
from tests.steps import InProcess, Product

A_TURN_MS = 130_000
"""By then the lease of a turn that has died is over."""
FIRST_OF_A_STEP, FIRST_WRITE = 3, 4
"""A turn's first requests after it has found and claimed the work row; a lost answer to a read is asked for again."""


@pytest.fixture(autouse=True)
def door(driver: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (it connects otherwise)
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))


@pytest.fixture
def lives(
    door: None,  # noqa: ARG001 (before anything connects)
    product: Product,
    driver: InProcess,
    store: Tables,
    alipay_keys: Keys,
    clock: Clock,
) -> Lives:
    return Lives(product, driver, store, alipay_keys, clock)


def turn(lives: Lives) -> str:
    event = json.dumps({"user_id": PAM}).encode()
    return str(json.loads(lives.driver.invoke("erase-user", event, timeout_s=120))["outcome"])


def dying(lives: Lives, fault: Fault | None = None) -> Process[str]:
    return Process(partial(turn, lives), fault)


def assert_all_is_gone(lives: Lives, pams: list[int], money: tuple[int, int]) -> None:
    assert naming(dump(lives.store), [PAM, *pams]).keys() == KEPT
    assert "Pam" not in str(dump(lives.store))
    assert lives.money_holds() == money
    for _ in range(3):
        lives.tick(2)
    shelf.audit(lives.store)
    shelf.audit_people(lives.store)


def dies_throughout(lives: Lives, kind: Kind, looks: int) -> Counter[tuple[int, str]]:
    """Each turn dies one request later than the last one that has died at the same table, until a place behind is kept.

    How often it died at which table, by look; until the person is erased, or so many looks are over.
    """
    deaths: Counter[tuple[int, str]] = Counter()
    first = FIRST_WRITE if kind is Kind.LOST else FIRST_OF_A_STEP
    while (running := erasures.find(lives.store, PAM)) is not None and running.look <= looks:
        lives.clock.advance(max(A_TURN_MS, running.not_before_ms - lives.clock.now_ms()))
        place = running.look, running.table
        process = dying(lives, Fault(kind, first + deaths[place]))
        with suppress(OutcomeUnknown):
            process.run()
        deaths[place] += process.met_its_fault
    return deaths


@pytest.mark.parametrize("kind", Kind)
def test_turns_that_die_at_each_of_their_requests_come_to_the_end(lives: Lives, kind: Kind) -> None:
    pams, _ = lives.lived()
    money = lives.money_holds()
    lives.begins()
    deaths = dies_throughout(lives, kind, looks=100)
    assert len(deaths) > len(LOOKED_AT)
    assert max(deaths.values()) > 2
    assert_all_is_gone(lives, pams, money)


@pytest.mark.parametrize("kind", Kind)
def test_the_account_never_moves_in_a_look_that_has_found_an_order(lives: Lives, store: Tables, kind: Kind) -> None:
    """A refund that has read the order just before would be taken off a row that is gone."""
    lives.lived()
    before = [row for row in dump(store)[ACCOUNTS] if row["user_key"] == hashed(PAM)]
    lives.begins()
    dies_throughout(lives, kind, looks=1)
    found = dump(store)
    assert before == [row for row in found[ACCOUNTS] if row["user_key"] == hashed(PAM)] != []
    assert naming({ORDERS: found[ORDERS]}, [PAM]) == {}


@pytest.mark.parametrize("lead", [0, 2, 3])
def test_of_two_turns_at_once_one_leaves_it_to_the_other(lives: Lives, lead: int) -> None:
    pams, _ = lives.lived()
    money = lives.money_holds()
    lives.begins()
    first, second = dying(lives), dying(lives)
    alternately(first, second, lead)
    assert sorted([str(first.answer), str(second.answer)]) == ["taken", "waiting"]
    lives.erases()
    assert_all_is_gone(lives, pams, money)


@pytest.mark.parametrize("asleep", [3, 9, 40])
def test_a_turn_that_has_slept_does_no_harm(lives: Lives, asleep: int) -> None:
    """In each look: it wakes up when another has done all that it was about to do."""
    pams, _ = lives.lived()
    money = lives.money_holds()
    lives.begins()
    for _ in range(3):
        running = erasures.find(lives.store, PAM)
        if running is None:
            break
        lives.clock.advance(max(0, running.not_before_ms - lives.clock.now_ms()))
        sleeper = dying(lives).run(asleep)
        lives.clock.advance(A_TURN_MS)
        assert turn(lives) in ("waiting", "done")
        assert sleeper.run().answer in ("taken", "waiting", "done", "gone")
    lives.erases()
    assert_all_is_gone(lives, pams, money)


def test_a_turn_hands_on_before_its_time_is_up(lives: Lives, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page at a time here; the sweeper starts the one that was lost."""
    pams, _ = lives.lived()
    money = lives.money_holds()
    lives.begins()
    monkeypatch.setattr(erase_user, "_HAND_ON_S", 1_000_000)
    said = [turn(lives), turn(lives)]
    assert said == ["handed_on"] * 2
    assert [function for function, _ in lives.driver.queue] == ["erase-user"] * 2
    lives.driver.queue.clear()
    turns = Counter(lives.erases())
    assert turns == {"handed_on": 3 * (len(LOOKED_AT) - 1) - 2, "waiting": 2, "done": 1}
    assert_all_is_gone(lives, pams, money)


@pytest.mark.parametrize("kind", GONE)
def test_a_command_that_has_died_at_any_request_is_repeated(
    lives: Lives, store: Tables, clock: Clock, kind: Kind
) -> None:
    pams, _ = lives.lived()
    money = lives.money_holds()
    operators = Operators(store, clock)
    for at in itertools.count(1):
        process = Process(lambda: erase.begin(PAM, FEN, operators.desk()), Fault(kind, at)).run()
        if not process.met_its_fault:
            break
    assert at > 12
    lives.store_forgets()
    lives.erases()
    assert_all_is_gone(lives, pams, money)
    assert lives.begins().startswith(f"User {PAM} is erased")
    assert [act for act in operators.acts() if not act[2]] == []
