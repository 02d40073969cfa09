"""The real SDK, unmodified: it pays, queries, refunds, queries the refund and closes."""

from __future__ import annotations

import pytest
from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError

from alifakes.alipay.app import AlipayFake
from alifakes.alipay.keys import Keys
from alifakes.alipay.merchant import APP_ID
from alifakes.alipay.notifications import BUYER_ID

from .shop import MINUTE_MS, Shop, fetch


def test_an_order_is_unknown_until_the_buyer_logs_in(shop: Shop, fake: AlipayFake) -> None:
    shop.open()
    for answer in (shop.query(), shop.client.api_alipay_trade_close(out_trade_no="order_1")):
        assert (answer["code"], answer["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST")
    assert shop.refund("1.00", "r1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    fake.abandon("order_1")
    answer = shop.query()
    assert (answer["code"], answer["trade_status"]) == ("10000", "WAIT_BUYER_PAY")
    assert answer["buyer_pay_amount"] == "0.00"
    assert "send_pay_date" not in answer


def test_a_paid_order(shop: Shop, fake: AlipayFake) -> None:
    shop.open()
    trade = fake.pay("order_1")
    answer = shop.query()
    assert answer == {
        "code": "10000",
        "msg": "Success",
        "buyer_logon_id": "159****5620",
        "buyer_pay_amount": "5.00",
        "buyer_user_id": BUYER_ID,
        "invoice_amount": "5.00",
        "out_trade_no": "order_1",
        "point_amount": "0.00",
        "receipt_amount": "5.00",
        "send_pay_date": "2026-01-01 08:00:00",
        "total_amount": "5.00",
        "trade_no": trade.trade_no,
        "trade_status": "TRADE_SUCCESS",
    }
    assert shop.client.api_alipay_trade_query(trade_no=trade.trade_no) == answer


def test_both_numbers_must_belong_together(shop: Shop, fake: AlipayFake) -> None:
    for number in ("order_1", "order_2"):
        shop.paid(number)
    first, second = fake.trades
    answer = shop.client.api_alipay_trade_query(out_trade_no="order_1", trade_no=second.trade_no)
    assert answer["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert first.order.out_trade_no == "order_1"


def test_refunds_in_parts(shop: Shop) -> None:
    shop.paid()
    first = shop.refund("1.5", "r1")
    assert (first["code"], first["fund_change"], first["refund_fee"]) == ("10000", "Y", "1.50")
    assert shop.query()["trade_status"] == "TRADE_SUCCESS"
    assert shop.refund("3.51", "r2")["sub_code"] == "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    second = shop.refund("3.50", "r2")
    assert (second["fund_change"], second["refund_fee"]) == ("Y", "5.00")
    assert shop.query()["trade_status"] == "TRADE_CLOSED"
    assert shop.refund("0.01", "r3")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"


def test_a_refund_is_made_once(shop: Shop) -> None:
    shop.paid()
    shop.refund("1.00", "r1")
    again = shop.refund("1.00", "r1")
    assert (again["code"], again["fund_change"], again["refund_fee"]) == ("10000", "N", "1.00")
    assert shop.refund("2.00", "r1")["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"
    shop.refund("4.00", "r2")
    assert shop.refund("1.00", "r1")["fund_change"] == "N"


def test_a_refund_without_a_number_is_of_everything(shop: Shop) -> None:
    shop.paid()
    assert shop.refund("1.00", None)["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    assert shop.refund("5.00", None)["fund_change"] == "Y"
    assert shop.refund("5.00", None)["fund_change"] == "N"
    found = shop.client.api_alipay_trade_fastpay_refund_query("order_1", out_trade_no="order_1")
    assert found["refund_amount"] == "5.00"


@pytest.mark.parametrize(
    ("amount", "request_no", "sub_code"),
    [
        ("5.01", "r1", "ACQ.REASON_TRADE_REFUND_FEE_ERR"),
        ("0", "r1", "ACQ.INVALID_PARAMETER"),
        ("1.001", "r1", "ACQ.INVALID_PARAMETER"),
        ("-1", "r1", "ACQ.INVALID_PARAMETER"),
        ("1.00", "r" * 65, "ACQ.INVALID_PARAMETER"),
    ],
)
def test_refunds_that_are_refused(shop: Shop, amount: str, request_no: str, sub_code: str) -> None:
    shop.paid()
    answer = shop.refund(amount, request_no)
    assert (answer["code"], answer["sub_code"], answer["refund_fee"]) == ("40004", sub_code, "0.00")
    assert shop.fake.trades[0].refunds == ()


def test_what_is_not_paid_is_not_refunded(shop: Shop, fake: AlipayFake) -> None:
    shop.open()
    fake.abandon("order_1")
    assert shop.refund("1.00", "r1")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    fake.advance(15 * MINUTE_MS)
    assert shop.refund("1.00", "r1")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"


def test_the_query_of_a_refund(shop: Shop, fake: AlipayFake) -> None:
    query = shop.client.api_alipay_trade_fastpay_refund_query
    assert query("r1", out_trade_no="order_1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    shop.paid()
    assert query("r1", out_trade_no="order_1") == {"code": "10000", "msg": "Success"}
    shop.refund("1.00", "r1")
    trade_no = fake.trades[0].trade_no
    expected = {
        "code": "10000",
        "msg": "Success",
        "out_request_no": "r1",
        "out_trade_no": "order_1",
        "refund_amount": "1.00",
        "refund_status": "REFUND_SUCCESS",
        "total_amount": "5.00",
        "trade_no": trade_no,
    }
    assert query("r1", out_trade_no="order_1") == query("r1", trade_no=trade_no) == expected


def test_closing(shop: Shop, fake: AlipayFake) -> None:
    shop.open()
    fake.abandon("order_1")
    answer = shop.client.api_alipay_trade_close(out_trade_no="order_1")
    assert answer == {
        "code": "10000",
        "msg": "Success",
        "out_trade_no": "order_1",
        "trade_no": fake.trades[0].trade_no,
    }
    assert shop.query()["trade_status"] == "TRADE_CLOSED"
    assert shop.client.api_alipay_trade_close(out_trade_no="order_1")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"


def test_what_is_paid_is_not_closed(shop: Shop) -> None:
    shop.paid()
    assert shop.client.api_alipay_trade_close(out_trade_no="order_1")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    assert shop.query()["trade_status"] == "TRADE_SUCCESS"


def test_a_foreign_application_gets_an_answer_that_is_not_signed(fake: AlipayFake, keys: Keys) -> None:
    client = AliPay("2021000000000000", None, keys.app_private, keys.alipay_public)
    client._gateway = fake.gateway
    with pytest.raises(AliPayException, match=r"isv\.invalid-app-id"):
        client.api_alipay_trade_query(out_trade_no="order_1")


def test_a_foreign_key_of_the_application(fake: AlipayFake, keys: Keys) -> None:
    client = AliPay(APP_ID, None, keys.alipay_private, keys.alipay_public)
    client._gateway = fake.gateway
    answer = client.api_alipay_trade_query(out_trade_no="order_1")
    assert (answer["code"], answer["sub_code"]) == ("40002", "isv.invalid-signature")


def test_a_foreign_key_of_alipay(fake: AlipayFake, keys: Keys) -> None:
    client = AliPay(APP_ID, None, keys.app_private, keys.app_public)
    client._gateway = fake.gateway
    with pytest.raises(AliPayValidationError):
        client.api_alipay_trade_query(out_trade_no="order_1")


def test_mobile_pages_have_their_own_product(shop: Shop, fake: AlipayFake) -> None:
    signed = shop.client.api_alipay_trade_wap_pay("打赏", "order_1", "5.00", return_url="http://127.0.0.1:1/back")
    assert fetch(f"{fake.gateway}?{signed}")[0] == 302
    fake.pay("order_1")
    assert "method=alipay.trade.wap.pay.return&" in fake.return_url("order_1")
    _, _, page = fetch(shop.pay_url("order_2", product_code="QUICK_WAP_PAY"))
    assert "product_code of alipay.trade.page.pay must be FAST_INSTANT_TRADE_PAY" in page
