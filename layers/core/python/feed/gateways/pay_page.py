"""The page at Alipay where an order is paid: its address, signed here without the SDK that calls Alipay.

Each cold start of tip would pay for the SDK's imports (docs/decisions/0017); the tests hold the two against each other.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from feed.config import Merchant
from feed.domain.money import yuan_of
from feed.domain.tips import Order
from feed.errors import Misconfigured

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_CHINA = timezone(timedelta(hours=8))


class PayPage:
    """One per instance; nothing is sent."""

    def __init__(self, merchant: Merchant, key: RSAPrivateKey) -> None:
        self._merchant = merchant
        self._key = key

    @classmethod
    def open(cls, merchant: Merchant) -> PayPage:
        """Raises Misconfigured for a key that is none."""
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_der_private_key

        try:
            # the key is our own configuration, not a stranger's: testing its primes costs more than signing with it
            key = load_der_private_key(merchant.private_key, None, unsafe_skip_rsa_key_validation=True)
        except (ValueError, TypeError):
            raise Misconfigured("FEED_ALIPAY_PRIVATE_KEY is not a private key.") from None
        if not isinstance(key, RSAPrivateKey):
            raise Misconfigured("FEED_ALIPAY_PRIVATE_KEY is not an RSA key.")
        return cls(merchant, key)

    def url(self, order: Order) -> str:
        """What the payer's browser opens (opendocs.alipay.com, "alipay.trade.page.pay", "自行实现签名").

        The subject is ours, never a reader's words.
        """
        content = {
            "out_trade_no": order.id,
            "total_amount": yuan_of(order.amount_fen),
            "subject": f"打赏 {order.article_id}",
            "product_code": "FAST_INSTANT_TRADE_PAY",
            "time_expire": china_time(order.expires_ms),
        }
        parameters = {
            "app_id": self._merchant.payee.app_id,
            "biz_content": json.dumps(content, separators=(",", ":")),
            "charset": "utf-8",
            "method": "alipay.trade.page.pay",
            "notify_url": self._merchant.notify_url,
            "return_url": self._merchant.return_url,
            "sign_type": "RSA2",
            "timestamp": china_time(order.created_ms),
            "version": "1.0",
        }
        parameters["sign"] = self._signature("&".join(f"{name}={value}" for name, value in parameters.items()))
        return f"{self._merchant.gateway}?" + "&".join(
            f"{name}={quote_plus(text)}" for name, text in parameters.items()
        )

    def _signature(self, text: str) -> str:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return b64encode(self._key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def china_time(ms: int) -> str:
    """Alipay reads every time as Beijing's, whatever zone the function runs in."""
    return datetime.fromtimestamp(ms // 1000, _CHINA).strftime("%Y-%m-%d %H:%M:%S")
