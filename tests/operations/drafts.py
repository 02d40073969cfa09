"""A public article for tests that write rows straight to the table; `replace` makes another one of it."""

from __future__ import annotations

from feed.domain.articles import Article, Byline, State

ARTICLE = Article(
    id=0,
    author_id=0,
    byline=Byline("n"),
    title="t",
    summary="",
    html="",
    cover_url=None,
    words=0,
    state=State.PUBLIC,
    version=1,
    delivery=1,
    width=1,
    audience=0,
    created_ms=1,
    published_ms=1,
    sequence=1,
)
