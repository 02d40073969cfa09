"""profile: read anybody's profile, change one's own."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "profile",
    Grant(tables=(schema.BANS, schema.USERS, schema.WORK, schema.HIDDEN, schema.BLOCKS, schema.RATE_LIMITS)),
    Route("GET", "/v1/users/{id}", "feed.operations.profile.read_profile", budget="read"),
    Route("PUT", "/v1/users/me", "feed.operations.profile.edit_profile", signed_in=True, budget="act"),
)
