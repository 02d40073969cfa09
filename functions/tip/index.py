"""tip: order a tip and see what became of it; one's account and its ledger."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.operations.tip import create_tip, read_account, read_ledger, read_tip
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "tip",
    Grant(
        tables=(
            schema.USERS,
            schema.ARTICLES,
            schema.IDEMPOTENCY,
            schema.HIDDEN,
            schema.BLOCKS,
            schema.WORK,
            schema.ORDERS,
            schema.ACCOUNTS,
            schema.LEDGER,
        )
    ),
    Route("POST", "/v1/articles/{id}/tips", create_tip.Request, create_tip.run, signed_in=True, status=201),
    Route("GET", "/v1/tips/{order_id}", read_tip.Request, read_tip.run, signed_in=True),
    Route("GET", "/v1/account", read_account.Request, read_account.run, signed_in=True),
    Route("GET", "/v1/account/ledger", read_ledger.Request, read_ledger.run, signed_in=True),
)
