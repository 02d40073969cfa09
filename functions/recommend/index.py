"""recommend: what suits the caller's taste, what is like an article, whom to follow, and what is hot."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.store import schema
from feed.wiring import Grant

handler = http_function(
    "recommend",
    Grant(
        tables=(
            schema.BANS,
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
    Route("GET", "/v1/recommendations", "feed.operations.recommend.recommend", budget="read"),
    Route("GET", "/v1/recommendations/authors", "feed.operations.recommend.recommend_authors", budget="read"),
    Route("GET", "/v1/articles/{id}/related", "feed.operations.recommend.related", budget="read"),
    Route("GET", "/v1/hot", "feed.operations.recommend.hot_list", budget="read"),
)
