"""POST /v1/articles/{id}/actions: read, like, collect, comment, or take one of them back."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from feed.call import Call
from feed.domain.actions import ACTS, Flag
from feed.domain.articles import Article
from feed.errors import Busy, OutcomeUnknown, Reload, SignIn
from feed.operations._fields import Id, PublicRequest
from feed.operations._recount import recount_guard
from feed.operations._rights import visible
from feed.operations._unseen import reader
from feed.operations.log_action._answer import Response, answer
from feed.store import counters, logs, users, work
from feed.store.client import Tables
from feed.store.rows import Update
from feed.store.work import Work
from feed.wiring import World


class Request(PublicRequest):
    id: Id
    kind: Literal["read", "like", "unlike", "collect", "uncollect", "comment", "uncomment"]


def run(request: Request, call: Call, world: World) -> Response:
    """Repeating an act changes nothing and answers as the first time."""
    flag, on = ACTS[request.kind]
    if call.caller is None and request.kind != "read":
        raise SignIn(f"Sign in to {request.kind} an article.")
    tables, who = world.tables, reader(call)
    article = visible(tables, request.id, call.caller)
    if article.author_id == call.caller:
        raise Reload("Nobody can act on their own article.", code="own_article")
    guard = recount_guard(article.id, call)
    if not _changes(logs.change(who, article.id, flag, on=on, now_ms=call.now_ms), guard, tables):
        flags = logs.flags(tables, who, article.id)
        if on and flag not in flags:
            raise Reload("Read the article first.", code="not_read")
        return answer(article, flags)
    counted = _count(article, flag, 1 if on else -1, call, tables)
    flags, _ = tables.pair(
        lambda: logs.flags(tables, who, article.id),
        lambda: counted and tables.write_many([work.remove(guard)]),
    )
    moved = max(0, getattr(article.counts, flag.value) + (1 if on else -1))
    return answer(replace(article, counts=replace(article.counts, **{flag.value: moved})), flags)


def _changes(change: Update, guard: Work, tables: Tables) -> bool:
    """Whether the flag was another one before; beside it stands the guard: if this call dies, the article is recounted.

    Raises Busy, OutcomeUnknown.
    """
    for failed in tables.write_many([work.put(guard), change]):
        if failed.write is change:
            if failed.refused:
                tables.write_many([work.remove(guard)])
                return False
            raise (OutcomeUnknown if failed.unknown else Busy)("Tablestore is busy; send the act again.")
    return True


def _count(article: Article, flag: Flag, step: int, call: Call, tables: Tables) -> bool:
    """Move the article's counter, and the author's for likes; whether that is certain."""
    moved = [counters.counted(article, flag, step, call.now_ms)]
    if flag is Flag.LIKE:
        moved.append(users.counted(article.author_id, like_count=step))
    return tables.count(*moved)
