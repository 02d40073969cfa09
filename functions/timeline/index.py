"""timeline: a page of the caller's inbox, and what comes past its end."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.operations.timeline import read_timeline
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
        )
    ),
    Route("GET", "/v1/timeline", read_timeline.Request, read_timeline.run),
)
