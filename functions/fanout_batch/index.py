"""fanout-batch: one worker's turn on one shard of a delivery; invoked by other functions only."""

from __future__ import annotations

from feed.edge.endpoints import message_function
from feed.operations import fanout_batch
from feed.store import schema
from feed.wiring import Grant

handler = message_function(
    "fanout-batch",
    Grant(
        tables=(schema.JOBS, schema.ARTICLES, schema.RELATIONS, schema.INBOXES, schema.SESSIONS, schema.WORK),
        invokes=("fanout-batch",),
    ),
    fanout_batch.Request,
    fanout_batch.run,
)
