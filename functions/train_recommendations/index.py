"""train-recommendations: every night, compute what is read together."""

from __future__ import annotations

from feed.edge.endpoints import timer_function
from feed.operations.train_recommendations import train
from feed.store import schema
from feed.wiring import Grant

handler = timer_function(
    "train-recommendations",
    Grant(tables=(schema.LOG, schema.NEIGHBORS)),
    train.run,
)
