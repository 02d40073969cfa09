"""Ordering a tip: what is refused, where it is paid, and one order for one Idempotency-Key."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import pytest

from alifakes.alipay import signing
from alifakes.alipay.formats import read_time
from alifakes.alipay.keys import Keys
from alifakes.tablestore.app import TablestoreFake
from feed.call import Call
from feed.edge import endpoints
from feed.store import idempotency, orders, schema, work
from feed.store.client import Tables
from tests.operations.conftest import Calls, Clock, Meanwhile
from tests.operations.money import paid, rows
from tests.steps import Answer, Product

ANN, BEN, CLO = 11, 12, 13
QUARTER_MS = 15 * 60_000
UNKNOWN = "0" * 32


@pytest.fixture
def article(product: Product) -> int:
    product.given_people(ANN, BEN, CLO)
    return int(product.publish(ANN)["id"])


def ask(product: Product, article: int, key: str | None = None, user: int | None = BEN, **changes: Any) -> Answer:
    """A change to Ellipsis leaves a field out."""
    body = {"amount_fen": 500, "channel": "alipay", **changes}
    sent = {name: value for name, value in body.items() if value is not ...}
    headers = {"Idempotency-Key": key} if key else {}
    return product.call("POST", f"/v1/articles/{article}/tips", user, sent, headers)


def guarded(store: Tables) -> set[Any]:
    """The orders to which a work row brings the sweeper."""
    return {row["id"] for row in rows(store, schema.WORK)[schema.WORK] if row["kind"] == "payment"}


def query_of(order: Any) -> dict[str, str]:
    return dict(parse_qsl(order["pay_url"].partition("?")[2], keep_blank_values=True, strict_parsing=True))


def test_a_paid_tip_is_credited_counted_and_logged(
    product: Product, article: int, alipay_keys: Keys, store: Tables
) -> None:
    order = product.tip(BEN, article, message="谢谢")
    assert product.call("GET", f"/v1/tips/{order['order_id']}", BEN).body == {
        "status": "pending",
        "amount_fen": 500,
        "article_id": article,
    }
    answer = product.notify(paid(order, alipay_keys).notification())
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, "success", "text/plain; charset=utf-8")
    assert product.call("GET", f"/v1/tips/{order['order_id']}", BEN).body["status"] == "paid"
    assert product.balance(ANN) == 500
    (line,) = product.walk("/v1/account/ledger", ANN)
    assert line.pop("at").endswith("Z")
    assert line == {
        "kind": "tip",
        "amount_fen": 500,
        "article_id": article,
        "reader": {"id": BEN, "nickname": f"n{BEN}", "avatar_url": None},
        "message": "谢谢",
    }
    assert product.call("GET", f"/v1/articles/{article}").body["counts"]["reward"] == 1
    (log,) = rows(store, schema.LOG)[schema.LOG]
    assert log["is_reward"] == 1


# what is refused
@pytest.mark.parametrize("fen", [200, 500, 1000, 2000, 5000, 10000])
def test_the_amounts_of_the_list(product: Product, article: int, alipay_keys: Keys, fen: int) -> None:
    order = product.tip(BEN, article, fen)
    assert json.loads(query_of(order)["biz_content"])["total_amount"] == f"{fen // 100}.00"
    assert product.notify(paid(order, alipay_keys, fen).notification()).body == "success"
    assert product.balance(ANN) == fen


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("amount_fen", value) for value in (0, -500, 1, 501, 20_000, 2**63, True, 500.0, "500", None, [500], ...)),
        *(("channel", value) for value in ("wechat", "Alipay", "", None, 1, ...)),
        *(("message", value) for value in ("x" * 201, "a\nb", "a\x00b", "\x7f", "\u0085", "a\ud800", 1, ["x"])),
        ("subject", "x"),
        ("payer_id", ANN),
        ("order_id", UNKNOWN),
        ("total_amount", "0.01"),
    ],
)
def test_what_cannot_be_ordered(product: Product, article: int, store: Tables, field: str, value: Any) -> None:
    answer = ask(product, article, **{field: value})
    assert (answer.status, answer.error) == (400, "invalid_request")
    assert (rows(store, schema.ORDERS)[schema.ORDERS], guarded(store)) == ([], set())


@pytest.mark.parametrize("message", ["", "x" * 200, "e\u0301" * 200, "😀" * 200, '<b>"&=\u202e'])
def test_a_message_is_kept_in_nfc(
    product: Product, article: int, alipay_keys: Keys, store: Tables, message: str
) -> None:
    order = product.tip(BEN, article, message=message)
    assert product.notify(paid(order, alipay_keys).notification()).body == "success"
    (line,) = product.walk("/v1/account/ledger", ANN)
    assert line["message"] == unicodedata.normalize("NFC", message)
    assert [row["message"] for row in rows(store, schema.ORDERS)[schema.ORDERS]] == [line["message"]]


def test_only_what_one_may_see_of_others_can_be_tipped(product: Product, article: int, store: Tables) -> None:
    private = product.publish(ANN, state="private")["id"]
    for mine in (article, private):
        assert (ask(product, mine, user=ANN).status, ask(product, mine, user=ANN).error) == (409, "own_article")
    for hidden in (private, article + 1):
        assert (ask(product, hidden).status, ask(product, hidden).error) == (404, "not_found")
    product.change(ANN, article, state="private")
    assert ask(product, article).status == 404
    assert rows(store, schema.ORDERS)[schema.ORDERS] == []


def test_guests_have_no_tips_and_no_account(product: Product, article: int) -> None:
    number = product.tip(BEN, article)["order_id"]
    answers = [
        ask(product, article, user=None),
        product.call("GET", f"/v1/tips/{number}"),
        product.call("GET", "/v1/account"),
        product.call("GET", "/v1/account/ledger"),
    ]
    assert [(answer.status, answer.error) for answer in answers] == [(401, "unauthenticated")] * 4


def test_an_order_is_its_payers_alone(product: Product, article: int) -> None:
    """Whoever asks for another's learns as little as of one that there is not."""
    number = product.tip(BEN, article)["order_id"]
    wrong = (UNKNOWN, number[:-1], number.upper(), f"{number}0", "x", "%20", "%00", f"{number}'", "..", "é", "a" * 2000)
    answers = [product.call("GET", f"/v1/tips/{number}", other) for other in (ANN, CLO)]
    answers += [product.call("GET", f"/v1/tips/{other}", BEN) for other in wrong if other != number]
    assert {(answer.status, answer.error, answer.body["error"]["message"]) for answer in answers} == {
        (404, "not_found", "There is no such order of yours.")
    }


# where it is paid
def test_the_address_where_it_is_paid(product: Product, article: int, alipay_keys: Keys, clock: Clock) -> None:
    before = clock.now_ms()
    order = product.tip(BEN, article, 2000)
    after = clock.now_ms()
    query = query_of(order)
    sign = query.pop("sign")
    assert signing.verifies(signing.request_text(query), sign, alipay_keys.app_public)
    assert not signing.verifies(signing.notification_text(query), sign, alipay_keys.app_public)  # covers sign_type
    expires_ms = milliseconds(order["expires_at"])
    assert before + QUARTER_MS <= expires_ms <= after + QUARTER_MS
    content = json.loads(query.pop("biz_content"))
    assert read_time(content.pop("time_expire")) == expires_ms // 1000 * 1000
    assert content == {
        "out_trade_no": order["order_id"],
        "total_amount": "20.00",
        "subject": f"打赏 {article}",
        "product_code": "FAST_INSTANT_TRADE_PAY",
    }
    assert read_time(query.pop("timestamp")) == (expires_ms - QUARTER_MS) // 1000 * 1000
    assert query.pop("notify_url").endswith("/v1/payments/alipay/notify")
    assert query.pop("return_url").endswith("/v1/payments/alipay/return")
    assert query.pop("app_id") == "9021000100000000"
    assert query == {
        "method": "alipay.trade.page.pay",
        "charset": "utf-8",
        "sign_type": "RSA2",
        "version": "1.0",
    }


def milliseconds(rfc3339: str) -> int:
    """Exactly: a float's seconds since 1970 would not be."""
    moment = datetime.fromisoformat(rfc3339.replace("Z", "+00:00"))
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)


@pytest.mark.parametrize("message", ["{}/=&", "}{", "total_amount=0.01&x", "谢谢"])
def test_what_the_reader_writes_never_reaches_alipay(product: Product, article: int, message: str) -> None:
    order, silent = product.tip(BEN, article, message=message), product.tip(BEN, article)
    assert message not in unquote_plus(order["pay_url"])
    assert subject_of(order) == subject_of(silent)


def subject_of(order: Any) -> str:
    return str(json.loads(query_of(order)["biz_content"])["subject"])


def test_an_orders_number_cannot_be_guessed(product: Product, article: int, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {product.tip(BEN, article)["order_id"] for _ in range(5)}
    assert len(numbers) == 5
    assert all(re.fullmatch("[0-9a-f]{32}", number) for number in numbers)
    bits: list[int] = []

    def drawn(count: int) -> int:
        bits.append(count)
        return 0xABC

    monkeypatch.setattr(endpoints, "Call", partial(Call, random_bits=drawn))
    assert product.tip(CLO, article)["order_id"] == f"{0xABC:032x}"
    assert bits == [128]


# one order for one key
def test_a_repetition_answers_as_the_first_did(
    product: Product, article: int, store: Tables, alipay_keys: Keys
) -> None:
    """To the byte, whatever has become of the article and of the order since."""
    first = ask(product, article, "k", message="谢谢")
    assert first.status == 201

    def repeated() -> str:
        answer = ask(product, article, "k", message="谢谢")
        assert answer.status == 201
        return json.dumps(answer.body)

    assert repeated() == json.dumps(first.body)
    assert product.notify(paid(first.body, alipay_keys).notification()).body == "success"
    assert repeated() == json.dumps(first.body)
    product.change(ANN, article, state="private")
    assert repeated() == json.dumps(first.body)
    assert product.call("DELETE", f"/v1/articles/{article}", ANN).status == 204
    assert repeated() == json.dumps(first.body)
    assert len(rows(store, schema.ORDERS)[schema.ORDERS]) == 1


def test_a_key_is_for_one_body_of_one_operation_of_one_reader(product: Product, article: int) -> None:
    other = product.publish(ANN)["id"]
    first = ask(product, article, "k")
    conflicts = [
        ask(product, article, "k", amount_fen=1000),
        ask(product, article, "k", message="谢谢"),
        ask(product, other, "k"),
        create_article(product, "k"),
    ]
    assert [(answer.status, answer.error) for answer in conflicts] == [(409, "idempotency_conflict")] * 4
    assert create_article(product, "of-an-article").status == 201
    assert ask(product, article, "of-an-article").error == "idempotency_conflict"
    assert ask(product, article, "k", user=CLO).body["order_id"] != first.body["order_id"]


def create_article(product: Product, key: str) -> Answer:
    body = {"title": "t", "html": "<p>x</p>", "state": "private"}
    return product.call("POST", "/v1/articles", BEN, body, {"Idempotency-Key": key})


@pytest.mark.parametrize(
    ("module", "name"),
    [(idempotency, "claim"), (work, "put"), (orders, "create")],
    ids=["at the claim", "at the work row", "at the row"],
)
def test_two_requests_with_one_key_make_one_order(
    product: Product, article: int, store: Tables, meanwhile: Meanwhile, module: ModuleType, name: str
) -> None:
    answers: list[Answer] = []
    meanwhile(module, name, lambda: answers.append(ask(product, article, "k")))
    answers.append(ask(product, article, "k"))
    assert [answer.status for answer in answers] == [201, 201]
    assert json.dumps(answers[0].body) == json.dumps(answers[1].body)
    (order,) = rows(store, schema.ORDERS)[schema.ORDERS]
    assert order["order_id"] == answers[0].body["order_id"]


@pytest.mark.parametrize("kind", ["disconnect", "lost_answer", "unavailable"])
@pytest.mark.parametrize("step", range(6))
def test_an_order_that_failed_is_made_by_its_repetition(
    product: Product, article: int, store: Tables, tablestore: TablestoreFake, kind: str, step: int
) -> None:
    """Never without the work row that brings the sweeper to it."""
    tablestore.faults.add(kind, after=step)
    failed = ask(product, article, "k")
    tablestore.faults.clear()
    assert (failed.status, failed.error) == (503, "busy")
    assert {row["order_id"] for row in rows(store, schema.ORDERS)[schema.ORDERS]} <= guarded(store)
    assert ask(product, article, "k").status == 201
    assert len(rows(store, schema.ORDERS)[schema.ORDERS]) == 1


# what it costs
@pytest.mark.parametrize(
    ("route", "requests"),
    [
        # budgets; the article and the payer's pending tips; the sweeper's guard and a place among these; the order
        ("order", 4),
        ("order with a key", 6),
        ("order with a key again", 3),
        ("look", 1),
        ("look at nothing", 0),
        ("account", 1),
        ("ledger", 2),
    ],
)
def test_how_often_a_route_asks_the_storage(
    product: Product, article: int, calls: Calls, alipay_keys: Keys, route: str, requests: int
) -> None:
    order = ask(product, article, "k").body
    assert product.notify(paid(order, alipay_keys).notification()).body == "success"
    run: dict[str, Callable[[], Answer]] = {
        "order": lambda: ask(product, article),
        "order with a key": lambda: ask(product, article, "new"),
        "order with a key again": lambda: ask(product, article, "k"),
        "look": lambda: product.call("GET", f"/v1/tips/{order['order_id']}", BEN),
        "look at nothing": lambda: product.call("GET", "/v1/tips/x", BEN),
        "account": lambda: product.call("GET", "/v1/account", ANN),
        "ledger": lambda: product.call("GET", "/v1/account/ledger", ANN),
    }
    calls()
    assert run[route]().status in (200, 201, 404)
    (line,) = calls()
    assert line["requests"] == requests
