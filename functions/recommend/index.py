"""recommend: what suits the caller's taste, what is like an article, whom to follow, and what is hot."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.operations.recommend import hot_list, recommend, recommend_authors, related
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "recommend",
    Grant(
        tables=(
            schema.USERS,
            schema.ARTICLES,
            schema.LOG,
            schema.LOG_BY_TIME,
            schema.NEIGHBORS,
            schema.RELATIONS,
            schema.HIDDEN,
            schema.BLOCKS,
        )
    ),
    Route("GET", "/v1/recommendations", recommend.Request, recommend.run),
    Route("GET", "/v1/recommendations/authors", recommend_authors.Request, recommend_authors.run),
    Route("GET", "/v1/articles/{id}/related", related.Request, related.run),
    Route("GET", "/v1/hot", hot_list.Request, hot_list.run),
)
