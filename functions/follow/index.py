"""follow: who follows whom - change it, ask for it, list it."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "follow",
    Grant(
        tables=(
            schema.BANS,
            schema.USERS,
            schema.RELATIONS,
            schema.RELATIONS_BY_AUTHOR,
            schema.RELATIONS_BY_FOLLOWER,
            schema.SESSIONS,
            schema.OUTBOXES,
            schema.ARTICLES,
            schema.INBOXES,
            schema.WORK,
            schema.BLOCKS,
            schema.HIDDEN,
            schema.NOTIFICATIONS,
            schema.RATE_LIMITS,
        )
    ),
    Route("GET", "/v1/follows/{author_id}", "feed.operations.follow.relation", budget="read"),
    Route("PUT", "/v1/follows/{author_id}", "feed.operations.follow.follow", signed_in=True, budget="follow"),
    Route("DELETE", "/v1/follows/{author_id}", "feed.operations.follow.unfollow", signed_in=True, budget="follow"),
    Route("GET", "/v1/users/{id}/followers", "feed.operations.follow.followers", budget="read"),
    Route("GET", "/v1/users/{id}/following", "feed.operations.follow.following", budget="read"),
)
