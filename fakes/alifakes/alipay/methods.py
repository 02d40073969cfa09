"""The API methods that a merchant's server calls: the content of their answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from alifakes.alipay.errors import failed
from alifakes.alipay.formats import read_yuan, write_time, yuan
from alifakes.alipay.notifications import BUYER_ID, BUYER_LOGON_ID
from alifakes.alipay.trades import Trade, Trades

Content = Mapping[str, object]
Node = dict[str, str]
_OUT_REQUEST_NO = re.compile(r"[^\x00-\x1f]{1,64}")


def query(trades: Trades, content: Content) -> Node:
    trade = trades.find(*_numbers(content))
    amount = yuan(trade.order.total_fen)
    paid = amount if trade.paid_ms is not None else "0.00"
    node = {
        "buyer_logon_id": BUYER_LOGON_ID,
        "buyer_pay_amount": paid,
        "buyer_user_id": BUYER_ID,
        "invoice_amount": paid,
        "out_trade_no": trade.order.out_trade_no,
        "point_amount": "0.00",
        "receipt_amount": paid,
        "total_amount": amount,
        "trade_no": trade.trade_no,
        "trade_status": trade.status.value,
    }
    return node if trade.paid_ms is None else {**node, "send_pay_date": write_time(trade.paid_ms)}


def refund(trades: Trades, content: Content) -> Node:
    """`refund_fee` is the sum of all refunds so far; `fund_change` says whether this request moved money."""
    numbers, out_request_no = _numbers(content), _text(content, "out_request_no")
    if out_request_no:
        _check_request_no(out_request_no)
    try:
        fen = read_yuan(_text(content, "refund_amount"))
    except ValueError as error:
        raise failed("ACQ.INVALID_PARAMETER", str(error)) from None
    trade, made, changed = trades.refund(*numbers, out_request_no, fen)
    return {
        "buyer_logon_id": BUYER_LOGON_ID,
        "buyer_user_id": BUYER_ID,
        "fund_change": "Y" if changed else "N",
        "gmt_refund_pay": write_time(made.at_ms),
        "out_trade_no": trade.order.out_trade_no,
        "refund_fee": yuan(trade.refunded_fen),
        "send_back_fee": yuan(made.amount_fen),
        "trade_no": trade.trade_no,
    }


def refund_query(trades: Trades, content: Content) -> Node:
    """Without any field where there is no such refund: that, too, is code 10000."""
    numbers, out_request_no = _numbers(content), _text(content, "out_request_no")
    _check_request_no(out_request_no)
    trade = trades.find(*numbers)
    for made in trade.refunds:
        if made.out_request_no == out_request_no:
            return {
                "out_request_no": made.out_request_no,
                "out_trade_no": trade.order.out_trade_no,
                "refund_amount": yuan(made.amount_fen),
                "refund_status": "REFUND_SUCCESS",
                "total_amount": yuan(trade.order.total_fen),
                "trade_no": trade.trade_no,
            }
    return {}


def close(trades: Trades, content: Content) -> Node:
    trade: Trade = trades.close(*_numbers(content))
    return {"out_trade_no": trade.order.out_trade_no, "trade_no": trade.trade_no}


METHODS: dict[str, Callable[[Trades, Content], Node]] = {
    "alipay.trade.query": query,
    "alipay.trade.refund": refund,
    "alipay.trade.fastpay.refund.query": refund_query,
    "alipay.trade.close": close,
}

FAILURE_FIELDS: dict[str, Node] = {
    "alipay.trade.query": dict.fromkeys(
        ("buyer_pay_amount", "invoice_amount", "point_amount", "receipt_amount"), "0.00"
    ),
    "alipay.trade.refund": dict.fromkeys(("refund_fee", "send_back_fee"), "0.00"),
}
"""What business failures of a method carry besides their codes, as seen in answers that merchants have published."""


def _numbers(content: Content) -> tuple[str, str]:
    out_trade_no, trade_no = _text(content, "out_trade_no"), _text(content, "trade_no")
    if not out_trade_no and not trade_no:
        raise failed("ACQ.INVALID_PARAMETER", "Either out_trade_no or trade_no must be given.")
    return out_trade_no, trade_no


def _check_request_no(out_request_no: str) -> None:
    if _OUT_REQUEST_NO.fullmatch(out_request_no) is None:
        raise failed("ACQ.INVALID_PARAMETER", f"out_request_no must be 1 to 64 characters, not {out_request_no!r}.")


def _text(content: Content, name: str) -> str:
    value = content.get(name, "")
    if not isinstance(value, str):
        raise failed("ACQ.INVALID_PARAMETER", f"{name} must be a text.")
    return value
