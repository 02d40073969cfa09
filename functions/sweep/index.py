"""sweep: every minute, finish what a crash has left half done."""

from __future__ import annotations

from feed.edge.endpoints import timer_function
from feed.operations import sweep
from feed.store import schema
from feed.wiring import Grant

handler = timer_function(
    "sweep",
    Grant(
        tables=(
            schema.WORK,
            schema.ARTICLES,
            schema.ARTICLES_BY_AUTHOR,
            schema.USERS,
            schema.OUTBOXES,
            schema.PULLS,
            schema.JOBS,
            schema.RELATIONS,
            schema.RELATIONS_BY_FOLLOWER,
            schema.SESSIONS,
            schema.INBOXES,
            schema.ORDERS,
            schema.ACCOUNTS,
            schema.LEDGER,
            schema.LOG,
            schema.LOG_BY_ARTICLE,
            schema.BLOCKS,
            schema.HIDDEN,
            schema.NOTIFICATIONS,
            schema.RATE_LIMITS,
        ),
        invokes=("fanout-batch", "erase-user"),
    ),
    sweep.run,
)
