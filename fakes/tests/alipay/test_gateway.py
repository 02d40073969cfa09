"""/gateway.do by hand: which requests it refuses, and in which words."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from alifakes.alipay.app import AlipayFake
from alifakes.alipay.keys import Keys
from alifakes.alipay.signing import request_text, sign_text, verifies

from .shop import Shop, fetch

COMMON = {
    "app_id": "9021000100000000",
    "method": "alipay.trade.query",
    "charset": "utf-8",
    "sign_type": "RSA2",
    "timestamp": "2026-01-01 08:00:00",
    "version": "1.0",
    "biz_content": '{"out_trade_no":"order_1"}',
}


def signed_request(keys: Keys, changes: dict[str, str | None]) -> dict[str, str]:
    params = {name: value for name, value in {**COMMON, **changes}.items() if value is not None}
    return {**params, "sign": sign_text(request_text(params), keys.app_private)}


def node_of(text: str) -> dict[str, Any]:
    answer: dict[str, dict[str, Any]] = json.loads(text)
    return next(iter(answer.values()))


def ask(fake: AlipayFake, params: dict[str, str]) -> str:
    status, _, text = fetch(f"{fake.gateway}?{urlencode(params)}")
    assert status == 200
    return text


@pytest.mark.parametrize(
    ("changes", "code", "sub_code"),
    [
        ({"app_id": None}, "40001", "isv.missing-app-id"),
        ({"app_id": "1"}, "40002", "isv.invalid-app-id"),
        ({"method": None}, "40001", "isv.missing-method"),
        ({"method": "alipay.trade.pay"}, "40002", "isv.invalid-method"),
        ({"sign_type": None}, "40001", "isv.missing-signature-type"),
        ({"sign_type": "RSA"}, "40002", "isv.invalid-signature-type"),
        ({"charset": None}, "40002", "isv.invalid-charset"),
        ({"charset": "GBK"}, "40002", "isv.invalid-charset"),
        ({"timestamp": None}, "40001", "isv.missing-timestamp"),
        ({"timestamp": "2026-01-01T08:00:00"}, "40002", "isv.invalid-timestamp"),
        ({"timestamp": "2026-02-30 08:00:00"}, "40002", "isv.invalid-timestamp"),
        ({"version": None}, "40001", "isv.missing-version"),
        ({"version": "2.0"}, "40002", "isv.invalid-parameter"),
        ({"biz_content": "{"}, "40002", "isv.illegal-json"),
        ({"biz_content": "[]"}, "40002", "isv.illegal-json"),
        ({"biz_content": "[" * 100_000}, "40002", "isv.illegal-json"),
        ({"biz_content": '{"out_trade_no":"\\ud800"}'}, "40002", "isv.illegal-json"),
        ({"biz_content": '{"out_trade_no":["a"]}'}, "40004", "ACQ.INVALID_PARAMETER"),
        ({"biz_content": None}, "40004", "ACQ.INVALID_PARAMETER"),
        ({}, "40004", "ACQ.TRADE_NOT_EXIST"),
    ],
)
def test_refusals(fake: AlipayFake, keys: Keys, changes: dict[str, str | None], code: str, sub_code: str) -> None:
    params = signed_request(keys, changes)
    status, _, text = fetch(fake.gateway, "POST", urlencode(params).encode())
    assert status == 200
    node = node_of(text)
    assert (node["code"], node["sub_code"]) == (code, sub_code)


def test_a_request_without_sign_or_with_a_changed_value(fake: AlipayFake, keys: Keys) -> None:
    params = signed_request(keys, {})
    unsigned = {name: value for name, value in params.items() if name != "sign"}
    assert node_of(ask(fake, unsigned))["sub_code"] == "isv.missing-signature"
    changed = node_of(ask(fake, {**params, "biz_content": '{"out_trade_no":"order_2"}'}))
    assert changed["sub_code"] == "isv.invalid-signature"
    assert changed["sub_msg"].endswith("&amp;sign_type=RSA2&amp;timestamp=2026-01-01 08:00:00&amp;version=1.0")


def test_the_sign_covers_the_exact_text_of_the_answer(fake: AlipayFake, keys: Keys) -> None:
    text = ask(fake, signed_request(keys, {}))
    begin, end = '{"alipay_trade_query_response":', ',"sign":"'
    signed_part = text[len(begin) : text.index(end)]
    assert verifies(signed_part, json.loads(text)["sign"], keys.alipay_public)
    assert "sign" not in json.loads(ask(fake, signed_request(keys, {"app_id": "1"})))


def test_parameters_may_be_in_query_and_body(shop: Shop, fake: AlipayFake, keys: Keys) -> None:
    shop.paid()
    params = signed_request(keys, {})
    body = urlencode({"biz_content": params.pop("biz_content")}).encode()
    _, _, text = fetch(f"{fake.gateway}?{urlencode(params)}", "POST", body)
    assert node_of(text)["trade_status"] == "TRADE_SUCCESS"


def test_what_is_no_form_is_refused(fake: AlipayFake) -> None:
    for query, body in (("a=%ff", b""), ("", "一".encode()), ("", b"a=1&" * 101)):
        _, _, text = fetch(f"{fake.gateway}?{query}", "POST", body)
        assert node_of(text)["sub_code"] == "isv.invalid-parameter"
    assert fetch(fake.gateway, "DELETE")[0] == 405
    assert fetch(fake.endpoint + "/")[0] == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": "a-b"}, "out_trade_no"),
        ({"number": "a" * 65}, "out_trade_no"),
        ({"number": ""}, "out_trade_no"),
        ({"subject": "a/b"}, "subject"),
        ({"subject": "a=b"}, "subject"),
        ({"subject": "a&amp;b"}, "subject"),
        ({"subject": "一" * 257}, "subject"),
        ({"subject": ""}, "subject"),
        ({"subject": {"a": 1}}, "subject"),
        ({"amount": "0.00"}, "amount"),
        ({"amount": "100000000.01"}, "amount"),
        ({"amount": "1.001"}, "amount"),
        ({"amount": "5e0"}, "amount"),
        ({"amount": "５.００"}, "amount"),
        ({"amount": " 5"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"timeout_express": "0m"}, "timeout_express"),
        ({"timeout_express": "16d"}, "timeout_express"),
        ({"timeout_express": "1.5h"}, "timeout_express"),
        ({"time_expire": "2026-01-01 08:15"}, "time"),
        ({"notify_url": "http://example.com/notify"}, "notify_url"),
        ({"notify_url": "https://127.0.0.1/notify"}, "notify_url"),
        ({"notify_url": "http://127.0.0.1@example.com/"}, "notify_url"),
        ({"notify_url": "http://127.0.0.1:1/notify?a=1"}, "query string"),
        ({"return_url": "http://192.168.1.1/"}, "return_url"),
        ({"return_url": "http://localhost.example.com/"}, "return_url"),
    ],
)
def test_orders_that_are_refused(shop: Shop, fake: AlipayFake, changes: dict[str, Any], said: str) -> None:
    status, _, page = fetch(shop.pay_url(**changes))
    assert (status, said in page) == (200, True)
    assert fake.trades == ()
    with pytest.raises(LookupError):
        fake.pay(changes.get("number", "order_1"))


@pytest.mark.parametrize(("amount", "fen"), [("0.01", 1), ("5", 500), ("5.5", 550), ("100000000.00", 10_000_000_000)])
def test_amounts(shop: Shop, fake: AlipayFake, amount: str, fen: int) -> None:
    shop.open(amount=amount)
    assert fake.pay("order_1").order.total_fen == fen


def test_an_amount_may_be_a_json_number(shop: Shop, fake: AlipayFake) -> None:
    shop.open(total_amount=19.99)
    assert fake.pay("order_1").order.total_fen == 1999


def test_a_refused_page_is_html_and_escapes(shop: Shop) -> None:
    status, headers, page = fetch(shop.pay_url(subject="<script>/"))
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    tampered = shop.pay_url().replace("order_1", "order_2")
    assert "invalid-signature" in fetch(tampered)[2]


def test_answers_are_not_run_as_pages(fake: AlipayFake, keys: Keys) -> None:
    params = {**signed_request(keys, {}), "x": "<script>"}
    _, headers, text = fetch(f"{fake.gateway}?{urlencode(params)}")
    assert "<script>" in text  # of the string that did not verify
    assert headers["content-security-policy"] == "sandbox"
