"""Alipay's open API through its SDK: questions about trades, closing and refunding them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from feed.config import Merchant
from feed.domain.money import fen_of, yuan_of
from feed.domain.tips import Facts, Trade, is_trade_no
from feed.errors import FeedError, Misconfigured, ProviderAway, Reload
from feed.gateways.pay_page import china_time

_DONE = "10000"
_NO_SUCH_TRADE = "ACQ.TRADE_NOT_EXIST"
_OUTCOME_UNKNOWN = ("ACQ.SYSTEM_ERROR", "AQC.SYSTEM_ERROR")
"""A business failure by its code, of which the documentation says: call again with the same parameters."""


@dataclass(frozen=True)
class Alipay:
    """One per instance; every method waits for one HTTP answer or two."""

    merchant: Merchant
    _sdk: Any

    @classmethod
    def open(cls, merchant: Merchant) -> Alipay:
        """Raises Misconfigured for keys that are none."""
        from alipay import AliPay
        from alipay.utils import AliPayConfig

        try:
            sdk = AliPay(
                appid=merchant.payee.app_id,
                app_private_key_string=merchant.private_key,
                alipay_public_key_string=merchant.payee.public_key,
                config=AliPayConfig(timeout=merchant.timeout_s),
            )
        except ValueError:
            raise Misconfigured("FEED_ALIPAY_PRIVATE_KEY or FEED_ALIPAY_PUBLIC_KEY is not an RSA key.") from None
        if not sdk.app_private_key.has_private():
            raise Misconfigured("FEED_ALIPAY_PRIVATE_KEY is a public key.")
        sdk._gateway = merchant.gateway  # the SDK knows no other way to name it
        return cls(merchant, sdk)

    def query(self, order_id: str, now_ms: int) -> Facts | None:
        """What Alipay knows of an order; None before its payer has opened the page, which they still may."""
        answer = self._ask("alipay.trade.query", {"out_trade_no": order_id}, now_ms)
        if answer.get("sub_code") == _NO_SUCH_TRADE:
            return None
        _require_done(answer, order_id)
        total, trade_no = fen_of(str(answer.get("total_amount", ""))), str(answer.get("trade_no", ""))
        if total is None or not is_trade_no(trade_no) or answer.get("trade_status") not in set(Trade):
            raise ProviderAway("Alipay's answer could not be understood; try again.")
        return Facts(order_id, trade_no, Trade(answer["trade_status"]), total)

    def close(self, order_id: str, now_ms: int) -> bool:
        """Whether nobody can pay this order any more; False when it has been paid meanwhile."""
        answer = self._ask("alipay.trade.close", {"out_trade_no": order_id}, now_ms)
        return answer.get("code") == _DONE or answer.get("sub_code") == _NO_SUCH_TRADE

    def refund(self, trade_no: str, request_no: str, fen: int, now_ms: int) -> None:
        """Give money back; a repetition with the same request number and amount does it once.

        Raises Reload when Alipay refuses, ProviderAway when it cannot be said whether it happened.
        """
        content = {"trade_no": trade_no, "refund_amount": yuan_of(fen), "out_request_no": request_no}
        answer = self._ask("alipay.trade.refund", content, now_ms)
        if answer.get("code") == "20000" or answer.get("sub_code") in _OUTCOME_UNKNOWN:
            raise ProviderAway("Alipay does not know yet whether it refunds; try again.")
        if answer.get("code") != _DONE:
            raise Reload(f"Alipay refuses the refund: {answer.get('sub_code')}.")
        if answer.get("fund_change") != "Y" and not self._is_refunded(trade_no, request_no, fen, now_ms):
            raise ProviderAway("Alipay has taken the refund, but not made it yet; try again.")

    def _is_refunded(self, trade_no: str, request_no: str, fen: int, now_ms: int) -> bool:
        content = {"trade_no": trade_no, "out_request_no": request_no}
        answer = self._ask("alipay.trade.fastpay.refund.query", content, now_ms)
        return answer.get("refund_status") == "REFUND_SUCCESS" and fen_of(str(answer.get("refund_amount", ""))) == fen

    def _ask(self, method: str, content: dict[str, str], now_ms: int) -> dict[str, Any]:
        """The verified answer. The SDK's own errors hold what Alipay said of the buyer: none of it goes further."""
        from alipay.exceptions import AliPayException

        try:
            answer = self._sdk.server_api(method, content, timestamp=china_time(now_ms))
        except AliPayException as error:
            raise _unsigned(str(error)) from None
        except Exception as error:  # the SDK lets pass what urllib, json and its own parser raise
            raise ProviderAway(f"Alipay did not answer ({type(error).__name__}); try again.") from None
        return dict(answer)


def _require_done(answer: dict[str, Any], order_id: str) -> None:
    """An answer is signed whatever order it is about."""
    if answer.get("code") != _DONE or answer.get("out_trade_no") != order_id:
        raise ProviderAway(f"Alipay did not answer for this order (code {answer.get('code')}); try again.")


def _unsigned(said: str) -> FeedError:
    """What an answer without a signature means; the SDK tells its code in its message only."""
    refusal = re.match(r"AliPayException: code:(4[0-9]{4}),", said)
    if refusal is None:
        return ProviderAway("Alipay is not available; try again.")
    return Misconfigured(f"Alipay refuses our requests with code {refusal[1]}.")
