"""log-action: what readers do to articles, who likes one, and what one has collected."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.operations.log_action import act, collections, likers, own_flags
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "log-action",
    Grant(
        tables=(
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
        )
    ),
    Route("POST", "/v1/articles/{id}/actions", act.Request, act.run),
    Route("GET", "/v1/articles/{id}/actions", own_flags.Request, own_flags.run),
    Route("GET", "/v1/articles/{id}/likers", likers.Request, likers.run),
    Route("GET", "/v1/users/me/collections", collections.Request, collections.run, signed_in=True),
)
