"""scheduled-publish: every minute, let articles go public whose time has come; invokes itself to go on."""

from __future__ import annotations

from feed.edge.endpoints import message_function
from feed.operations import scheduled_publish
from feed.store import schema
from feed.wiring import Grant

handler = message_function(
    "scheduled-publish",
    Grant(
        tables=(schema.WORK, schema.ARTICLES, schema.USERS, schema.OUTBOXES, schema.PULLS, schema.JOBS),
        invokes=("fanout-batch", "scheduled-publish"),
    ),
    scheduled_publish.Request,
    scheduled_publish.run,
)
