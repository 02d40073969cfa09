"""The pages of the cashier: what they show, what their buttons do, and that looking changes nothing."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from alifakes.alipay.app import AlipayFake
from alifakes.alipay.keys import Keys
from alifakes.alipay.signing import notification_text, verifies

from .shop import MINUTE_MS, Shop, fetch

RETURN_URL = "http://127.0.0.1:1/back?order=1"


def buttons(page: str) -> list[str]:
    return re.findall(r'<form method="post" action="/cashier/[^"/]+/([a-z_]+)">', page)


def test_looking_changes_nothing(shop: Shop, fake: AlipayFake) -> None:
    url = shop.pay_url()
    pages = {fetch(url)[1]["location"] for _ in range(2)}
    assert len(pages) == 1  # however often it is opened
    page = fake.endpoint + pages.pop()
    assert len({fetch(page)[2] for _ in range(2)}) == 1
    for act in ("pay", "abandon", "pay_late", "pay_twice"):
        assert fetch(f"{page}/{act}")[0] == 405
    fake.deliver_due()
    assert (fake.trades, fake.notifications) == ((), ())


def test_shows_the_order(shop: Shop) -> None:
    status, headers, page = fetch(shop.open(amount="1234.5"))
    assert status == 200
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    for shown in ("¥1234.50", "打赏", "order_1", "未付款 Not paid yet", "width=device-width"):
        assert shown in page
    assert buttons(page) == ["pay", "abandon", "pay_late", "pay_twice"]


def test_escapes_the_subject(shop: Shop) -> None:
    _, _, page = fetch(shop.open(subject='<img src="x" onerror=alert(1)>'.replace("=", "")))
    assert "<img" not in page
    assert "&lt;img src&quot;x&quot; onerror" in page


def test_pages_cannot_be_guessed(shop: Shop, fake: AlipayFake) -> None:
    first, second = shop.open("order_1"), shop.open("order_2")
    assert len(urlsplit(first).path.removeprefix("/cashier/")) == 32
    assert first != second
    for path in ("order_1", "", "x" * 32):
        assert fetch(f"{fake.endpoint}/cashier/{path}")[0] == 404
    assert fetch(f"{first}/steal", "POST")[0] == 404
    assert fetch(first, "POST")[0] == 405


def test_paying_leads_back_with_a_signature(shop: Shop, fake: AlipayFake, keys: Keys) -> None:
    status, headers, _ = fetch(shop.open(return_url=RETURN_URL) + "/pay", "POST")
    assert status == 303
    assert headers["location"].startswith(f"{RETURN_URL}&")
    params = dict(parse_qsl(urlsplit(headers["location"]).query))
    assert params.pop("order") == "1"  # the merchant's own, which it removes before it verifies
    assert verifies(notification_text(params), params["sign"], keys.alipay_public)
    assert params.keys() == {
        *("app_id", "auth_app_id", "charset", "method", "out_trade_no", "seller_id", "sign", "sign_type"),
        *("timestamp", "total_amount", "trade_no", "version"),
    }
    assert params["method"] == "alipay.trade.page.pay.return"
    assert (params["out_trade_no"], params["total_amount"]) == ("order_1", "5.00")
    assert params["trade_no"] == fake.trades[0].trade_no
    assert shop.verifies(params)
    assert fake.return_url("order_1") == headers["location"]


def test_without_a_return_url_the_page_says_it(shop: Shop, fake: AlipayFake) -> None:
    cashier = shop.open()
    status, headers, _ = fetch(f"{cashier}/pay", "POST")
    assert (status, fake.endpoint + headers["location"]) == (303, cashier)
    _, _, page = fetch(cashier)
    assert "已付款 Paid" in page
    assert fake.trades[0].trade_no in page
    assert buttons(page) == ["pay_twice"]
    assert fake.return_url("order_1") == ""


def test_paying_again_is_refused(shop: Shop) -> None:
    cashier = shop.open()
    fetch(f"{cashier}/pay", "POST")
    status, _, page = fetch(f"{cashier}/pay", "POST")
    assert status == 409
    assert "ACQ.TRADE_HAS_SUCCESS" in page


def test_an_abandoned_page_expires(shop: Shop, fake: AlipayFake) -> None:
    cashier = shop.open(return_url=RETURN_URL)
    _, headers, _ = fetch(f"{cashier}/abandon", "POST")
    assert fake.endpoint + headers["location"] == cashier
    assert "等待付款 Waiting for payment" in fetch(cashier)[2]
    fake.advance(15 * MINUTE_MS)
    _, _, page = fetch(cashier)
    assert "已过期 Expired" in page
    assert buttons(page) == ["pay_late"]
    assert fetch(f"{cashier}/pay", "POST")[0] == 409


def test_a_page_opened_after_the_end_says_it(shop: Shop) -> None:
    _, _, page = fetch(shop.open(time_expire="2025-12-31 23:59:59"))
    assert "已过期 Expired" in page
    assert buttons(page) == ["pay_late"]


def test_paying_late_and_twice(shop: Shop, fake: AlipayFake) -> None:
    cashier = shop.open(return_url=RETURN_URL)
    assert fetch(f"{cashier}/pay_late", "POST")[1]["location"] in cashier
    assert "The money will arrive at 2026-01-01 08:16:00" in fetch(cashier)[2]
    fake.advance(16 * MINUTE_MS)
    _, headers, _ = fetch(f"{cashier}/pay_twice", "POST")
    assert f"trade_no={fake.trades[1].trade_no}&" in headers["location"]


@pytest.mark.parametrize(
    ("amount", "said"), [("1.00", "已退款 refunded ¥1.00"), ("5.00", "已全额退款 Refunded in full")]
)
def test_shows_refunds(shop: Shop, amount: str, said: str) -> None:
    shop.paid()
    shop.refund(amount, "r1")
    assert said in fetch(shop.open())[2]


def test_shows_what_the_merchant_closed(shop: Shop, fake: AlipayFake) -> None:
    cashier = shop.open()
    fake.abandon("order_1")
    shop.client.api_alipay_trade_close(out_trade_no="order_1")
    assert "已关闭 Closed" in fetch(cashier)[2]
