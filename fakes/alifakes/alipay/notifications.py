"""What a notification says and when it is sent."""

from __future__ import annotations

import json
import secrets

from alifakes.alipay.formats import beijing, write_time, yuan
from alifakes.alipay.merchant import APP_ID, SELLER_ID
from alifakes.alipay.trades import Trade

SCHEDULE_MINUTES = (0, 4, 14, 24, 84, 204, 564, 1464)
"""Minutes after the event at which Alipay sends until it is answered `success`: 4 m, 10 m, 10 m, 1 h, 2 h, 6 h, 15 h
apart, as its documentation lists them (an older edition begins with 2 m)."""

BUYER_ID = "2088102147948060"
BUYER_LOGON_ID = "159****5620"


def parameters(
    trade: Trade,
    *,
    sent_ms: int,
    notify_id: str | None = None,
    app_id: str = APP_ID,
    seller_id: str = SELLER_ID,
) -> dict[str, str]:
    """What Alipay tells of `trade` as it is: everything but `sign_type` and `sign`, which `signing.signed` adds.

    A trade with refunds gives the notification of its last one. `notify_id` stays the same when a notification is
    repeated, None makes one; `sent_ms` is when it is sent.
    """
    order = trade.order
    params = {
        "notify_time": write_time(sent_ms),
        "notify_type": "trade_status_sync",
        "notify_id": notify_id or new_notify_id(sent_ms),
        "app_id": app_id,
        "auth_app_id": app_id,
        "charset": "utf-8",
        "version": "1.0",
        "trade_no": trade.trade_no,
        "out_trade_no": order.out_trade_no,
        "seller_id": seller_id,
        "buyer_id": BUYER_ID,
        "buyer_logon_id": BUYER_LOGON_ID,
        "trade_status": trade.status.value,
        "total_amount": yuan(order.total_fen),
        "subject": order.subject,
        "gmt_create": write_time(trade.created_ms),
        **_payment(trade),
        **_refund(trade),
    }
    if trade.closed_ms is not None:
        params["gmt_close"] = write_time(trade.closed_ms)
    given = {"body": order.body, "passback_params": order.passback_params}
    return params | {name: value for name, value in given.items() if value}


def new_notify_id(ms: int) -> str:
    return f"{beijing(ms):%Y%m%d00222%H%M%S}{secrets.randbelow(10**15):015}"


def _payment(trade: Trade) -> dict[str, str]:
    if trade.paid_ms is None:
        return {}
    amount = yuan(trade.order.total_fen)
    return {
        "gmt_payment": write_time(trade.paid_ms),
        "receipt_amount": amount,
        "invoice_amount": amount,
        "buyer_pay_amount": amount,
        "point_amount": "0.00",
        "fund_bill_list": json.dumps([{"amount": amount, "fundChannel": "ALIPAYACCOUNT"}], separators=(",", ":")),
    }


def _refund(trade: Trade) -> dict[str, str]:
    if not trade.refunds:
        return {}
    last = trade.refunds[-1]
    return {
        "refund_fee": yuan(trade.refunded_fen),  # of all refunds so far
        "gmt_refund": f"{write_time(last.at_ms)}.{last.at_ms % 1000:03}",
        "out_biz_no": last.out_request_no,
    }
