"""log-action: what readers do to articles, who likes one, and what one has collected."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "log-action",
    Grant(
        tables=(
            schema.BANS,
            schema.USERS,
            schema.ARTICLES,
            schema.LOG,
            schema.LOG_LIKERS,
            schema.LOG_COLLECTED,
            schema.WORK,
            schema.HIDDEN,
            schema.BLOCKS,
            schema.SESSIONS,
            schema.NOTIFICATIONS,
            schema.RATE_LIMITS,
        )
    ),
    Route("POST", "/v1/articles/{id}/actions", "feed.operations.log_action.act", budget="act"),
    Route("GET", "/v1/articles/{id}/actions", "feed.operations.log_action.own_flags", budget="read"),
    Route("GET", "/v1/articles/{id}/likers", "feed.operations.log_action.likers", budget="read"),
    Route("GET", "/v1/users/me/collections", "feed.operations.log_action.collections", signed_in=True),
)
