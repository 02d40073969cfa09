"""notifications: follows, likes, comments and tips that concern the caller, and up to where they were read."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "notifications",
    Grant(
        tables=(
            schema.BANS,
            schema.USERS,
            schema.NOTIFICATIONS,
            schema.SESSIONS,
            schema.ARTICLES,
            schema.HIDDEN,
            schema.BLOCKS,
        )
    ),
    Route("GET", "/v1/notifications", "feed.operations.notifications.list_notifications", signed_in=True),
    Route("GET", "/v1/notifications/unread", "feed.operations.notifications.count_notifications", signed_in=True),
    Route(
        "POST",
        "/v1/notifications/read",
        "feed.operations.notifications.mark_notifications",
        signed_in=True,
        budget="mark",
    ),
)
