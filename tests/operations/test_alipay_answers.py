"""What Alipay's answers to our questions mean, those included that it does not sign, and that no error repeats them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from alifakes.alipay.keys import Keys
from alifakes.alipay.signing import sign_text
from alifakes.server import HttpServer, Request, Response
from commands.local_alipay import merchant_variables
from feed.config import Merchant
from feed.domain.tips import Facts, Trade
from feed.errors import FeedError, Misconfigured, ProviderAway, Reload
from feed.gateways.alipay import Alipay

ORDER, TRADE_NO, NOW_MS, FEN = "0" * 32, "2026112322001", 1_795_400_000_000, 500
BUYER = "2088102147948060"
QUERIED = {
    "code": "10000",
    "out_trade_no": ORDER,
    "trade_no": TRADE_NO,
    "total_amount": "5.00",
    "trade_status": "TRADE_SUCCESS",
}


@dataclass
class Gateway:
    """Answers the n-th request with the n-th body."""

    keys: Keys
    bodies: list[str]

    def signed(self, method: str, **node: str) -> None:
        name, text = f"{method.replace('.', '_')}_response", json.dumps({**node, "buyer_user_id": BUYER})
        self.bodies.append(f'{{"{name}":{text},"sign":"{sign_text(text, self.keys.alipay_private)}"}}')

    def unsigned(self, method: str, **node: str) -> None:
        self.bodies.append(json.dumps({f"{method.replace('.', '_')}_response": {**node, "buyer_user_id": BUYER}}))

    def answer(self, _: Request) -> Response:
        return Response(200, [], self.bodies.pop(0).encode())


@pytest.fixture
def gateway(alipay_keys: Keys) -> Gateway:
    return Gateway(alipay_keys, [])


@pytest.fixture
def merchant(gateway: Gateway, alipay_keys: Keys) -> Iterator[Merchant]:
    server = HttpServer(gateway.answer)
    server.start_in_thread()
    yield Merchant.from_env(merchant_variables("http://127.0.0.1:9", f"{server.endpoint}/gateway.do", alipay_keys))
    server.stop_thread()


@pytest.fixture
def till(merchant: Merchant) -> Alipay:
    return Alipay.open(merchant)


def told(call: Callable[[], object]) -> FeedError:
    with pytest.raises(FeedError) as raised:
        call()
    error = raised.value
    assert BUYER not in error.message
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    return error


def refund(till: Alipay) -> Callable[[], None]:
    return lambda: till.refund(TRADE_NO, f"{ORDER}_200", 200, NOW_MS)


@pytest.mark.parametrize(
    ("node", "kind"),
    [
        ({"code": "20000", "sub_code": "isp.unknow-error"}, ProviderAway),
        ({}, ProviderAway),
        ({"code": "40002", "sub_code": "isv.invalid-app-id"}, Misconfigured),
        ({"code": "40006", "sub_code": "isv.insufficient-isv-permissions"}, Misconfigured),
    ],
    ids=lambda value: value.get("code", "none") if isinstance(value, dict) else "",
)
def test_an_answer_without_a_signature_is_a_refusal_of_ours_or_an_absence(
    gateway: Gateway, till: Alipay, node: dict[str, str], kind: type[FeedError]
) -> None:
    gateway.unsigned("alipay.trade.query", **node)
    assert type(told(lambda: till.query(ORDER, NOW_MS))) is kind


def test_an_unsigned_success_proves_nothing(gateway: Gateway, till: Alipay) -> None:
    gateway.unsigned("alipay.trade.query", **QUERIED)
    told(lambda: till.query(ORDER, NOW_MS))


@pytest.mark.parametrize(
    "changes",
    [
        {"out_trade_no": "1" * 32},
        {"total_amount": "5e0"},
        {"trade_status": "PAID"},
        {"trade_no": ""},
        {"trade_no": "2026 11"},
        {"code": "40004", "sub_code": "ACQ.SYSTEM_ERROR"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_signed_answer_that_does_not_answer(gateway: Gateway, till: Alipay, changes: dict[str, str]) -> None:
    gateway.signed("alipay.trade.query", **QUERIED)
    assert till.query(ORDER, NOW_MS) == Facts(ORDER, TRADE_NO, Trade.SUCCESS, FEN)
    gateway.signed("alipay.trade.query", **{**QUERIED, **changes})
    assert type(told(lambda: till.query(ORDER, NOW_MS))) is ProviderAway


@pytest.mark.parametrize(
    ("node", "kind"),
    [
        ({"code": "20000", "sub_code": "aop.unknow-error"}, ProviderAway),
        ({"code": "40004", "sub_code": "ACQ.SYSTEM_ERROR"}, ProviderAway),
        ({"code": "40004", "sub_code": "AQC.SYSTEM_ERROR"}, ProviderAway),
        ({"code": "40004", "sub_code": "ACQ.SELLER_BALANCE_NOT_ENOUGH"}, Reload),
    ],
    ids=lambda value: value["sub_code"] if isinstance(value, dict) else "",
)
def test_only_a_refusal_says_that_nothing_was_refunded(
    gateway: Gateway, till: Alipay, node: dict[str, str], kind: type[FeedError]
) -> None:
    gateway.signed("alipay.trade.refund", **node)
    assert type(told(refund(till))) is kind


@pytest.mark.parametrize(
    ("found", "made"),
    [
        ({"refund_status": "REFUND_SUCCESS", "refund_amount": "2.00"}, True),
        ({"refund_status": "REFUND_SUCCESS", "refund_amount": "1.00"}, False),
        ({"refund_amount": "2.00"}, False),
        ({}, False),
    ],
)
def test_a_refund_that_moved_no_money_is_looked_up(
    gateway: Gateway, till: Alipay, found: dict[str, Any], made: bool
) -> None:
    gateway.signed("alipay.trade.refund", code="10000", fund_change="N")
    gateway.signed("alipay.trade.fastpay.refund.query", code="10000", **found)
    if made:
        refund(till)()
    else:
        assert type(told(refund(till))) is ProviderAway


def test_a_public_key_cannot_sign(merchant: Merchant) -> None:
    error = told(lambda: Alipay.open(replace(merchant, private_key=merchant.payee.public_key)))
    assert error.message == "FEED_ALIPAY_PRIVATE_KEY is a public key."
