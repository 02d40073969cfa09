"""notifications: follows, likes, comments and tips that concern the caller, and up to where they were read."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.operations.notifications import count_notifications, list_notifications, mark_notifications
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "notifications",
    Grant(
        tables=(
            schema.USERS,
            schema.NOTIFICATIONS,
            schema.SESSIONS,
            schema.ARTICLES,
            schema.HIDDEN,
            schema.BLOCKS,
        )
    ),
    Route("GET", "/v1/notifications", list_notifications.Request, list_notifications.run, signed_in=True),
    Route("GET", "/v1/notifications/unread", count_notifications.Request, count_notifications.run, signed_in=True),
    Route("POST", "/v1/notifications/read", mark_notifications.Request, mark_notifications.run, signed_in=True),
)
