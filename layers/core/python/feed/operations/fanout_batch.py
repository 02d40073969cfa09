"""One worker's turn on one shard: put the article into a bounded number of inboxes, then hand on or finish."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import BaseModel

from feed.call import Call
from feed.domain.articles import Article
from feed.domain.fanout import (
    CAREFUL_WINDOW,
    HAND_ON_S,
    MOST_SET_ASIDE,
    RANGE,
    SET_ASIDE,
    WINDOW,
    Job,
    first_write_is_plain,
    is_late,
    may_acquire,
    next_shards,
)
from feed.domain.warmth import is_cold
from feed.errors import Busy, ConditionFailed, FeedError
from feed.operations._arrivals import PATIENT_ROUNDS, Undelivered, note_late, push_all
from feed.operations._fields import Message, Number
from feed.operations._release import GUARD_MS, delivery_guard, start_shard, start_shards
from feed.store import articles, jobs, relations, work
from feed.wiring import World

NO_MORE_S = 5.0
"""A worker that has no more than this left takes no shard: its lease would end under its requests."""
LOOK_AGAIN_S = 5.0
"""A worker that is slow looks, at a checkpoint, whether its article is still wanted."""


class Request(Message):
    article_id: Number
    delivery: Number
    shard: Number


class Response(BaseModel):
    """`outcome`: done, handed_on, taken (somebody else is on it), stopped (withdrawn or superseded), dead or gone."""

    outcome: str
    delivered: int = 0


def run(request: Request, call: Call, world: World) -> Response:
    tables = world.tables
    job, article = jobs.find_with_article(tables, request.article_id, request.delivery, request.shard)
    if job is None:
        return Response(outcome="gone")
    if job.over:
        return Response(outcome="done" if job.done else "dead")
    now, left_s = call.time_ms(), call.seconds_left()
    if not may_acquire(job, now, _margin_ms(world)):
        return Response(outcome="taken")
    if left_s < NO_MORE_S:
        raise Busy("There is not enough time left to begin; it is safe to repeat.")
    # a repeated invocation has the same request id, and the one that it repeats may still be at it
    owner = f"{call.request_id}:{call.random_bits(32):08x}"
    try:
        held = jobs.acquire(tables, job, owner, now, now + int(left_s * 1000))
        return Response(outcome="taken") if held is None else _turn(held, article, call, world)
    except ConditionFailed:
        return Response(outcome="taken")
    except Exception as error:
        reason = error.message if isinstance(error, FeedError) else f"{type(error).__name__}; the log says more."
        jobs.give_back(tables, job._replace(owner=owner), reason, call.time_ms())
        raise


def _turn(job: Job, article: Article | None, call: Call, world: World) -> Response:
    """A worker's that holds the shard; the first one's begins with the shards that follow in the tree."""
    if article is None or not _wanted(article, job):
        return _stop(job, article, call, world)
    if job.started_ms is None:
        start_shards(next_shards(job.shard, article.width), article, world)
    return _deliver(job, article, call, world)


@dataclass
class _Window:
    """What was done between two checkpoints: followers looked at, and whether others follow behind `next_key`."""

    next_key: str
    more: bool = True
    looked_at: int = 0
    deferred: int = 0
    plain: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)

    @property
    def delivered(self) -> int:
        return len(self.plain) + len(self.checked)


def _deliver(job: Job, article: Article, call: Call, world: World) -> Response:
    """Window by window; the cursor moves only over rows that are acknowledged or set aside."""
    tables, allowed, total = world.tables, world.settings.fanout_batch_followers, 0
    looked_s = call.seconds_left()
    while True:
        window = _read(job, article, min(CAREFUL_WINDOW if job.careful else WINDOW, allowed), world)
        _put(window, job, article, call, world)
        total, allowed = total + window.delivered, allowed - window.looked_at
        said = window.next_key, window.delivered, window.deferred, call.time_ms()
        parted = bool(window.set_aside)
        if not window.more:
            _unguard(jobs.finish(tables, job, *said, parted=parted), article, world)
            _measure(job, article, call)
            return Response(outcome="done", delivered=total)
        hand_on = allowed <= 0 or call.seconds_left() < HAND_ON_S
        job = jobs.advance(tables, job, *said, parted=parted, release=hand_on)
        if hand_on:
            start_shard(job.article_id, job.delivery, job.shard, world)
            return Response(outcome="handed_on", delivered=total)
        if looked_s - call.seconds_left() >= LOOK_AGAIN_S:
            looked_s = call.seconds_left()
            current = articles.find(tables, article.id)
            if current is None or not _wanted(current, job):
                return _stop(job, current, call, world, total)


def _measure(job: Job, article: Article, call: Call) -> None:
    """How long after its publication this shard has reached everybody; of a repeated delivery nobody knows."""
    if job.delivery == 1 and article.published_ms is not None:
        call.figures["lag_ms"] = call.time_ms() - article.published_ms


def _wanted(article: Article, job: Job) -> bool:
    """Whether the article may still be seen, and this is its latest delivery."""
    return article.shown and article.delivery == job.delivery


def _read(job: Job, article: Article, most: int, world: World) -> _Window:
    """The next followers: who has been there lately, and who gets it when they come back."""
    published = article.published_ms
    assert published is not None, "an article that is shown has a publish time"
    window = _Window(job.cursor)
    while window.more and window.looked_at < most:
        size = min(RANGE, most - window.looked_at)
        found = relations.followers(world.tables, article.author_id, window.next_key, job.end_key, size)
        for follower in found.rows:
            if is_cold(follower.seen_day, published):
                window.deferred += 1
            elif first_write_is_plain(job, follower, published):
                window.plain.append(follower.key)
            else:
                window.checked.append(follower.key)
        window.looked_at += found.read
        window.next_key, window.more = found.next_key, found.more
    return window


def _put(window: _Window, job: Job, article: Article, call: Call, world: World) -> None:
    """Every row acknowledged, and those noted that have come late; or set aside; or Busy.

    After a take-over nobody knows which of them have only come now: all are noted.
    """
    readers, published = [*window.plain, *window.checked], article.published_ms or 0
    new = readers
    try:
        new = push_all(article, job.delivery, window.plain, window.checked, call, world.tables)
    except Undelivered as failed:
        window.set_aside += _set_aside(failed, job, call, world)
    if not is_late(published, call.time_ms()):
        return
    late = {*(readers if job.suspect else new)}.difference(window.set_aside)
    try:
        note_late(sorted(late), published, article.id, call, world.tables, PATIENT_ROUNDS)
    except Undelivered as failed:
        window.set_aside += _set_aside(failed, job, call, world)


def _set_aside(failed: Undelivered, job: Job, call: Call, world: World) -> list[str]:
    """Give a few readers whose rows fail again and again shards of their own; all other failures are raised.

    The delivery may be over by now but for this worker, who has slept: then nothing guards it any more.
    """
    readers = sorted({*failed.readers})
    if not job.careful or job.shard >= SET_ASIDE or len(readers) > MOST_SET_ASIDE:
        raise failed
    # at a place of its own: a sweeper that has found all over may be about to remove the one at the usual place
    guard = delivery_guard(job.article_id, job.delivery, call.time_ms() - GUARD_MS)
    world.tables.write_all(work.put(guard, call.trace_id), *jobs.set_aside(job, readers, call.time_ms()))
    return readers


def _stop(job: Job, article: Article | None, call: Call, world: World, delivered: int = 0) -> Response:
    """The ledger first, then the work row that guards it."""
    _unguard(jobs.finish(world.tables, job, job.cursor, 0, 0, call.time_ms()), article, world)
    return Response(outcome="stopped", delivered=delivered)


def _unguard(job: Job, article: Article | None, world: World) -> None:
    """Where this shard is the whole delivery; the guard of several is the sweeper's to remove.

    A former owner may have set somebody aside, and died before it could say so.
    """
    if job.whole and not (job.parted or job.suspect) and article is not None and article.published_ms is not None:
        world.tables.write_many([work.remove(delivery_guard(job.article_id, job.delivery, article.published_ms))])


def _margin_ms(world: World) -> int:
    """A request of the former owner may be in flight for as long as the client waits for its answer."""
    return int(world.settings.request_timeout_s * 1000)
