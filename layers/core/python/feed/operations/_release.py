"""The one way in which an article goes public; each step repeats harmlessly and follows from the row before it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from feed.domain.articles import Article, State
from feed.domain.fanout import first_shards, width_for
from feed.errors import Busy, ConditionFailed, OutcomeUnknown
from feed.store import articles, jobs, outboxes, pulls, users, work
from feed.store.rows import Put
from feed.store.work import Work

if TYPE_CHECKING:
    from feed.call import Call
    from feed.domain.fanout import Job
    from feed.store.client import Tables
    from feed.store.users import User
    from feed.wiring import World

GUARD_MS = 60_000
FANOUT = "fanout-batch"
FANOUT_GUARD = "fanout"
"""The kind of a delivery's work row."""


def released(article: Article, followers: int, world: World, now_ms: int) -> Article:
    """The article as its next release begins: publish time set once and for ever, width fixed for this delivery."""
    settings = world.settings
    return article._replace(
        state=State.PUBLISHING,
        delivery=article.delivery + 1,
        audience=followers,
        width=width_for(followers, settings.fanout_batch_followers, settings.fanout_width, settings.pull_followers),
        publish_at_ms=None,
        published_ms=article.published_ms if article.published_ms is not None else now_ms,
    )


def guard(article_id: int, now_ms: int) -> Work:
    """The work row from which the sweeper finishes a release that died; written before the article row changes."""
    return Work(now_ms + GUARD_MS, "publish", str(article_id))


def go_public(old: Article, new: Article, author: User, call: Call, world: World) -> Article:
    """Write `new`, which is `released`, over `old`; count it, and finish the release: the article as it is then.

    Raises ConditionFailed when `old` is not current.
    """
    unfinished = guard(new.id, call.time_ms())
    if world.tables.write_many([work.put(unfinished, call.trace_id)]):
        raise Busy("Tablestore is busy; nothing was changed, try again.")
    world.tables.write(articles.revise(old, new))
    counted = count_shown(new, author, call, world)
    new = release(new, call, world)
    if counted:
        world.tables.write_many([work.remove(unfinished)])
    return new


def release(article: Article, call: Call, world: World) -> Article:
    """From PUBLISHING to PUBLIC: outbox row, job rows, first invocations. Withdrawn meanwhile: stops quietly.

    A width of no shards is an article that is left to its readers.

    The article as it is then, its text left out where it has to be read again.
    """
    tables = world.tables
    try:
        article = _append(article, call, tables)
        if article.width:
            _make_jobs(article, call, world)
        start_shards(first_shards(article.width), article, world)
        articles.finish_release(tables, article)
    except ConditionFailed:
        current = articles.find(tables, article.id)
        return current._replace(html=article.html, html_rules=article.html_rules) if current is not None else article
    return article._replace(state=State.PUBLIC)


def _append(article: Article, call: Call, tables: Tables) -> Article:
    """The outbox row; then, before any worker may pass a reader by, its number and where readers look.

    Where a later delivery is left to them it gets a row of its own, behind all that they have pulled.
    Raises ConditionFailed when the article is no longer in this release.
    """
    published_ms = article.published_ms or call.now_ms
    left_delivery = 0 if article.width else article.delivery
    sequence = article.sequence
    if sequence is None or left_delivery > 1:
        sequence = outboxes.append(tables, article.author_id, article.id, published_ms, left_delivery)
    numbered = articles.number(article, sequence)
    writes = [outboxes.note_newest(article.author_id, published_ms)]
    if article.sequence is None:
        writes.append(numbered)
    if left_delivery:
        writes.append(pulls.note(article.author_id, sequence))
    failed = tables.write_many(writes)
    if any(not row.refused for row in failed):
        raise OutcomeUnknown("The article is saved, and its delivery begins within a minute.")
    if any(row.write is numbered for row in failed):
        raise ConditionFailed("The article was changed while it was being published.")
    return article._replace(sequence=article.sequence if article.sequence is not None else sequence)


def _make_jobs(article: Article, call: Call, world: World) -> None:
    """Job rows, and the one work row that guards them; rows that exist stay as they are."""
    shards = range(article.width)
    made: list[Put] = [jobs.create(article.id, article.delivery, shard, article.width, call.now_ms) for shard in shards]
    guarding = delivery_guard(article.id, article.delivery, article.published_ms or call.now_ms)
    if any(not failed.refused for failed in world.tables.write_many([work.put(guarding, call.trace_id), *made])):
        raise OutcomeUnknown("The article is saved, and its delivery begins within a minute.")


def delivery_guard(article_id: int, delivery: int, from_ms: int) -> Work:
    """The work row of a delivery, from which the sweeper sees to its shards.

    Its time follows from the article's row, so that a repetition writes no second one.
    """
    return Work(from_ms + 2 * GUARD_MS, FANOUT_GUARD, f"{article_id}:{delivery}")


def dead_letter(job: Job) -> Work:
    """The record of a shard that is given up, the same however often it is written."""
    reason = job.reason or "No worker came to an end: each was killed, or ran out of time or memory."
    return Work(job.failing_ms or job.updated_ms, work.DEAD, f"{job.article_id}:{job.delivery}:{job.shard}", reason)


def start_shards(shards: Iterable[int], article: Article, world: World) -> None:
    """Ask for their workers; those that are not taken are left to the sweeper."""
    for shard in shards:
        if not start_shard(article.id, article.delivery, shard, world):
            return


def start_shard(article_id: int, delivery: int, shard: int, world: World) -> bool:
    """Ask for a worker; whether it was taken. If not, the delivery's work row brings one later."""
    try:
        world.invoke_async(FANOUT, {"article_id": article_id, "delivery": delivery, "shard": shard})
    except Busy:
        return False
    return True


def count_shown(article: Article, author: User, call: Call, world: World) -> bool:
    """Count it for the author, who was read before the conditional write that has shown it; whether for certain."""
    shown = users.counted(author, call.time_ms(), article_count=1, word_count=article.words)
    return world.tables.count(shown)
