"""profile: read anybody's profile, change one's own."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "profile",
    Grant(tables=(schema.USERS, schema.WORK, schema.HIDDEN, schema.BLOCKS)),
    Route("GET", "/v1/users/{id}", "feed.operations.profile.read_profile"),
    Route("PUT", "/v1/users/me", "feed.operations.profile.edit_profile", signed_in=True),
)
