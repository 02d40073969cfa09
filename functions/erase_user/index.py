"""erase-user: takes a person out of every table; invoked by the sweeper and by itself only."""

from __future__ import annotations

from feed.edge.endpoints import message_function
from feed.operations import erase_user
from feed.store import schema
from feed.wiring import Grant

handler = message_function(
    "erase-user",
    Grant(
        tables=(
            schema.ARTICLES,
            schema.USERS,
            schema.RELATIONS,
            schema.SESSIONS,
            schema.BLOCKS,
            schema.HIDDEN,
            schema.OUTBOXES,
            schema.JOBS,
            schema.INBOXES,
            schema.NOTIFICATIONS,
            schema.LOG,
            schema.NEIGHBORS,
            schema.PULLS,
            schema.IDEMPOTENCY,
            schema.RATE_LIMITS,
            schema.ORDERS,
            schema.LEDGER,
            schema.ACCOUNTS,
            schema.WORK,
        ),
        invokes=("erase-user",),
    ),
    erase_user.Request,
    erase_user.run,
)
