"""block: block somebody, end that, and list whom one has blocked."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.operations.block import block, blocked, unblock
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "block",
    Grant(
        tables=(
            schema.USERS,
            schema.BLOCKS,
            schema.HIDDEN,
            schema.RELATIONS,
            schema.SESSIONS,
            schema.WORK,
            schema.NOTIFICATIONS,
        )
    ),
    Route("PUT", "/v1/blocks/{user_id}", block.Request, block.run, signed_in=True),
    Route("DELETE", "/v1/blocks/{user_id}", unblock.Request, unblock.run, signed_in=True),
    Route("GET", "/v1/blocks", blocked.Request, blocked.run, signed_in=True),
)
