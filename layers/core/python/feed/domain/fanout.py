"""How one article's followers are cut into shards, and when a worker may write, take over or must stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from feed.domain.marks import LOOK_BACK_MS
from feed.domain.warmth import may_be_rebuilt

HASH_SPACE = 1 << 16
"""Follower keys begin with four hex digits."""


@dataclass(frozen=True)
class Job:
    """One shard of one delivery: the ledger's row.

    Follower keys in [start_key, end_key); `cursor` is the first one not acknowledged yet.

    `suspect`: an owner vanished, so rows beyond the cursor may have been put already. `deferred` counts followers who
    are left to their return.
    """

    article_id: int
    delivery: int
    shard: int
    start_key: str
    end_key: str
    cursor: str
    owner: str
    lease_until_ms: int
    suspect: bool
    delivered: int
    deferred: int
    started_ms: int | None
    finished_ms: int | None
    updated_ms: int

    @property
    def done(self) -> bool:
        return self.finished_ms is not None


class Follower(NamedTuple):
    """A relation row as a delivery reads it. `warm_ms` is when its reader was last back after a long absence."""

    key: str
    followed_ms: int
    seen_day: int | None
    warm_ms: int


def width_for(followers: int, per_invocation: int, widest: int, pull_from: int) -> int:
    """Shards side by side: one per invocation's worth of followers, up to the widest allowed.

    None where there are `pull_from` followers or more (unless that is 0): such an article is left to its readers.
    """
    if 0 < pull_from <= followers:
        return 0
    return max(1, min(widest, -(-followers // per_invocation)))


def shard_range(shard: int, width: int) -> tuple[str, str]:
    """[start, end) of the hashed follower keys; even, and known without reading one of them."""
    start = shard * HASH_SPACE // width
    end = (shard + 1) * HASH_SPACE // width
    return f"{start:04x}", f"{end:04x}" if end < HASH_SPACE else "g"


def may_acquire(job: Job, now_ms: int, margin_ms: int) -> bool:
    """A lease that ended less than `margin_ms` ago may still have a request of its owner in flight."""
    return not job.owner or now_ms > job.lease_until_ms + margin_ms


SETTLED_AFTER_MS = 300_000
"""A follow older than this has done its backfill, or has left it to the sweeper, which has come by several times.

Nor does a return bring what was published so long after it."""


def first_write_is_plain(job: Job, follower: Follower, published_ms: int) -> bool:
    """Whether this follower cannot have the row yet, so that a plain put renews no arrival time.

    Who followed or came back later, or only just before, may have it by backfill, or because of the return; so may who
    is about to come back. After a take-over, or in a repeated delivery, anyone may.
    """
    settled_ms = max(follower.followed_ms, follower.warm_ms) + SETTLED_AFTER_MS
    first = job.delivery == 1 and not job.suspect
    return first and settled_ms < published_ms and not may_be_rebuilt(follower.seen_day, published_ms)


LATE_MS = LOOK_BACK_MS - 60_000
"""Who looks for what is unread finds whatever was put sooner than this; a minute is for clocks that differ."""


def is_late(delivery: int, published_ms: int, now_ms: int) -> bool:
    """Whether a row put by now must be noted to be found unread. A repeated delivery is old news at its old place."""
    return delivery == 1 and published_ms + LATE_MS < now_ms


QUIET_MS = 60_000
STALLED_AFTER_MS = 300_000


def is_abandoned(job: Job, now_ms: int, margin_ms: int) -> bool:
    """Nobody owns the shard, and nothing has happened to it for longer than a chained invocation takes to begin."""
    return not job.done and may_acquire(job, now_ms, margin_ms) and now_ms > job.updated_ms + QUIET_MS


def is_stalled(job: Job, now_ms: int) -> bool:
    """No worker has said anything for longer than any invocation lasts, time-out and take-over margin included."""
    return not job.done and now_ms > max(job.updated_ms, job.lease_until_ms) + STALLED_AFTER_MS
