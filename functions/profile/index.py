"""profile: read anybody's profile, change one's own."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.operations.profile import edit_profile, read_profile
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "profile",
    Grant(tables=(schema.USERS, schema.WORK, schema.HIDDEN, schema.BLOCKS)),
    Route("GET", "/v1/users/{id}", read_profile.Request, read_profile.run),
    Route("PUT", "/v1/users/me", edit_profile.Request, edit_profile.run, signed_in=True),
)
