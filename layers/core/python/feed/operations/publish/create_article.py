"""POST /v1/articles: write an article, private, public at once or at its time."""

from __future__ import annotations

from feed.call import Call
from feed.domain.articles import Article, State
from feed.domain.ids import new_article_id
from feed.errors import Busy, ConditionFailed
from feed.operations._cards import FullArticle, full
from feed.operations._release import count_shown, guard, release
from feed.operations._repeats import body_hash
from feed.operations.publish._draft import Draft, drafted
from feed.operations.publish._schedule import alarm, check_schedule
from feed.store import articles, idempotency, work
from feed.store.idempotency import Claim
from feed.store.users import User
from feed.store.work import Work
from feed.wiring import World

_DRAWS = 5


Request = Draft


def run(request: Request, call: Call, world: World) -> FullArticle:
    check_schedule(request.state, request.publish_at, _asked_ms(request, call, world))
    article, author = drafted(request, call, world)
    return full(_store(article, author, request, call, world))


def _asked_ms(request: Request, call: Call, world: World) -> int:
    """When it was asked for first: a repetition may come when the time that it names has passed."""
    if request.idempotency_key is None or request.publish_at is None or request.publish_at > call.now_ms:
        return call.now_ms
    caller, sent = call.require_caller(), body_hash(request, call)
    claim = idempotency.find(world.tables, caller, request.idempotency_key, sent)
    return claim.now_ms if claim is not None else call.now_ms


def _store(article: Article, author: User, request: Request, call: Call, world: World) -> Article:
    """Write the row under an id of its own, then release it. A repetition goes on where the first request stopped.

    It cannot know whether that one was counted: its promise stays, and the sweeper sees to the author's counters.
    """
    tables, counted = world.tables, False
    claim = _claim(request, call, world)
    for _ in range(_DRAWS):
        article = _as_claimed(article, claim)
        promise = _promise(article, call.now_ms)
        if promise is not None and tables.write_many([work.put(promise, call.trace_id)]):
            raise Busy("Tablestore is busy; nothing was published, try again.")
        try:
            tables.write(articles.create(article))
        except ConditionFailed:
            existing = articles.require(tables, article.id)
            if not _is_this_one(existing, article, request):
                claim = _claim_another_id(request, claim, call, world)
                continue
            if (existing.state, existing.version) != (State.PUBLISHING, 1):
                return article
            article = existing._replace(html=article.html)
        else:
            counted = article.shown and count_shown(article, author, call, world)
        if article.state is State.PUBLISHING and promise is not None:
            article = release(article, call, world)
            if counted:
                tables.write_many([work.remove(promise)])
        return article
    raise Busy("No free article id was found; try again.")


def _promise(article: Article, now_ms: int) -> Work | None:
    """What must be written first, so that what the article's row promises is kept."""
    if article.publish_at_ms is not None:
        return alarm(article.id, max(article.publish_at_ms, now_ms))
    return guard(article.id, now_ms) if article.state is State.PUBLISHING else None


def _is_this_one(existing: Article, article: Article, request: Request) -> bool:
    """Whether the row under the claimed id was written by a request with the same key, maybe at the same time."""
    same = (existing.author_id, existing.created_ms) == (article.author_id, article.created_ms)
    return same and request.idempotency_key is not None


def _as_claimed(article: Article, claim: Claim) -> Article:
    published = claim.now_ms if article.published_ms is not None else None
    return article._replace(id=int(claim.id), created_ms=claim.now_ms, published_ms=published)


def _claim(request: Request, call: Call, world: World) -> Claim:
    """The id and time of this article: those of the first request when this one repeats it."""
    article_id = str(new_article_id(call.now_ms, call.random_bits(12)))
    if request.idempotency_key is None:
        return Claim(article_id, call.now_ms)
    caller, sent = call.require_caller(), body_hash(request, call)
    return idempotency.claim(world.tables, caller, request.idempotency_key, sent, article_id, call.now_ms)


def _claim_another_id(request: Request, claim: Claim, call: Call, world: World) -> Claim:
    """Two articles of one millisecond drew the same id: the later one draws again, its key pointing to the new id."""
    article_id = str(new_article_id(claim.now_ms, call.random_bits(12)))
    if request.idempotency_key is not None:
        try:
            idempotency.rebind(world.tables, call.require_caller(), request.idempotency_key, claim.id, article_id)
        except ConditionFailed:
            return _claim(request, call, world)
    return claim._replace(id=article_id)
