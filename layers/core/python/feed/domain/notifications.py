"""What Alipay posts to us, read strictly: one reading for every signature, cheap checks before dear ones.

The signed text joins `name=value` by `&` without escaping, so that one genuine signature covers hundreds of other
splittings of the same text; values with `&` and repeated names are refused here for that reason.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from feed.domain.money import fen_of
from feed.domain.tips import Facts, Trade, is_trade_no
from feed.errors import Forbidden, InvalidRequest

MAX_BODY = 64 * 1024
MAX_PARAMETERS = 64

_FORM = re.compile(r"[A-Za-z0-9%&=+._*~!'(),:;/?@$\[\]-]*", re.ASCII)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NAME = re.compile(r"[A-Za-z0-9_.\[\]-]{1,64}", re.ASCII)
_ORDER_NAME = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)
_UNSIGNED = ("sign", "sign_type")


class Signed(NamedTuple):
    """`values` are all parameters but the signature's own; `text` is what `signature` (raw bytes) must cover."""

    values: Mapping[str, str]
    signature: bytes

    @property
    def text(self) -> bytes:
        return "&".join(f"{name}={self.values[name]}" for name in sorted(self.values)).encode()


def form_values(body: bytes) -> dict[str, str]:
    """The parameters of a form; empty values count. Raises InvalidRequest for whatever could be read in two ways."""
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        raise _refused("is not ASCII") from None
    if not _FORM.fullmatch(text) or _BAD_ESCAPE.search(text):
        raise _refused("is not percent-encoded")
    if text.count("&") >= MAX_PARAMETERS:
        raise _refused(f"has more than {MAX_PARAMETERS} parameters")
    values: dict[str, str] = {}
    for pair in text.split("&"):
        name, equals, value = pair.partition("=")
        key, content = _decoded(name), _decoded(value)
        if not equals or not _NAME.fullmatch(key) or key in values:
            raise _refused("has a parameter without a value, with a strange name, or twice")
        values[key] = content
    return values


def signed(values: Mapping[str, str], signature_bytes: int) -> Signed:
    """The parameters as signed ones, whose signature is still to be verified. Raises InvalidRequest."""
    if values.get("sign_type") != "RSA2":
        raise _refused("is not signed with RSA2")
    if values.get("charset", "").lower() != "utf-8":
        raise _refused("is not in utf-8")
    if any("&" in value or "\0" in value for value in values.values()):
        raise _refused("has a value that could be read as several parameters")
    covered = {name: value for name, value in values.items() if name not in _UNSIGNED}
    return Signed(covered, _signature(values.get("sign", ""), signature_bytes))


def facts_of(values: Mapping[str, str]) -> Facts:
    """What a verified notification says of which order. Raises InvalidRequest, or Forbidden for facts that are none."""
    order_id, trade_no = values.get("out_trade_no", ""), values.get("trade_no", "")
    if not _ORDER_NAME.fullmatch(order_id):
        raise _refused("has an out_trade_no that no order can have")
    total = fen_of(values.get("total_amount", ""))
    try:
        trade = Trade(values.get("trade_status", ""))
    except ValueError:
        raise _unusable("has an unknown trade_status") from None
    if total is None or not is_trade_no(trade_no):
        raise _unusable("has a total_amount or a trade_no that is none")
    refunded, doubt = _refund(values, trade, total)
    return Facts(order_id, trade_no, trade, total, refunded, doubt or _foreign(values))


def require_payment_notice(values: Mapping[str, str]) -> None:
    """Raises InvalidRequest for what is no notification (a page's signed return), Forbidden for one of another kind."""
    if not values.get("notify_id") or not values.get("notify_type"):
        raise _refused("has no notify_id or notify_type")
    if (values["notify_type"], values.get("version")) != ("trade_status_sync", "1.0"):
        raise _unusable("is not about the state of a trade")


def is_for(values: Mapping[str, str], app_id: str, seller_id: str) -> bool:
    """Whether it is about our app and our account; `auth_app_id` need not be there."""
    apps = (values.get("app_id"), values.get("auth_app_id", app_id))
    return apps == (app_id, app_id) and values.get("seller_id") == seller_id


def _decoded(text: str) -> str:
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode()
    except UnicodeDecodeError:
        raise _refused("is not in UTF-8") from None


def _signature(text: str, size: int) -> bytes:
    try:
        signature = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        signature = b""
    if len(signature) != size or base64.b64encode(signature).decode() != text:
        raise _refused(f"has a signature that is not {size} bytes in base64")
    return signature


def _refund(values: Mapping[str, str], trade: Trade, total: int) -> tuple[int, str]:
    """All that was refunded so far, and the word for a refund that cannot be."""
    given, at = values.get("refund_fee", ""), values.get("gmt_refund", "")
    if not given and not at:
        return 0, ""
    refunded = fen_of(given)
    if refunded is None or refunded > total or (at and not refunded) or (refunded and trade is Trade.WAITING):
        return 0, "refund"
    if trade is Trade.CLOSED and refunded not in (0, total):
        return 0, "refund"
    return refunded, ""


def _foreign(values: Mapping[str, str]) -> str:
    currencies = (values.get("trans_currency", ""), values.get("settle_currency", ""))
    return "currency" if any(currency not in ("", "CNY") for currency in currencies) else ""


def _unusable(why: str) -> Forbidden:
    return Forbidden(f"What Alipay says cannot be ours: it {why}.")


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest(f"This is not Alipay's word: it {why}.")
