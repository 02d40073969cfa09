"""GET /v1/articles/{id}/delivery: how far the latest delivery of one's own article has come."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from feed.call import Call
from feed.domain.articles import Article, State
from feed.domain.fanout import SET_ASIDE, Job, delivered, is_stalled
from feed.errors import NotFound
from feed.operations._fields import Id, PublicRequest, Rfc3339
from feed.operations._rights import own
from feed.store import jobs
from feed.wiring import World


class Request(PublicRequest):
    id: Id


class Response(BaseModel):
    """`followers` is what the author had at the start, and exactly who was reached or deferred once it is done.

    Who is deferred gets the article on their next visit.
    """

    followers: int
    delivered: int
    deferred: int
    state: Literal["running", "done", "stalled"]
    started_at: Rfc3339 | None
    finished_at: Rfc3339 | None


def run(request: Request, call: Call, world: World) -> Response:
    article = own(request.id, call, world.tables)
    if article.delivery == 0:
        raise NotFound(f"Article {article.id} has never been published.")
    if not article.width:
        return _left_to_readers(article)
    shards = jobs.of_delivery(world.tables, article.id, article.delivery)
    if not shards and article.state is State.PUBLIC:
        return _long_ago(article)
    reached, deferred = delivered(shards), sum(job.deferred for job in shards)
    started = [job.started_ms for job in shards if job.started_ms is not None]
    finished = [job.finished_ms for job in shards if job.finished_ms is not None]
    cut = sum(job.shard < SET_ASIDE for job in shards)
    complete = cut == article.width and all(job.done for job in shards)
    return Response(
        followers=reached + deferred if complete else max(reached + deferred, article.audience),
        delivered=reached,
        deferred=deferred,
        state=_state(shards, call.now_ms, complete=complete),
        started_at=min(started, default=None),
        finished_at=max(finished) if complete else None,
    )


def _left_to_readers(article: Article) -> Response:
    """No shards: every follower takes it on their next visit."""
    state: Literal["running", "done"] = "done" if article.state is State.PUBLIC else "running"
    left = article.audience
    return Response(followers=left, delivered=0, deferred=left, state=state, started_at=None, finished_at=None)


def _long_ago(article: Article) -> Response:
    """The ledger keeps its rows for thirty days; a delivery that old is over, and reached who followed then."""
    reached = article.audience
    return Response(followers=reached, delivered=reached, deferred=0, state="done", started_at=None, finished_at=None)


def _state(shards: list[Job], now_ms: int, *, complete: bool) -> Literal["running", "done", "stalled"]:
    if complete:
        return "done"
    return "stalled" if any(is_stalled(job, now_ms) for job in shards) else "running"
