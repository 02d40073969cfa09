"""What an author sends to be published, and the article that is made of it before anything is written."""

from __future__ import annotations

from typing import Literal

from feed.call import Call
from feed.domain.articles import Article, State
from feed.operations._fields import Html, HttpsUrl, IdempotencyKey, Instant, PublicRequest, Summary, Title
from feed.operations._release import released
from feed.operations.publish._content import RULES, clean
from feed.store import users
from feed.store.users import User
from feed.wiring import World


class Draft(PublicRequest):
    title: Title
    html: Html
    summary: Summary | None = None
    cover_url: HttpsUrl | None = None
    state: Literal["private", "public", "scheduled"]
    publish_at: Instant | None = None
    idempotency_key: IdempotencyKey | None = None


def drafted(draft: Draft, call: Call, world: World) -> tuple[Article, User]:
    """Without an id, beside its author; `released` where it is to be public at once. Raises InvalidRequest."""
    content = clean(draft.html)
    author = users.require(world.tables, call.require_caller())
    article = Article(
        id=0,
        author_id=author.id,
        byline=author.byline,
        title=draft.title,
        summary=content.summary if draft.summary is None else draft.summary,
        html=content.html,
        html_rules=RULES,
        cover_url=draft.cover_url,
        words=content.words,
        state=State.PRIVATE if draft.publish_at is None else State.SCHEDULED,
        version=1,
        delivery=0,
        width=0,
        audience=0,
        created_ms=call.now_ms,
        published_ms=None,
        sequence=None,
        publish_at_ms=draft.publish_at,
    )
    if draft.state == "public":
        article = released(article, author.follower_count, world, call.now_ms)
    return article, author
