"""alipay-callback: Alipay's notifications, and the payer's browser on its way back."""

from __future__ import annotations

from feed.edge.endpoints import RawRoute, http_function
from feed.operations.alipay_callback import show_return, take_notification
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "alipay-callback",
    Grant(
        tables=(
            schema.ORDERS,
            schema.ACCOUNTS,
            schema.LEDGER,
            schema.LOG,
            schema.ARTICLES,
            schema.WORK,
            schema.NOTIFICATIONS,
            schema.RATE_LIMITS,
        )
    ),
    RawRoute("POST", "/v1/payments/alipay/notify", take_notification.run, "text/plain"),
    RawRoute("GET", "/v1/payments/alipay/return", show_return.run, "text/html"),
)
