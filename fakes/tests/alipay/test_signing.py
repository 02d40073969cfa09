"""Requests are signed with sign_type, notifications without it; the real SDK agrees with both."""

from __future__ import annotations

import pytest
from alipay import AliPay
from alipay.exceptions import AliPayException
from hypothesis import given
from hypothesis import strategies as st

from alifakes.alipay.keys import Keys
from alifakes.alipay.merchant import APP_ID
from alifakes.alipay.notifications import BUYER_ID, parameters
from alifakes.alipay.orders import Order
from alifakes.alipay.signing import Hash, form, notification_text, request_text, sign_text, signed, verifies
from alifakes.alipay.trades import Refund, Status, Trade

from .shop import START_MS

PARAMS = {"b": "2 & 3", "a": "一", "sign_type": "RSA2", "empty": "", "sign": "x"}


@pytest.fixture(scope="module")
def client(keys: Keys) -> AliPay:
    return AliPay(APP_ID, None, keys.app_private, keys.alipay_public)


def test_a_request_covers_sign_type_but_nothing_empty() -> None:
    assert request_text(PARAMS) == "a=一&b=2 & 3&sign_type=RSA2"


def test_a_notification_covers_what_is_empty_but_not_sign_type() -> None:
    assert notification_text(PARAMS) == "a=一&b=2 & 3&empty="


def test_each_rule_fails_for_the_other(keys: Keys) -> None:
    params = signed({"a": "1"}, keys.alipay_private)
    assert verifies(notification_text(params), params["sign"], keys.alipay_public)
    assert not verifies(request_text(params), params["sign"], keys.alipay_public)


@given(params=st.dictionaries(st.text("abc_", min_size=1), st.text(st.characters(codec="utf-8")), max_size=5))
def test_the_sdk_accepts_every_notification(client: AliPay, keys: Keys, params: dict[str, str]) -> None:
    notification = signed(params, keys.alipay_private)
    assert notification["sign_type"] == "RSA2"
    sign = notification.pop("sign")
    assert client.verify(notification, sign)


def test_the_sdk_refuses_a_notification_that_was_changed(client: AliPay, keys: Keys) -> None:
    notification = signed({"total_amount": "5.00"}, keys.alipay_private)
    sign = notification.pop("sign")
    assert not client.verify({**notification, "total_amount": "0.01"}, sign)
    assert not client.verify({**notification, "more": "1"}, sign)


def test_forgeries(client: AliPay, keys: Keys) -> None:
    hashes: tuple[Hash, ...] = ("SHA1", "MD5")
    for name in hashes:
        forged = signed({"a": "1"}, keys.alipay_private, hash=name)
        assert not client.verify(forged, forged.pop("sign"))
    old = signed({"a": "1"}, keys.alipay_private, hash="SHA1", sign_type="RSA")
    with pytest.raises(AliPayException):
        client.verify(old, old.pop("sign"))
    assert signed({"a": "1"}, keys.alipay_private, sign_type=None).keys() == {"a", "sign"}
    own = signed({"a": "1"}, keys.app_private)
    assert not client.verify(own, own.pop("sign"))


@pytest.mark.parametrize("sign", ["", "x", "一", "AAAA", "AAAA\n", "A" * 344])
def test_a_sign_that_is_none_does_not_verify(keys: Keys, sign: str) -> None:
    assert not verifies("text", sign, keys.app_public)


def test_junk_within_the_base64_does_not_verify(keys: Keys) -> None:
    sign = sign_text("text", keys.app_private)
    assert verifies("text", sign, keys.app_public)
    assert not verifies("text", f"{sign[:4]}\n{sign[4:]}", keys.app_public)


def test_a_form_is_utf_8() -> None:
    assert form({"a b": "一+&="}) == b"a+b=%E4%B8%80%2B%26%3D"


ORDER = Order("order_1", "打赏", 500)
CREATED = Trade(ORDER, "2026010122001000000000000001", START_MS)


def test_what_is_told_of_a_payment() -> None:
    trade = Trade(ORDER, CREATED.trade_no, START_MS, Status.TRADE_SUCCESS, paid_ms=START_MS + 1000)
    params = parameters(trade, sent_ms=START_MS + 2000)
    assert params.pop("notify_id").startswith("20260101")
    assert params == {
        "notify_time": "2026-01-01 08:00:02",
        "notify_type": "trade_status_sync",
        "app_id": "9021000100000000",
        "auth_app_id": "9021000100000000",
        "charset": "utf-8",
        "version": "1.0",
        "trade_no": CREATED.trade_no,
        "out_trade_no": "order_1",
        "seller_id": "2088000000000001",
        "buyer_id": BUYER_ID,
        "buyer_logon_id": "159****5620",
        "trade_status": "TRADE_SUCCESS",
        "total_amount": "5.00",
        "subject": "打赏",
        "gmt_create": "2026-01-01 08:00:00",
        "gmt_payment": "2026-01-01 08:00:01",
        "receipt_amount": "5.00",
        "invoice_amount": "5.00",
        "buyer_pay_amount": "5.00",
        "point_amount": "0.00",
        "fund_bill_list": '[{"amount":"5.00","fundChannel":"ALIPAYACCOUNT"}]',
    }


def test_what_is_told_of_a_refund() -> None:
    refunds = Refund("r1", 100, START_MS), Refund("r2", 250, START_MS + 5)
    trade = Trade(ORDER, "1", START_MS, Status.TRADE_SUCCESS, paid_ms=START_MS, refunds=refunds)
    params = parameters(trade, sent_ms=START_MS)
    told = {name: params[name] for name in ("refund_fee", "gmt_refund", "out_biz_no", "trade_status")}
    assert told == {
        "refund_fee": "3.50",
        "gmt_refund": "2026-01-01 08:00:00.005",
        "out_biz_no": "r2",
        "trade_status": "TRADE_SUCCESS",
    }
    assert "gmt_close" not in params


def test_what_is_told_of_an_unpaid_end() -> None:
    order = Order("order_1", "打赏", 500, body="一篇", passback_params="p%3D1")
    trade = Trade(order, "1", START_MS, Status.TRADE_CLOSED, closed_ms=START_MS)
    params = parameters(trade, sent_ms=START_MS, notify_id="n", app_id="a", seller_id="s")
    assert params["gmt_close"] == "2026-01-01 08:00:00"
    assert {"gmt_payment", "receipt_amount", "fund_bill_list", "refund_fee"}.isdisjoint(params)
    assert [params[name] for name in ("notify_id", "app_id", "auth_app_id", "seller_id")] == ["n", "a", "a", "s"]
    assert [params[name] for name in ("body", "passback_params")] == ["一篇", "p%3D1"]
