"""block: block somebody, end that, and list whom one has blocked."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "block",
    Grant(
        tables=(
            schema.BANS,
            schema.USERS,
            schema.BLOCKS,
            schema.HIDDEN,
            schema.RELATIONS,
            schema.SESSIONS,
            schema.WORK,
            schema.NOTIFICATIONS,
            schema.RATE_LIMITS,
        )
    ),
    Route("PUT", "/v1/blocks/{user_id}", "feed.operations.block.block", signed_in=True, budget="act"),
    Route("DELETE", "/v1/blocks/{user_id}", "feed.operations.block.unblock", signed_in=True, budget="act"),
    Route("GET", "/v1/blocks", "feed.operations.block.blocked", signed_in=True),
)
