"""The audit: silent about what is right and what is on its way, loud about anything else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from alifakes.alipay.keys import Keys
from commands.audit import IN_FLIGHT_MS, UNPAID_MS, audit
from feed.domain.ids import hashed
from feed.domain.tips import Order, Refund, Status
from feed.store import accounts, orders, schema
from feed.store.client import Tables
from feed.store.rows import Delete, Update
from tests.operations.conftest import Clock
from tests.operations.money import paid
from tests.steps import Product

ANN, BEN, CLO = 11, 12, 13


@pytest.fixture
def made(product: Product, store: Tables, alipay_keys: Keys) -> list[Order]:
    """Three tips for Ann, the second one half refunded, and a pending one."""
    product.given_people(ANN, BEN, CLO)
    article = product.publish(ANN)["id"]
    found = []
    for number in range(4):
        answer = product.tip(BEN if number % 2 else CLO, article)
        if number < 3:
            money = paid(answer, alipay_keys)
            product.notify(money.notification())
            if number == 1:
                product.notify(money.refunded(200).notification())
        order = orders.find(store, answer["order_id"])
        assert order is not None
        found.append(order)
    return found


def now(clock: Clock) -> int:
    return clock.time_ns() // 1_000_000


def test_what_is_right_is_said_to_be(store: Tables, clock: Clock, made: list[Order]) -> None:
    report = audit(store, now(clock))
    assert report.lines() == [
        f"orders    {len(made)}: 1 pending, 0 closed, 0 paid, 3 settled",
        "accounts  1 with 1300 fen, 3 tips credited",
        "ledger    4 lines",
        "ok: every paid order is credited once, the ledger adds up to the balances, no order is stuck",
    ]


def line_gone(store: Tables, order: Order) -> None:
    store.write(Delete(schema.LEDGER, (hashed(ANN), order.paid_ms, order.id)))


def line_twice(store: Tables, order: Order) -> None:
    store.write(accounts.tip_line(order._replace(paid_ms=order.paid_ms + 1)))


def balance_moved(store: Tables, order: Order) -> None:
    store.write(Update(schema.ACCOUNTS, accounts.key(ANN, order.bucket), add={"balance_fen": 1}))


def credited_twice(store: Tables, order: Order) -> None:
    accounts.credit(store, order._replace(bucket=order.bucket - 1))


def marker_gone(store: Tables, order: Order) -> None:
    store.write(Update(schema.ACCOUNTS, accounts.key(ANN, order.bucket), drop=(accounts.marker(order.id),)))


def pending_again(store: Tables, order: Order) -> None:
    store.write(Update(schema.ORDERS, orders.key(order.id), put={"status": Status.PENDING.value}))


def refund_forgotten(store: Tables, order: Order) -> None:
    store.write(Update(schema.ORDERS, orders.key(order.id), put={"refunds_settled_fen": 300}))


DAMAGES = [line_gone, line_twice, balance_moved, credited_twice, marker_gone, pending_again, refund_forgotten]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_is_found(
    store: Tables, clock: Clock, made: list[Order], damage: Callable[[Tables, Order], None]
) -> None:
    damage(store, made[0])
    report = audit(store, now(clock))
    assert not report.holds
    assert any(made[0].id in problem or hashed(ANN) in problem for problem in report.problems), report.lines()


def test_what_is_on_its_way_is_stuck_after_ten_minutes(store: Tables, clock: Clock, made: list[Order]) -> None:
    """A payment of which only the order knows, and one that is credited, but not yet in the ledger."""
    pending = made[3]
    orders.pay(store, pending, pending._replace(trade_no="T1", paid_ms=now(clock)))
    assert audit(store, now(clock)).holds
    accounts.credit(store, pending._replace(status=Status.PAID))
    assert audit(store, now(clock)).holds
    report = audit(store, now(clock) + IN_FLIGHT_MS + 1000)
    assert any("stuck" in problem for problem in report.problems)


def test_a_refund_on_its_way_is_stuck_after_ten_minutes(store: Tables, clock: Clock, made: list[Order]) -> None:
    orders.refund(store, made[0], Refund(now(clock), 100))
    assert audit(store, now(clock)).holds
    assert not audit(store, now(clock) + IN_FLIGHT_MS + 1000).holds


def test_an_order_that_nobody_closed_is_stuck(store: Tables, clock: Clock, made: list[Order]) -> None:
    assert audit(store, now(clock) + UNPAID_MS - 60_000).holds
    (problem,) = audit(store, now(clock) + UNPAID_MS + 60_000).problems
    assert problem == f"order {made[3].id}: stuck: expired, and neither paid nor closed"


def test_what_a_person_must_decide_is_named(store: Tables, clock: Clock, made: list[Order]) -> None:
    orders.suspect(store, made[3], "amount", "T9")
    report = audit(store, now(clock))
    assert (report.people, report.holds) == ([f"order {made[3].id}: amount, trade T9"], False)
    orders.resolve(store, made[3]._replace(suspect="amount"))
    assert audit(store, now(clock)).holds
