"""POST /v1/articles/{id}/actions: read, like, collect, comment, or take one of them back."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from feed.call import Call
from feed.domain.actions import ACTS, Flag
from feed.domain.articles import Article
from feed.errors import ConditionFailed, Reload, SignIn
from feed.operations._fields import Id, PublicRequest
from feed.operations._rights import visible
from feed.operations.log_action._answer import Response, answer, reader
from feed.store import articles, logs, users
from feed.wiring import World


class Request(PublicRequest):
    id: Id
    kind: Literal["read", "like", "unlike", "collect", "uncollect", "comment", "uncomment"]


def run(request: Request, call: Call, world: World) -> Response:
    """Repeating an act changes nothing and answers as the first time."""
    flag, on = ACTS[request.kind]
    if call.caller is None and request.kind != "read":
        raise SignIn(f"Sign in to {request.kind} an article.")
    article = visible(world.tables, request.id, call.caller)
    if article.author_id == call.caller:
        raise Reload("Nobody can act on their own article.", code="own_article")
    who = reader(call)
    try:
        if on:
            logs.set_flag(world.tables, who, article.id, flag, call.now_ms)
        else:
            logs.clear_flag(world.tables, who, article.id, flag)
    except ConditionFailed:
        flags = logs.flags(world.tables, who, article.id)
        if on and flag not in flags:
            raise Reload("Read the article first.", code="not_read") from None
        return answer(article, flags)
    article = _count(article, flag, 1 if on else -1, world)
    return answer(article, logs.flags(world.tables, who, article.id))


def _count(article: Article, flag: Flag, step: int, world: World) -> Article:
    """Move the article's counter, and the author's for likes; the answer shows the caller's own act at once."""
    counters = [articles.counted(article.id, **{flag.value: step})]
    if flag is Flag.LIKE:
        counters.append(users.counted(article.author_id, like_count=step))
    world.tables.count(*counters)
    moved = max(0, getattr(article.counts, flag.value) + step)
    return replace(article, counts=replace(article.counts, **{flag.value: moved}))
