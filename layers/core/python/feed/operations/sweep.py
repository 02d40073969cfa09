"""The timer's turn: finish whatever a crash, a lost answer or a lost invocation has left in the work table."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from feed.call import Call
from feed.domain.articles import State
from feed.domain.fanout import is_abandoned
from feed.errors import FeedError
from feed.operations._release import release, start_shard
from feed.operations.follow._change import settle
from feed.store import articles, jobs, relations, sessions, work
from feed.store.work import Work
from feed.wiring import World

PER_BUCKET = 100
_STOP_BEFORE_END_S = 10.0


class Response(BaseModel):
    """`waiting` is work that is not finished yet, or could not be, and will be looked at again."""

    finished: int
    waiting: int


def run(call: Call, world: World) -> Response:
    """Oldest first in each bucket; what is left when time runs out is the next tick's."""
    finished = waiting = 0
    for bucket in work.BUCKETS:
        for item in work.due(world.tables, bucket, call.now_ms, PER_BUCKET):
            if call.seconds_left() < _STOP_BEFORE_END_S:
                return Response(finished=finished, waiting=waiting)
            try:
                done = _STEPS[item.kind](item, call, world)
            except FeedError:
                done = False
            if done:
                world.tables.write_many([work.remove(item)])
            finished += done
            waiting += not done
    return Response(finished=finished, waiting=waiting)


def _publish(item: Work, call: Call, world: World) -> bool:
    """A release that died: go on from the article row. Without a row, nothing was promised to anybody."""
    (article_id,) = item.numbers
    article = articles.find(world.tables, article_id)
    if article is not None and article.state is State.PUBLISHING:
        release(article, call, world)
    return True


def _fanout(item: Work, call: Call, world: World) -> bool:
    """A shard: gone when its ledger says done; started again when nobody has cared for it for a while."""
    article_id, delivery, shard = item.numbers
    job = jobs.find(world.tables, article_id, delivery, shard)
    if job is None or job.done:
        return True
    margin_ms = int(world.settings.request_timeout_s * 1000)
    if is_abandoned(job, call.time_ms(), margin_ms):
        start_shard(article_id, delivery, shard, world)
    return False


def _relation(item: Work, call: Call, world: World) -> bool:
    """A follow or unfollow that died half way: make the relation row agree with the session entry."""
    follower_id, author_id = item.numbers
    entry = sessions.find_entry(world.tables, follower_id, author_id)
    if entry is not None:
        settle(world.tables, follower_id, author_id, entry, call.now_ms)
    return True


def _purge(item: Work, _call: Call, world: World) -> bool:
    """A day after an unfollow: the row that was switched off may go, if nothing has touched it since."""
    follower_id, author_id, epoch = item.numbers
    relations.purge(world.tables, author_id, follower_id, epoch)
    return True


_STEPS: dict[str, Callable[[Work, Call, World], bool]] = {
    "publish": _publish,
    "fanout": _fanout,
    "relation": _relation,
    "purge": _purge,
}
