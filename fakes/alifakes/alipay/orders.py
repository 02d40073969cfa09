"""What a merchant asks the buyer to pay: the business content of a pay request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from alifakes.alipay.errors import AlipayError, failed, invalid
from alifakes.alipay.formats import beijing, read_time, read_yuan
from alifakes.loopback import is_loopback_url

PayMethod = Literal["alipay.trade.page.pay", "alipay.trade.wap.pay"]
PRODUCT_CODES: dict[PayMethod, str] = {
    "alipay.trade.page.pay": "FAST_INSTANT_TRADE_PAY",
    "alipay.trade.wap.pay": "QUICK_WAP_PAY",
}
_OUT_TRADE_NO = re.compile(r"[A-Za-z0-9_]{1,64}")
_TIMEOUT = re.compile(r"([1-9][0-9]{0,4})([mhd])|1c")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST_TIMEOUT = timedelta(days=15)


@dataclass(frozen=True)
class Order:
    """One pay request; `time_expire_ms` goes before `timeout_express`, which counts from the trade's creation."""

    out_trade_no: str
    subject: str
    total_fen: int
    notify_url: str = ""
    return_url: str = ""
    body: str = ""
    passback_params: str = ""
    time_expire_ms: int | None = None
    timeout_express: str = "15d"  # what holds without either is unverified
    method: PayMethod = "alipay.trade.page.pay"

    def expires_ms(self, created_ms: int) -> int:
        if self.time_expire_ms is not None:
            return self.time_expire_ms
        if self.timeout_express == "1c":  # the end of the day, whenever the trade was created
            midnight = beijing(created_ms).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            return int(midnight.timestamp() * 1000)
        return created_ms + _timeout(self.timeout_express) // timedelta(milliseconds=1)


def read_order(method: PayMethod, content: Mapping[str, object], notify_url: str, return_url: str) -> Order:
    """The order of a pay request; raises AlipayError that says what is wrong with it.

    Alipay refuses these parameters too; that it always says ACQ.INVALID_PARAMETER is unverified.
    """
    _check_urls(notify_url, return_url)
    out_trade_no, subject = _text(content, "out_trade_no"), _text(content, "subject")
    if _OUT_TRADE_NO.fullmatch(out_trade_no) is None:
        raise _wrong(f"out_trade_no must be 1 to 64 of A-Z, a-z, 0-9 and _, not {out_trade_no!r}.")
    if not 1 <= len(subject) <= 256 or set(subject) & set("/=&"):
        raise _wrong(f"subject must be 1 to 256 characters without /, = and &, not {subject!r}.")
    if content.get("product_code") != PRODUCT_CODES[method]:
        raise _wrong(f"product_code of {method} must be {PRODUCT_CODES[method]}, not {content.get('product_code')!r}.")
    time_expire, timeout = _text(content, "time_expire"), _text(content, "timeout_express")
    try:
        _timeout(timeout or "15d")
        return Order(
            out_trade_no=out_trade_no,
            subject=subject,
            total_fen=read_yuan(_text(content, "total_amount")),
            notify_url=notify_url,
            return_url=return_url,
            body=_text(content, "body"),
            passback_params=_text(content, "passback_params"),
            time_expire_ms=read_time(time_expire) if time_expire else None,
            timeout_express=timeout or "15d",
            method=method,
        )
    except ValueError as error:
        raise _wrong(str(error)) from None


def _check_urls(notify_url: str, return_url: str) -> None:
    """Alipay itself accepts any public address; the fake sends to this machine only."""
    for name, url in (("notify_url", notify_url), ("return_url", return_url)):
        if url and not is_loopback_url(url):
            raise invalid(
                "isv.invalid-parameter", f"The fake Alipay calls http URLs of this machine only; {name}: {url}"
            )
    if "?" in notify_url or "#" in notify_url:
        raise invalid("isv.invalid-parameter", f"notify_url must not have a query string, but is {notify_url}")


def _text(content: Mapping[str, object], name: str) -> str:
    value = content.get(name, "")
    if not isinstance(value, str):
        raise _wrong(f"{name} must be a text.")
    return value


def _timeout(text: str) -> timedelta:
    match = _TIMEOUT.fullmatch(text)
    timeout = int(match[1]) * _UNITS[match[2]] if match and match[1] else timedelta(days=1)
    if match is None or timeout > _LONGEST_TIMEOUT:
        raise ValueError(f"timeout_express is 1m to 15d or 1c, without decimals, not {text!r}.")
    return timeout


def _wrong(message: str) -> AlipayError:
    return failed("ACQ.INVALID_PARAMETER", message)
