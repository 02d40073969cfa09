"""timeline: the caller's inbox and what comes past its end, what is unread of it, and up to where it was read."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.operations.timeline import count_unread, mark_read, read_timeline
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "timeline",
    Grant(
        tables=(
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
    Route("GET", "/v1/timeline", read_timeline.Request, read_timeline.run),
    Route("GET", "/v1/timeline/unread", count_unread.Request, count_unread.run, signed_in=True),
    Route("POST", "/v1/timeline/read", mark_read.Request, mark_read.run, signed_in=True),
)
