"""POST /v1/articles/{id}/actions: read, like, collect, comment, or take one of them back."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from feed.call import Call
from feed.domain.actions import ACTS, Flag
from feed.domain.articles import Article
from feed.errors import Busy, ConditionFailed, Reload, SignIn
from feed.operations._fields import Id, PublicRequest
from feed.operations._recount import recount_guard
from feed.operations._unseen import reader
from feed.operations.log_action._answer import Response, answer
from feed.operations.log_action._known import known
from feed.store import counters, logs, users, work
from feed.store.client import Tables
from feed.wiring import World


class Request(PublicRequest):
    id: Id
    kind: Literal["read", "like", "unlike", "collect", "uncollect", "comment", "uncomment"]


def run(request: Request, call: Call, world: World) -> Response:
    """Repeating an act changes nothing and answers as the first time."""
    flag, on = ACTS[request.kind]
    if call.caller is None and request.kind != "read":
        raise SignIn(f"Sign in to {request.kind} an article.")
    article, flags = known(request.id, call, world.tables)
    if article.author_id == call.caller:
        raise Reload("Nobody can act on their own article.", code="own_article")
    if on and flag is not Flag.READ and Flag.READ not in flags:
        raise Reload("Read the article first.", code="not_read")
    if (flag in flags) == on or not _change(article, flag, on, call, world.tables):
        return answer(article, flags | {flag} if on else flags - {flag})
    moved = max(0, getattr(article.counts, flag.value) + (1 if on else -1))
    shown = replace(article, counts=replace(article.counts, **{flag.value: moved}))
    return answer(shown, flags ^ {flag})


def _change(article: Article, flag: Flag, on: bool, call: Call, tables: Tables) -> bool:
    """Change the flag and count that; False when another call of the same reader has done so meanwhile.

    A work row stands from before the flag changes until it is counted for certain: where the call dies, or is not
    told, the article is recounted. Raises Busy, OutcomeUnknown.
    """
    guard = recount_guard(article.id, call)
    if tables.write_many([work.put(guard)]):
        raise Busy("Tablestore is busy; send the act again.")
    try:
        tables.write(logs.change(reader(call), article.id, flag, on=on, now_ms=call.now_ms))
    except ConditionFailed:
        changed, certain = False, True
    else:
        changed, certain = True, _count(article, flag, 1 if on else -1, call, tables)
    if certain:
        tables.write_many([work.remove(guard)])
    return changed


def _count(article: Article, flag: Flag, step: int, call: Call, tables: Tables) -> bool:
    """Move the article's counter, and the author's for likes; whether that is certain."""
    moved = [counters.counted(article, flag, step, call.time_ms())]
    if flag is Flag.LIKE:
        moved.append(users.counted(users.require(tables, article.author_id), call.time_ms(), like_count=step))
    return tables.count(*moved)
