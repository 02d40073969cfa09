"""publish: write, read, edit, publish, withdraw and delete articles; an author's page; the delivery report."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.store import schema
from feed.wiring import Grant

ARTICLE_BODY = 256 * 1024

handler = http_function(
    "publish",
    Grant(
        tables=(
            schema.BANS,
            schema.USERS,
            schema.ARTICLES,
            schema.ARTICLES_BY_AUTHOR,
            schema.OUTBOXES,
            schema.PULLS,
            schema.JOBS,
            schema.WORK,
            schema.IDEMPOTENCY,
            schema.HIDDEN,
            schema.BLOCKS,
            schema.RATE_LIMITS,
        ),
        invokes=("fanout-batch",),
    ),
    Route(
        "POST",
        "/v1/articles",
        "feed.operations.publish.create_article",
        signed_in=True,
        status=201,
        max_body=ARTICLE_BODY,
        budget="publish",
        dry_run=Route(
            "POST",
            "/v1/articles",
            "feed.operations.publish.dry_run",
            signed_in=True,
            max_body=ARTICLE_BODY,
            # which each instance counts for itself: a row for it would be the only one that a dry run writes
            budget="search",
            scope="operator",
        ),
    ),
    Route("GET", "/v1/articles/{id}", "feed.operations.publish.read_article", budget="read"),
    Route(
        "PATCH",
        "/v1/articles/{id}",
        "feed.operations.publish.edit_article",
        signed_in=True,
        max_body=ARTICLE_BODY,
        # what lets an article go public fans out, as a new one does; an editor that saves every minute does not
        budget=lambda request: "publish" if request.state in ("public", "scheduled") else "edit",
    ),
    Route(
        "DELETE",
        "/v1/articles/{id}",
        "feed.operations.publish.delete_article",
        signed_in=True,
        status=204,
        budget="edit",
    ),
    Route("GET", "/v1/articles/{id}/delivery", "feed.operations.publish.delivery_report", signed_in=True),
    Route("GET", "/v1/users/{id}/articles", "feed.operations.publish.author_page", budget="read"),
)
