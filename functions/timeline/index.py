"""timeline: the caller's inbox and what comes past its end, what is unread of it, and up to where it was read."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "timeline",
    Grant(
        tables=(
            schema.BANS,
            schema.USERS,
            schema.INBOXES,
            schema.SESSIONS,
            schema.ARTICLES,
            schema.LOG,
            schema.LOG_BY_TIME,
            schema.NEIGHBORS,
            schema.HIDDEN,
            schema.BLOCKS,
            schema.RELATIONS,
            schema.RELATIONS_BY_FOLLOWER,
            schema.OUTBOXES,
            schema.PULLS,
        ),
        invokes=("rebuild-inbox",),
    ),
    Route("GET", "/v1/timeline", "feed.operations.timeline.read_timeline", budget="read"),
    Route("GET", "/v1/timeline/unread", "feed.operations.timeline.count_unread", signed_in=True),
    Route("POST", "/v1/timeline/read", "feed.operations.timeline.mark_read", signed_in=True, budget="mark"),
)
