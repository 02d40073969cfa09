"""log-action: what readers do to articles."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.operations.log_action import act, own_flags
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "log-action",
    Grant(tables=(schema.USERS, schema.ARTICLES, schema.LOG)),
    Route("POST", "/v1/articles/{id}/actions", act.Request, act.run),
    Route("GET", "/v1/articles/{id}/actions", own_flags.Request, own_flags.run),
)
