"""The address where an order is paid: letter by letter what Alipay's SDK makes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from alipay import AliPay
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from alifakes.alipay.keys import make_keys
from commands.local_alipay import merchant_variables
from feed.config import Merchant
from feed.domain.tips import Order
from feed.errors import Misconfigured
from feed.gateways.pay_page import PayPage

MS = st.integers(1_600_000_000_000, 4_000_000_000_000)
ADDRESSES = st.text("abc/?&=%+ 中é~", min_size=1, max_size=20).map("https://".__add__)


@pytest.fixture(scope="module")
def merchant(tmp_path_factory: pytest.TempPathFactory) -> Merchant:
    keys = make_keys(Path(tmp_path_factory.mktemp("keys")))
    return Merchant.from_env(merchant_variables("http://127.0.0.1:9", "https://gateway.example/gateway.do", keys))


@given(st.integers(0, 2**128 - 1), st.integers(1, 10**9), st.integers(1, 2**53), MS, ADDRESSES, ADDRESSES)
def test_the_address_is_the_sdks(
    merchant: Merchant, number: int, fen: int, article: int, created_ms: int, notify: str, back: str
) -> None:
    merchant = replace(merchant, notify_url=notify, return_url=back)
    order = Order(f"{number:032x}", 1, 2, article, fen, "never said", 202611, created_ms, pay_url="")
    sdk = AliPay(
        appid=merchant.payee.app_id,
        app_private_key_string=merchant.private_key,
        alipay_public_key_string=merchant.payee.public_key,
    )
    url = PayPage.open(merchant).url(order)

    said = dict(part.split("=", 1) for part in url.partition("?")[2].split("&"))
    content = {
        "out_trade_no": order.id,
        "total_amount": f"{fen // 100}.{fen % 100:02}",
        "subject": f"打赏 {article}",
        "product_code": "FAST_INSTANT_TRADE_PAY",
        "time_expire": said_time(order.expires_ms),
    }
    times = {"timestamp": said_time(created_ms)}
    query = sdk.client_api("alipay.trade.page.pay", content, **times, notify_url=notify, return_url=back)
    assert url == f"https://gateway.example/gateway.do?{query}"
    assert "never" not in url
    assert said["sign_type"] == "RSA2"


def said_time(ms: int) -> str:
    """In Beijing, eight hours ahead of UTC all year."""
    return datetime.fromtimestamp(ms // 1000 + 8 * 3600, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def test_what_is_no_private_rsa_key_cannot_sign(merchant: Merchant) -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    other = curve.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    for key in (merchant.payee.public_key, b"", b"nonsense", other):
        with pytest.raises(Misconfigured, match="FEED_ALIPAY_PRIVATE_KEY is not"):
            PayPage.open(replace(merchant, private_key=key))
