"""rebuild-inbox: what a reader's visit after some days leaves to be done; invoked by other functions only."""

from __future__ import annotations

from feed.edge.endpoints import message_function
from feed.operations import rebuild_inbox
from feed.store import schema
from feed.wiring import Grant

handler = message_function(
    "rebuild-inbox",
    Grant(
        tables=(
            schema.SESSIONS,
            schema.RELATIONS,
            schema.RELATIONS_BY_FOLLOWER,
            schema.USERS,
            schema.OUTBOXES,
            schema.ARTICLES,
            schema.INBOXES,
        ),
        invokes=("rebuild-inbox",),
    ),
    rebuild_inbox.Request,
    rebuild_inbox.run,
)
