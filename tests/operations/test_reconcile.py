"""Where no notification comes: the sweeper asks Alipay, closes what nobody pays, and finishes refunds."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from alifakes.alipay.app import AlipayFake
from alifakes.alipay.keys import Keys
from alifakes.tablestore.app import TablestoreFake
from commands import audit as auditing
from commands.refund import refund, refund_suspicious, resolve
from feed import wiring
from feed.call import Call
from feed.config import Merchant
from feed.errors import FeedError
from feed.gateways.alipay import Alipay
from feed.store import orders, schema
from feed.store.client import Tables
from tests.operations.conftest import Clock, Meanwhile
from tests.operations.money import Paid, paid
from tests.steps import Answer, InProcess, Product

ANN, BEN = 11, 12
MINUTE = 60_000


@pytest.fixture
def article(product: Product, settled_profiles: Callable[[], None]) -> int:
    product.given_people(ANN, BEN)
    settled_profiles()
    made = int(product.publish(ANN)["id"])
    product.settle()
    return made


def open_page(order: Any) -> str:
    """The payer's browser follows the address; the order's number, by which the fake's buyer acts."""
    urllib.request.urlopen(order["pay_url"], timeout=10).close()
    return str(order["order_id"])


def status(product: Product, order: Any) -> str:
    return str(product.call("GET", f"/v1/tips/{order['order_id']}", BEN).body["status"])


def test_a_payment_without_a_notification_is_found_after_a_minute(
    product: Product, driver: InProcess, alipay: AlipayFake, clock: Clock, article: int
) -> None:
    order = product.tip(BEN, article)
    alipay.pay(open_page(order))
    driver.sweep()
    assert status(product, order) == "pending"  # nobody asks before, and no GET ever does
    clock.advance(MINUTE + 1)
    assert status(product, order) == "pending"
    driver.sweep()
    assert (status(product, order), product.balance(ANN)) == ("paid", 500)
    clock.advance(86_400_000)
    assert driver.sweep()["waiting"] == 0


@pytest.mark.parametrize("visited", [False, True], ids=["never opened", "abandoned"])
def test_an_order_that_nobody_pays_is_closed_after_its_expiry(
    product: Product, driver: InProcess, alipay: AlipayFake, clock: Clock, article: int, visited: bool
) -> None:
    began = clock.ahead_ms
    order = product.tip(BEN, article)
    if visited:
        alipay.abandon(open_page(order))
    for minutes, expected in ((1, "pending"), (5, "pending"), (16, "closed")):
        clock.advance(minutes * MINUTE + 1 - clock.ahead_ms + began)
        driver.sweep()
        assert status(product, order) == expected, minutes
    for _ in range(3):
        clock.advance(86_400_000)
        driver.sweep()
    assert driver.sweep() == {"finished": 0, "waiting": 0, "failed": 0}


def test_money_that_comes_after_the_end_is_credited(
    product: Product, driver: InProcess, alipay: AlipayFake, clock: Clock, article: int
) -> None:
    order = product.tip(BEN, article)
    number = open_page(order)
    clock.advance(16 * MINUTE + 1)
    driver.sweep()
    assert status(product, order) == "closed"
    alipay.pay_late(number)
    clock.advance(60 * MINUTE)
    driver.sweep()
    assert (status(product, order), product.balance(ANN)) == ("paid", 500)


def test_an_order_is_not_given_up_while_alipay_is_away(
    product: Product, driver: InProcess, alipay: AlipayFake, clock: Clock, article: int
) -> None:
    made = [product.tip(BEN, article) for _ in range(3)]
    for order in made:
        alipay.pay(open_page(order))
    alipay.stop()
    clock.advance(20 * MINUTE)
    assert driver.sweep() == {"finished": 0, "waiting": 2, "failed": 1}  # one question a turn
    assert [status(product, order) for order in made] == ["pending"] * 3
    alipay.start()
    driver.sweep()
    assert [status(product, order) for order in made] == ["paid"] * 3
    assert product.balance(ANN) == 1500


def test_what_is_known_to_be_paid_is_settled_while_alipay_is_away(
    product: Product,
    driver: InProcess,
    alipay: AlipayFake,
    alipay_keys: Keys,
    clock: Clock,
    tablestore: TablestoreFake,
    article: int,
) -> None:
    made = [product.tip(payer, article) for payer in range(1_000, 1_008)]
    alipay.stop()
    tablestore.faults.add("disconnect", api="UpdateRow", after=1)
    assert product.notify(paid(made[-1], alipay_keys).notification()).status == 503
    tablestore.faults.clear()
    clock.advance(MINUTE + 1)
    assert driver.sweep() == {"finished": 1, "waiting": 6, "failed": 1}
    assert product.balance(ANN) == 500
    alipay.start()


def test_slow_answers_leave_time_for_what_else_is_due(
    product: Product,
    driver: InProcess,
    alipay: AlipayFake,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    article: int,
) -> None:
    made = [product.tip(BEN, article) for _ in range(3)]
    left = [60.0]
    ask = Alipay.query

    def ask_slowly(*about: Any) -> Any:
        left[0] -= 11.0
        return ask(*about)

    monkeypatch.setattr(Call, "seconds_left", lambda _: left[0])
    monkeypatch.setattr(Alipay, "query", ask_slowly)
    for order in made:
        alipay.pay(open_page(order))
    clock.advance(MINUTE + 1)
    assert driver.sweep() == {"finished": 2, "waiting": 1, "failed": 0}
    left[0] = 60.0
    assert driver.sweep() == {"finished": 1, "waiting": 0, "failed": 0}
    assert product.balance(ANN) == 1500


def test_an_order_that_is_made_by_a_late_repetition_is_guarded(
    product: Product,
    driver: InProcess,
    alipay: AlipayFake,
    clock: Clock,
    tablestore: TablestoreFake,
    meanwhile: Meanwhile,
    article: int,
) -> None:
    """Its time is the first request's: a guard that is due by that is taken away before there is an order."""

    def ask() -> Answer:
        body, key = {"amount_fen": 500, "channel": "alipay"}, {"Idempotency-Key": "k"}
        return product.call("POST", f"/v1/articles/{article}/tips", BEN, body, key)

    tablestore.faults.add("unavailable", table=schema.ORDERS)
    assert ask().status == 503
    tablestore.faults.clear()
    clock.advance(2 * MINUTE)
    meanwhile(orders, "create", driver.sweep)
    order = ask().body
    alipay.pay(open_page(order))
    clock.advance(MINUTE + 1)
    driver.sweep()
    assert status(product, order) == "paid"


@pytest.fixture
def till(alipay: AlipayFake) -> Alipay:  # noqa: ARG001 (it sets the environment)
    return Alipay.open(Merchant.from_env(os.environ))


def now(clock: Clock) -> int:
    return clock.time_ns() // 1_000_000


@pytest.fixture
def tipped(product: Product, driver: InProcess, alipay: AlipayFake, clock: Clock, article: int) -> Any:
    order = product.tip(BEN, article)
    alipay.pay(open_page(order))
    clock.advance(MINUTE + 1)
    driver.sweep()
    return order


def test_refunds_by_hand_are_given_once(
    product: Product,
    driver: InProcess,
    alipay: AlipayFake,
    clock: Clock,
    store: Tables,
    till: Alipay,
    tipped: Any,
    article: int,
) -> None:
    number = tipped["order_id"]
    assert refund(number, 200, store, till, now(clock)).startswith("Refunded 200 fen")
    assert refund(number, 200, store, till, now(clock)).startswith("Nothing to do")
    assert refund(number, 150, store, till, now(clock)).startswith("Nothing to do")
    assert (product.balance(ANN), status(product, tipped)) == (300, "paid")
    assert product.call("GET", f"/v1/articles/{article}").body["counts"]["reward"] == 1
    assert refund(number, 500, store, till, now(clock)).startswith("Refunded 300 fen")
    assert (product.balance(ANN), status(product, tipped)) == (0, "refunded")
    assert product.call("GET", f"/v1/articles/{article}").body["counts"]["reward"] == 0
    assert [line["amount_fen"] for line in product.walk("/v1/account/ledger", ANN)] == [-300, -200, 500]
    assert [part.amount_fen for part in alipay.trades[0].refunds] == [200, 300]
    with pytest.raises(FeedError, match="501 cannot be refunded"):
        refund(number, 501, store, till, now(clock))
    clock.advance(MINUTE + 1)
    assert driver.sweep()["waiting"] == 0
    assert auditing.audit(store, now(clock)).lines()[-1].startswith("ok:")


def test_a_refund_says_what_it_did_though_the_notification_was_faster(
    product: Product,
    alipay: AlipayFake,
    alipay_keys: Keys,
    clock: Clock,
    store: Tables,
    till: Alipay,
    meanwhile: Meanwhile,
    tipped: Any,
) -> None:
    def notify() -> None:
        assert product.notify(Paid(alipay_keys, alipay.trades[0]).notification()).body == "success"

    meanwhile(orders, "refund", notify)
    assert refund(tipped["order_id"], 200, store, till, now(clock)).startswith("Refunded 200 fen")
    assert refund(tipped["order_id"], 200, store, till, now(clock)).startswith("Nothing to do")
    assert product.balance(ANN) == 300


def test_a_refund_that_dies_half_way_is_finished_by_the_sweeper(
    product: Product, driver: InProcess, alipay: AlipayFake, clock: Clock, store: Tables, till: Alipay, tipped: Any
) -> None:
    number = tipped["order_id"]
    alipay.stop()
    with pytest.raises(FeedError, match="did not answer"):
        refund(number, 200, store, till, now(clock))
    alipay.start()
    assert product.balance(ANN) == 500
    clock.advance(MINUTE + 1)
    driver.sweep()
    assert product.balance(ANN) == 300
    assert [part.amount_fen for part in alipay.trades[0].refunds] == [200]
    assert refund(number, 200, store, till, now(clock)).startswith("Nothing to do")


def test_a_second_payment_is_given_back_by_a_person(
    product: Product, alipay: AlipayFake, alipay_keys: Keys, clock: Clock, store: Tables, till: Alipay, article: int
) -> None:
    order = product.tip(BEN, article)
    number = open_page(order)
    first, second = alipay.pay(number), alipay.pay_twice(number)
    for trade in (first, second, second):
        product.notify(Paid(alipay_keys, trade).notification())
    report = auditing.audit(store, now(clock))
    assert report.people == [f"order {number}: second_trade, trade {second.trade_no}"]
    assert product.balance(ANN) == 500
    assert refund_suspicious(number, 500, store, till, now(clock)).startswith("Returned 500 fen")
    assert refund_suspicious(number, 500, store, till, now(clock)).startswith("Nothing to do")
    assert auditing.audit(store, now(clock)).holds
    for given_back in (Paid(alipay_keys, second), Paid(alipay_keys, second).refunded(500)):
        assert product.notify(given_back.notification()).body == "success"  # nothing is left to do about it
    assert product.balance(ANN) == 500
    found = orders.find(store, number)
    assert found is not None
    assert found.refunded_fen == 0


def test_a_refund_that_alipay_tells_of_is_guarded_too(
    product: Product,
    driver: InProcess,
    alipay: AlipayFake,
    alipay_keys: Keys,
    clock: Clock,
    tablestore: TablestoreFake,
    store: Tables,
    tipped: Any,
) -> None:
    """The order's first work row has gone long ago: dying between the refund's two halves must not lose the second."""
    clock.advance(86_400_000)
    driver.sweep()
    (trade,) = alipay.trades
    notice = Paid(alipay_keys, trade).refunded(200).notification()
    tablestore.faults.add("disconnect", api="UpdateRow", table=schema.ACCOUNTS)
    assert product.notify(notice).status == 503
    tablestore.faults.clear()
    found = orders.find(store, tipped["order_id"])
    assert found is not None
    assert found.unsettled
    clock.advance(MINUTE + 1)
    driver.sweep()
    assert product.balance(ANN) == 300
    assert auditing.audit(store, now(clock)).holds


def test_a_refund_that_comes_before_its_payment_is_known_with_it(
    product: Product, alipay_keys: Keys, tablestore: TablestoreFake, store: Tables, article: int
) -> None:
    """Nobody may find the payment without the refund, and credit what was given back."""
    order = product.tip(BEN, article)
    tablestore.faults.add("disconnect", api="UpdateRow", after=1)
    assert product.notify(paid(order, alipay_keys).refunded(500).notification()).status == 503
    tablestore.faults.clear()
    found = orders.find(store, order["order_id"])
    assert found is not None
    assert (found.status.value, found.refunded_fen) == ("paid", 500)


def test_a_suspicion_that_a_person_has_settled_elsewhere_is_resolved(
    product: Product, alipay_keys: Keys, clock: Clock, store: Tables, article: int
) -> None:
    """A foreign currency on an order that is credited: nothing to give back, and its own refunds still count."""
    order = product.tip(BEN, article)
    money = paid(order, alipay_keys)
    assert product.notify(money.notification()).body == "success"
    assert product.notify(money.notification(trans_currency="USD")).body == "fail"
    assert len(auditing.audit(store, now(clock)).people) == 1
    assert resolve(order["order_id"], store).endswith("its suspicion was currency.")
    assert resolve(order["order_id"], store).startswith("Nothing to do")
    assert auditing.audit(store, now(clock)).holds
    assert product.notify(money.refunded(200).notification()).body == "success"
    assert product.balance(ANN) == 300


def test_money_that_comes_after_the_last_look_is_guarded(
    product: Product,
    driver: InProcess,
    alipay_keys: Keys,
    clock: Clock,
    tablestore: TablestoreFake,
    article: int,
    alipay: AlipayFake,  # noqa: ARG001 (whom the sweeper asks)
) -> None:
    order = product.tip(BEN, article)
    for _ in range(3):
        clock.advance(86_400_000)
        driver.sweep()
    tablestore.faults.add("disconnect", api="UpdateRow", table=schema.ACCOUNTS)
    assert product.notify(paid(order, alipay_keys).notification()).status == 503
    tablestore.faults.clear()
    clock.advance(MINUTE + 1)
    driver.sweep()
    assert product.balance(ANN) == 500


def test_a_deployment_without_tips_says_so(product: Product, article: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_ALIPAY_APP_ID", "")
    wiring.forget()
    body = {"amount_fen": 500, "channel": "alipay"}
    answer = product.call("POST", f"/v1/articles/{article}/tips", BEN, body)
    assert (answer.status, "not offered" in answer.body["error"]["message"]) == (503, True)
    assert product.notify(b"sign=x").status == 503
    assert product.balance(ANN) == 0
