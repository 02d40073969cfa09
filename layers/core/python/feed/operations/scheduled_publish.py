"""The timer's turn: let go public what is due, oldest first; a follow-up, or the next tick, goes on from there."""

from __future__ import annotations

from itertools import islice

from pydantic import BaseModel, Field

from feed.call import Call
from feed.domain.articles import Article, is_due
from feed.errors import Busy, ConditionFailed, Reload
from feed.observability import log_problem, log_resumed
from feed.operations._fields import Message
from feed.operations._release import go_public, released
from feed.store import articles, users, work
from feed.store.work import Work
from feed.wiring import World

PAGE = 100
KEPT_MS = 60_000
"""Longer than any request lasts: whoever wrote an alarm for this time has written the article too, or never will."""
_STOP_BEFORE_END_S = 15.0
_TRIES = 3


class Request(Message):
    """The timer's event; a follow-up is sent the tick that began."""

    tick: str = Field(alias="triggerTime")


class Response(BaseModel):
    """`failed` is logged, and tried again at the next tick; `removed` alarms have nothing left to say."""

    released: int = 0
    failed: int = 0
    removed: int = 0
    handed_on: bool = False


def run(request: Request, call: Call, world: World) -> Response:
    """Safe beside any number of others: of those that find an article due, one changes its row."""
    answer = Response()
    alarms = work.scheduled(world.tables, call.now_ms)
    while not _over(call) and (page := list(islice(alarms, PAGE))):
        _take(page, answer, call, world)
    # who got nowhere would only call others who get nowhere
    if _over(call) and (answer.released or answer.removed):
        answer.handed_on = _hand_on(request, world)
    return answer


def _take(page: list[Work], answer: Response, call: Call, world: World) -> None:
    found = articles.cards(world.tables, (_article_id(alarm) for alarm in page))
    silent = []
    for alarm in page:
        if _over(call):
            break
        with call.following(alarm.trace):
            answered = _tried(alarm, found.get(_article_id(alarm)), answer, call, world)
        silent += [alarm] if answered and alarm.due_ms + KEPT_MS <= call.now_ms else []
    if silent:
        failed = world.tables.write_many([work.remove(alarm) for alarm in silent])
        answer.removed += len(silent) - len(failed)


def _tried(alarm: Work, article: Article | None, answer: Response, call: Call, world: World) -> bool:
    """Whether it has not failed."""
    about = f"{alarm.kind} {alarm.id}"
    try:
        released = _answered(alarm, article, call, world)
    except Exception as error:
        log_problem(call, about=about, error=error)
        answer.failed += 1
        return False
    if released:
        log_resumed(call, about)
        answer.released += 1
    return True


def _answered(alarm: Work, article: Article | None, call: Call, world: World) -> bool:
    """Whether this call let it go public: not if it is cancelled, deleted, put off, or somebody else's already.

    The publish time is the moment at which readers get it, which keeps the order and never puts news below what they
    have read.
    """
    for _ in range(_TRIES):
        if article is None or not is_due(article, alarm.due_ms):
            return False
        author = users.require(world.tables, article.author_id)
        new = article._replace(version=article.version + 1)
        try:
            go_public(article, released(new, author.follower_count, world, call.time_ms()), author, call, world)
        except ConditionFailed:
            article = articles.find(world.tables, article.id)
        else:
            return True
    raise Reload("The article is being changed elsewhere at the same time.")


def _hand_on(request: Request, world: World) -> bool:
    try:
        world.invoke_async("scheduled-publish", {"triggerTime": request.tick})
    except Busy:
        return False
    return True


def _over(call: Call) -> bool:
    return call.seconds_left() < _STOP_BEFORE_END_S


def _article_id(alarm: Work) -> int:
    (article_id,) = alarm.numbers
    return article_id
