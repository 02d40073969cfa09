"""The payer's browser on its way back, and every other GET about money: they show, and change nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

import pytest

from alifakes.alipay.keys import Keys
from alifakes.alipay.trades import Status
from alifakes.tablestore.app import TablestoreFake
from feed.edge.routing import Address
from feed.store.client import Tables
from feed.store.schema import TABLES
from tests.operations.money import Paid, paid, rows
from tests.steps import ROOT, Answer, Product, load_handler

ANN, BEN = 11, 12
RETURN = "/v1/payments/alipay/return"
CONFIRMING, CLOSED, THANKS = "正在确认付款", "订单已关闭", "打赏成功，谢谢！"
EVERYTHING = tuple(table.name for table in TABLES)


@pytest.fixture
def article(product: Product) -> int:
    product.given_people(ANN, BEN)
    published = int(product.publish(ANN)["id"])
    product.settle()
    return published


@pytest.fixture
def trade(product: Product, article: int, alipay_keys: Keys) -> Paid:
    return paid(product.tip(BEN, article, message="谢谢"), alipay_keys)


def come_back(product: Product, query: bytes, method: str = "GET") -> Answer:
    return product.call(method, f"{RETURN}?{query.decode()}")


def tell(product: Product, trade: Paid) -> None:
    assert product.notify(trade.notification()).body == "success"


Told = Callable[[Product, Paid], None]
STATES: dict[str, tuple[Told, str]] = {
    "pending": (lambda _product, _trade: None, CONFIRMING),
    "paid": (tell, THANKS),
    "closed": (lambda product, trade: tell(product, trade.unpaid(Status.TRADE_CLOSED)), CLOSED),
    "partly refunded": (lambda product, trade: tell(product, trade.refunded(200)), THANKS),
}


@pytest.mark.parametrize("name", STATES)
def test_the_page_shows_the_state_of_the_order_and_changes_nothing(
    product: Product, trade: Paid, store: Tables, tablestore: TablestoreFake, name: str
) -> None:
    told, words = STATES[name]
    told(product, trade)
    before = rows(store, *EVERYTHING)
    tablestore.reset_requests()
    for _ in range(3):
        answer = come_back(product, trade.returned())
        assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert words in answer.body
        assert all(other not in answer.body for other in {CONFIRMING, CLOSED, THANKS} - {words})
        assert trade.trade.order.out_trade_no not in answer.body
        style = answer.body.split("<style>")[1].split("</style>")[0]
        believed = base64.b64encode(sha256(style.encode()).digest()).decode()
        policy = answer.headers["content-security-policy"].split("; ")
        assert policy[:2] == ["default-src 'none'", f"style-src 'sha256-{believed}'"]
        assert policy[2:] == ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]
    assert tablestore.requests().keys() == {"GetRow"}
    assert sum(count["requests"] for count in tablestore.requests()["GetRow"].values()) == 3
    assert rows(store, *EVERYTHING) == before


def test_what_alipay_has_not_signed_about_us_is_not_shown(
    product: Product, trade: Paid, tablestore: TablestoreFake
) -> None:
    query = trade.returned()
    params = dict(parse_qsl(query.decode()))
    tablestore.reset_requests()
    answers = [
        come_back(product, b""),
        come_back(product, urlencode({"out_trade_no": params["out_trade_no"]}).encode()),
        come_back(product, urlencode({**params, "out_trade_no": "b" * 32}).encode()),
        come_back(product, urlencode({**params, "extra": "1"}).encode()),
        come_back(product, urlencode({**params, "sign": params["sign"].swapcase()}).encode()),
        come_back(product, urlencode({name: value for name, value in params.items() if name != "sign_type"}).encode()),
        come_back(product, trade.returned(app_id="2021000000009999")),
        come_back(product, trade.returned(auth_app_id="2021000000009999")),
        come_back(product, trade.returned(seller_id="2088999999999999")),
        come_back(product, trade.returned(out_trade_no="<script>")),
    ]
    assert [(answer.status, answer.error) for answer in answers] == [(400, "invalid_request")] * len(answers)
    assert tablestore.requests() == {}
    assert come_back(product, trade.returned(out_trade_no="b" * 32)).status == 404


def test_while_nothing_is_known_the_page_looks_again(product: Product, trade: Paid) -> None:
    assert come_back(product, trade.returned()).headers["refresh"] == "5"
    tell(product, trade)
    assert "refresh" not in come_back(product, trade.returned()).headers


@pytest.mark.parametrize("name", STATES)
def test_the_browser_goes_on_to_the_web_client_where_there_is_one(
    product: Product, trade: Paid, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("FEED_WEB_CLIENT", "https://feed.example")
    told, words = STATES[name]
    told(product, trade)
    answer = come_back(product, trade.returned())
    page = f"https://feed.example/tips/{trade.trade.order.out_trade_no}"
    assert answer.headers["refresh"] == f"0; url={page}"
    assert f'<a href="{page}">' in answer.body
    assert (answer.status, words in answer.body) == (200, True)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_return_is_only_looked_at(product: Product, trade: Paid, store: Tables, method: str) -> None:
    before = rows(store, *EVERYTHING)
    answer = come_back(product, trade.returned(), method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, OPTIONS")
    posted = product.call("POST", RETURN, None, trade.notification(), {"Content-Type": "text/plain"})
    assert (posted.status, posted.headers["allow"]) == (405, "GET, OPTIONS")
    assert rows(store, *EVERYTHING) == before


def addresses() -> list[Address]:
    """Of the functions that deal with money."""
    functions = (load_handler(ROOT / "functions" / name / "index.py") for name in ("tip", "alipay_callback"))
    return [route for function in functions for route in function.routes]


@pytest.mark.parametrize("address", addresses(), ids=lambda address: f"{address.method} {address.path}")
@pytest.mark.parametrize("settled", [False, True], ids=["pending", "settled"])
def test_no_get_changes_anything(
    product: Product, article: int, trade: Paid, store: Tables, address: Address, settled: bool
) -> None:
    """Neither on the addresses that take GET nor on those that take POST, whoever asks and whatever comes with it."""
    if settled:
        tell(product, trade)
    path = address.path.format(order_id=trade.trade.order.out_trade_no, id=article)
    before = rows(store, *EVERYTHING)
    for query in (b"", trade.notification(), trade.returned(), b"amount_fen=500&channel=alipay", b"status=paid"):
        for user in (None, ANN, BEN):
            answer = product.call("GET", f"{path}?{query.decode()}" if query else path, user)
            assert answer.status in ((200, 400, 401, 404) if address.method == "GET" else (405,))
    product.settle()
    assert rows(store, *EVERYTHING) == before
