"""POST /v1/articles/{id}/actions: read, like, collect, comment, or take one of them back."""

from __future__ import annotations

from typing import Literal, NamedTuple

from feed.call import Call
from feed.domain.actions import ACTS, Flag
from feed.domain.articles import Article
from feed.domain.notices import of_act
from feed.errors import Busy, ConditionFailed, Reload, SignIn
from feed.operations._fields import Id, PublicRequest
from feed.operations._recount import recount_guard
from feed.operations._telling import about
from feed.operations._unseen import reader
from feed.operations.log_action._answer import Response, answer
from feed.operations.log_action._known import known
from feed.store import counters, logs, notifications, sessions, users, work
from feed.store.client import Tables
from feed.store.rows import Write
from feed.store.users import User
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
    act = _Act(article, flag, on, call.now_ms if on else flags.get(flag, 0))
    if (flag in flags) == on or not _change(act, call, world.tables):
        return answer(article, {*flags, flag} if on else {*flags} - {flag})
    moved = max(0, getattr(article.counts, flag.value) + act.step)
    shown = article._replace(counts=article.counts._replace(**{flag.value: moved}))
    return answer(shown, {*flags} ^ {flag})


class _Act(NamedTuple):
    """`at_ms` is when the flag is set; of one that is cleared, when it was."""

    article: Article
    flag: Flag
    on: bool
    at_ms: int

    @property
    def step(self) -> int:
        return 1 if self.on else -1


def _change(act: _Act, call: Call, tables: Tables) -> bool:
    """Change the flag, count that and tell the author; False when another call of the reader has done so meanwhile.

    A work row stands from before the flag changes until all of it is certain: where the call dies, or is not told, the
    article is recounted, and its author told what the flag says. Raises Busy, OutcomeUnknown.
    """
    article, flag = act.article, act.flag
    guard = recount_guard(article.id, call, about(article, call.caller, flag, act.at_ms))
    author, failed = tables.pair(
        lambda: users.find(tables, article.author_id) if flag is Flag.LIKE else None,
        lambda: tables.write_many([work.put(guard, call.trace_id)]),
    )
    if failed:
        raise Busy("Tablestore is busy; send the act again.")
    try:
        tables.write(logs.change(reader(call), article.id, flag, on=act.on, at_ms=act.at_ms))
    except ConditionFailed:
        changed, certain = False, True
    else:
        changed, certain = True, tables.count(*_effects(act, author, call))
    if certain:
        tables.write_many([work.remove(guard)])
    return changed


def _effects(act: _Act, author: User | None, call: Call) -> list[Write]:
    """The article's counter, and the author's for likes; the author is told; the reader is shown no older card."""
    now_ms = call.time_ms()
    effects: list[Write] = [counters.counted(act.article, act.flag, act.step, now_ms)]
    if author is not None:
        effects.append(users.counted(author, now_ms, like_count=act.step))
    if call.caller is not None:
        effects.append(sessions.note(call.caller, acted_ms=now_ms))
        notice = of_act(act.flag, call.caller, act.article.id, act.at_ms)
        if notice is not None:
            effects.append(notifications.tell(act.article.author_id, notice, on=act.on))
    return effects
