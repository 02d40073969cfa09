"""One worker's turn on one shard: put the article into a bounded number of inboxes, then hand on or finish."""

from __future__ import annotations

from pydantic import BaseModel

from feed.call import Call
from feed.domain.articles import Article
from feed.domain.fanout import Job, first_write_is_plain, is_late, may_acquire
from feed.domain.warmth import is_cold
from feed.errors import Busy, ConditionFailed
from feed.operations._arrivals import note_late, put_all
from feed.operations._fields import Message
from feed.operations._release import shard_guard, start_shard
from feed.store import articles, inboxes, jobs, relations, work
from feed.store.relations import Followers
from feed.store.rows import Put
from feed.wiring import World

RANGE = 5_000
"""Rows of one GetRange, and so the most that one checkpoint covers."""
HAND_ON_S = 15.0
"""What is left of the declared time-out when a worker stops taking new followers."""


class Request(Message):
    article_id: int
    delivery: int
    shard: int


class Response(BaseModel):
    """`outcome`: done, handed_on, taken (somebody else is on it), stopped (withdrawn or superseded) or gone."""

    outcome: str
    delivered: int = 0


def run(request: Request, call: Call, world: World) -> Response:
    tables = world.tables
    job = jobs.find(tables, request.article_id, request.delivery, request.shard)
    if job is None or job.done:
        return Response(outcome="gone" if job is None else "done")
    now = call.time_ms()
    if not may_acquire(job, now, _margin_ms(world)):
        return Response(outcome="taken")
    held = jobs.acquire(tables, job, call.request_id, now, now + int(call.seconds_left() * 1000))
    if held is None:
        return Response(outcome="taken")
    article = articles.find(tables, request.article_id)
    if article is None or not _wanted(article, held):
        _stop(held, article, call, world)
        return Response(outcome="stopped")
    try:
        return _deliver(held, article, call, world)
    except ConditionFailed:
        return Response(outcome="taken")
    except Busy:
        jobs.give_back(tables, held, call.time_ms())
        raise


def _deliver(job: Job, article: Article, call: Call, world: World) -> Response:
    """Range by range; the cursor moves only over acknowledged rows, and is saved after each range."""
    allowed = world.settings.fanout_batch_followers
    total = looked_at = 0
    while True:
        found = relations.followers(
            world.tables, article.author_id, job.cursor, job.end_key, min(RANGE, allowed - looked_at)
        )
        puts = _puts(found, job, article)
        _put(puts, job, article, call, world)
        total += len(puts)
        looked_at += len(found.rows)
        deferred = len(found.rows) - len(puts)
        if not found.more:
            jobs.finish(world.tables, job, job.end_key, len(puts), deferred, call.time_ms())
            _unguard(job, article, world)
            return Response(outcome="done", delivered=total)
        hand_on = looked_at >= allowed or call.seconds_left() < HAND_ON_S
        job = jobs.advance(world.tables, job, found.next_key, len(puts), deferred, call.time_ms(), release=hand_on)
        if hand_on:
            start_shard(job.article_id, job.delivery, job.shard, world)
            return Response(outcome="handed_on", delivered=total)
        current = articles.find(world.tables, article.id)
        if current is None or not _wanted(current, job):
            _stop(job, article, call, world)
            return Response(outcome="stopped", delivered=total)


def _wanted(article: Article, job: Job) -> bool:
    """Whether the article may still be seen, and this is its latest delivery."""
    return article.shown and article.delivery == job.delivery


def _puts(found: Followers, job: Job, article: Article) -> list[Put]:
    """Of those who have been there lately; the others get it when they come back."""
    published = article.published_ms
    assert published is not None, "an article that is shown has a publish time"
    return [
        inboxes.put(
            follower.key,
            published,
            article.id,
            article.author_id,
            job.delivery,
            only_if_absent=not first_write_is_plain(job, follower, published),
        )
        for follower in found.rows
        if not is_cold(follower.seen_day, published)
    ]


def _put(puts: list[Put], job: Job, article: Article, call: Call, world: World) -> None:
    """Every row acknowledged, and those noted that have come late, before the cursor passes them; or an error.

    After a take-over nobody knows which of them have only come now: all are noted.
    """
    new = put_all(puts, call, world.tables)
    if article.published_ms is not None and is_late(job.delivery, article.published_ms, call.time_ms()):
        note_late(puts if job.suspect else new, call, world.tables)


def _stop(job: Job, article: Article | None, call: Call, world: World) -> None:
    """The ledger first, then the work row that guards it."""
    jobs.finish(world.tables, job, job.cursor, 0, 0, call.time_ms())
    _unguard(job, article, world)


def _unguard(job: Job, article: Article | None, world: World) -> None:
    published = article.published_ms if article is not None else None
    if published is not None:
        guard = shard_guard(job.article_id, job.delivery, job.shard, published)
        world.tables.write_many([work.remove(guard)])


def _margin_ms(world: World) -> int:
    """A request of the former owner may be in flight for as long as the client waits for its answer."""
    return int(world.settings.request_timeout_s * 1000)
