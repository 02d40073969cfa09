"""publish: write, read, edit, publish, withdraw and delete articles; an author's page; the delivery report."""

from __future__ import annotations

from feed.edge.endpoints import Route, http_function
from feed.operations.publish import (
    author_page,
    create_article,
    delete_article,
    delivery_report,
    edit_article,
    read_article,
)
from feed.store import schema
from feed.wiring import Grant

ARTICLE_BODY = 256 * 1024

handler = http_function(
    "publish",
    Grant(
        tables=(
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
        ),
        invokes=("fanout-batch",),
    ),
    Route(
        "POST",
        "/v1/articles",
        create_article.Request,
        create_article.run,
        signed_in=True,
        status=201,
        max_body=ARTICLE_BODY,
    ),
    Route("GET", "/v1/articles/{id}", read_article.Request, read_article.run),
    Route(
        "PATCH",
        "/v1/articles/{id}",
        edit_article.Request,
        edit_article.run,
        signed_in=True,
        max_body=ARTICLE_BODY,
    ),
    Route("DELETE", "/v1/articles/{id}", delete_article.Request, delete_article.run, signed_in=True, status=204),
    Route("GET", "/v1/articles/{id}/delivery", delivery_report.Request, delivery_report.run, signed_in=True),
    Route("GET", "/v1/users/{id}/articles", author_page.Request, author_page.run),
)
