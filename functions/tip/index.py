"""tip: order a tip and see what became of it; one's account and its ledger."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "tip",
    Grant(
        tables=(
            schema.BANS,
            schema.USERS,
            schema.ARTICLES,
            schema.IDEMPOTENCY,
            schema.HIDDEN,
            schema.BLOCKS,
            schema.WORK,
            schema.ORDERS,
            schema.ACCOUNTS,
            schema.LEDGER,
            schema.RATE_LIMITS,
        )
    ),
    Route("POST", "/v1/articles/{id}/tips", "feed.operations.tip.create_tip", signed_in=True, status=201, budget="tip"),
    Route("GET", "/v1/tips/{order_id}", "feed.operations.tip.read_tip", signed_in=True),
    Route("GET", "/v1/account", "feed.operations.tip.read_account", signed_in=True),
    Route("GET", "/v1/account/ledger", "feed.operations.tip.read_ledger", signed_in=True),
)
