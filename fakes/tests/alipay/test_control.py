"""The control plane under /_fake/."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from alifakes.alipay.app import AlipayFake
from alifakes.alipay.control import Control
from alifakes.alipay.keys import Keys
from alifakes.server import Request, Response

from .shop import MINUTE_MS, START_MS, Shop, fetch


def call(fake: AlipayFake, method: str, name: str, body: object = None) -> tuple[int, Any]:
    status, headers, text = fetch(f"{fake.endpoint}/_fake/{name}", method, json.dumps(body).encode())
    assert headers["content-type"] == "application/json"
    return status, json.loads(text)


def test_trades_and_notifications(shop: Shop, fake: AlipayFake) -> None:
    shop.open()
    status, trade = call(fake, "POST", "trades/order_1/pay")
    assert (status, trade["status"], trade["order"]["total_fen"]) == (200, "TRADE_SUCCESS", 500)
    assert call(fake, "GET", "trades") == (200, {"trades": [trade]})
    assert call(fake, "GET", "notifications") == (200, {"notifications": []})
    assert call(fake, "POST", "clock", {"advance_ms": 0})[0] == 200
    _, answer = call(fake, "GET", "notifications")
    (sending,) = answer["notifications"]
    assert (sending["minute"], sending["answer"], sending["accepted"]) == (0, "success", True)
    assert dict(parse_qsl(sending["body"]))["trade_no"] == trade["trade_no"]


def test_the_clock(shop: Shop, fake: AlipayFake) -> None:
    assert call(fake, "GET", "clock") == (200, {"now_ms": START_MS})
    shop.open()
    call(fake, "POST", "trades/order_1/abandon")
    later = START_MS + 20 * MINUTE_MS
    assert call(fake, "POST", "clock", {"advance_ms": 20 * MINUTE_MS}) == (200, {"now_ms": later})
    assert [each["notify_time"] for each in shop.notifications] == ["2026-01-01 08:15:00"]
    for wrong in ("{}", '{"advance_ms": -1}', '{"advance_ms": true}', '{"advance_ms": "1"}', "[]", "{"):
        assert fetch(f"{fake.endpoint}/_fake/clock", "POST", wrong.encode())[0] == 400


@pytest.mark.parametrize("act", ["pay", "abandon", "pay_late", "pay_twice"])
def test_the_buyer(shop: Shop, fake: AlipayFake, act: str) -> None:
    assert call(fake, "POST", f"trades/order_1/{act}")[0] == 404
    shop.open()
    status, trade = call(fake, "POST", f"trades/order_1/{act}")
    assert (status, trade["order"]["out_trade_no"]) == (200, "order_1")
    assert call(fake, "POST", "trades/order_1/steal")[0] == 404


def test_a_refused_buyer(shop: Shop, fake: AlipayFake) -> None:
    shop.paid()
    status, answer = call(fake, "POST", "trades/order_1/pay")
    assert (status, answer["sub_code"]) == (409, "ACQ.TRADE_HAS_SUCCESS")


def test_faults(shop: Shop, fake: AlipayFake) -> None:
    assert call(fake, "POST", "faults", [{"kind": "silent"}]) == (200, {})
    shop.paid("order_1")
    assert call(fake, "DELETE", "faults") == (200, {})
    shop.paid("order_2")
    assert [each["out_trade_no"] for each in shop.notifications] == ["order_2"]
    status, answer = call(fake, "POST", "faults", [{"kind": "explode"}])
    assert (status, "explode" in answer["error"]) == (400, True)


def test_the_public_key(fake: AlipayFake, keys: Keys) -> None:
    assert call(fake, "GET", "public_key") == (200, {"public_key": keys.alipay_public})


def test_reset(shop: Shop, fake: AlipayFake) -> None:
    cashier = shop.open()
    fake.pay("order_1")
    call(fake, "POST", "faults", [{"kind": "silent"}])
    assert call(fake, "POST", "reset") == (200, {})
    fake.deliver_due()
    assert (fake.trades, fake.notifications, shop.received) == ((), (), [])
    assert fetch(cashier)[0] == 404
    shop.paid()
    assert len(shop.received) == 1


def test_what_there_is_not(fake: AlipayFake) -> None:
    assert call(fake, "GET", "nothing")[0] == 404
    assert call(fake, "DELETE", "trades")[0] == 405


def test_other_machines_are_refused(fake: AlipayFake) -> None:
    answer = Control(fake).handle(Request("GET", "/_fake/trades", {}, b"", "192.168.1.7"))
    assert isinstance(answer, Response)
    assert answer.status == 403


@pytest.mark.parametrize("name", ["clock", "faults"])
@pytest.mark.parametrize("body", ["x", "[" * 100_000])
def test_bodies_that_are_no_json_are_named(fake: AlipayFake, name: str, body: str) -> None:
    status, _, text = fetch(f"{fake.endpoint}/_fake/{name}", "POST", body.encode())
    assert (status, json.loads(text)["error"]) == (400, f"The body must be JSON, but is '{body[:60]}'.")
