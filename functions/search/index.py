"""search: articles by what they say."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "search",
    Grant(tables=(schema.BANS, schema.USERS, schema.ARTICLES, schema.HIDDEN, schema.BLOCKS)),
    Route("GET", "/v1/search", "feed.operations.search.search", budget="search"),
)
