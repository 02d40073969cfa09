"""What becomes of a trade: paid, left, expired, paid late, paid twice."""

from __future__ import annotations

import pytest

from alifakes.alipay.app import AlipayFake
from alifakes.alipay.errors import AlipayError
from alifakes.alipay.orders import Order
from alifakes.alipay.trades import LATE_MS, Status

from .shop import MINUTE_MS, START_MS, Shop


def status(fake: AlipayFake) -> list[str]:
    return [trade.status.value for trade in fake.trades]


def test_an_order_is_paid_once(shop: Shop, fake: AlipayFake) -> None:
    shop.open()
    fake.pay("order_1")
    with pytest.raises(AlipayError, match=r"ACQ\.TRADE_HAS_SUCCESS"):
        fake.pay("order_1")
    with pytest.raises(AlipayError, match=r"ACQ\.TRADE_HAS_SUCCESS"):
        fake.pay_late("order_1")
    assert status(fake) == ["TRADE_SUCCESS"]


def test_a_number_is_of_one_amount(shop: Shop, fake: AlipayFake) -> None:
    shop.open(amount="5.00")
    fake.abandon("order_1")
    shop.open(amount="0.01")
    with pytest.raises(AlipayError, match=r"ACQ\.CONTEXT_INCONSISTENT"):
        fake.pay("order_1")
    shop.open(amount="5.00")
    assert fake.pay("order_1").order.total_fen == 500


def test_an_abandoned_trade_expires_to_the_millisecond(shop: Shop, fake: AlipayFake) -> None:
    shop.open()
    fake.abandon("order_1")
    fake.advance(15 * MINUTE_MS - 1)
    assert status(fake) == ["WAIT_BUYER_PAY"]
    fake.advance(1)
    assert status(fake) == ["TRADE_CLOSED"]
    assert fake.trades[0].closed_ms == START_MS + 15 * MINUTE_MS
    with pytest.raises(AlipayError, match=r"ACQ\.TRADE_HAS_CLOSE"):
        fake.pay("order_1")


def test_a_left_trade_can_still_be_paid(shop: Shop, fake: AlipayFake) -> None:
    shop.open()
    left = fake.abandon("order_1")
    fake.advance(14 * MINUTE_MS)
    assert fake.pay("order_1").trade_no == left.trade_no
    fake.advance(2 * MINUTE_MS)
    assert status(fake) == ["TRADE_SUCCESS"]


def test_an_order_that_was_never_seen_expires_by_its_time(shop: Shop, fake: AlipayFake) -> None:
    shop.open(time_expire="2026-01-01 08:15:00")
    fake.advance(15 * MINUTE_MS)
    with pytest.raises(AlipayError, match=r"ACQ\.TRADE_HAS_CLOSE"):
        fake.pay("order_1")
    assert fake.trades == ()


@pytest.mark.parametrize(("timeout", "minutes"), [("1m", 1), ("2h", 120), ("15d", 21_600), ("1c", 16 * 60)])
def test_timeouts_count_from_the_creation(timeout: str, minutes: int) -> None:
    order = Order("order_1", "打赏", 500, timeout_express=timeout)
    assert order.expires_ms(START_MS) == START_MS + minutes * MINUTE_MS


def test_money_comes_late(shop: Shop, fake: AlipayFake) -> None:
    shop.open()
    trade = fake.pay_late("order_1")
    assert trade.status is Status.WAIT_BUYER_PAY
    fake.advance(15 * MINUTE_MS)
    assert status(fake) == ["TRADE_CLOSED"]
    fake.advance(LATE_MS)
    assert status(fake) == ["TRADE_SUCCESS"]
    assert fake.trades[0].paid_ms == trade.expires_ms + LATE_MS
    assert [each["trade_status"] for each in shop.notifications] == ["TRADE_CLOSED", "TRADE_SUCCESS"]
    assert ["gmt_close" in each for each in shop.notifications] == [True, False]


def test_money_comes_although_the_merchant_has_closed(shop: Shop, fake: AlipayFake) -> None:
    shop.open()
    fake.pay_late("order_1")
    assert shop.client.api_alipay_trade_close(out_trade_no="order_1")["code"] == "10000"
    fake.advance(16 * MINUTE_MS)
    assert status(fake) == ["TRADE_SUCCESS"]


@pytest.mark.parametrize("seen", [True, False])
def test_money_comes_at_once_after_the_end(shop: Shop, fake: AlipayFake, seen: bool) -> None:
    shop.open(time_expire="2026-01-01 08:15:00")
    if seen:
        fake.abandon("order_1")
    fake.advance(20 * MINUTE_MS)
    assert fake.pay_late("order_1").paid_ms == START_MS + 20 * MINUTE_MS
    assert status(fake) == ["TRADE_SUCCESS"]
    fake.deliver_due()
    assert shop.notifications[-1]["trade_status"] == "TRADE_SUCCESS"


@pytest.mark.parametrize("paid_before", [True, False])
def test_paying_twice_makes_a_second_trade(shop: Shop, fake: AlipayFake, paid_before: bool) -> None:
    shop.open()
    if paid_before:
        fake.pay("order_1")
    second = fake.pay_twice("order_1")
    assert status(fake) == ["TRADE_SUCCESS", "TRADE_SUCCESS"]
    first = fake.trades[0]
    assert first.trade_no != second.trade_no
    assert shop.query()["trade_no"] == first.trade_no
    fake.deliver_due()
    assert {each["trade_no"] for each in shop.notifications} == {first.trade_no, second.trade_no}
    assert {each["out_trade_no"] for each in shop.notifications} == {"order_1"}
    shop.client.api_alipay_trade_refund("5.00", trade_no=second.trade_no)
    assert status(fake) == ["TRADE_SUCCESS", "TRADE_CLOSED"]
