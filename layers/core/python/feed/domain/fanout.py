"""How one article's followers are cut into shards, and when a worker may write, take over, hand on or must stop."""

from __future__ import annotations

from collections.abc import Iterable
from math import isqrt
from typing import NamedTuple

from feed.domain.marks import LOOK_BACK_MS
from feed.domain.warmth import may_be_rebuilt

HASH_SPACE = 1 << 16
"""Follower keys begin with four hex digits."""
BRANCHES = 4
"""Shards that the publisher starts, and then the first worker of each shard: all 64 are under way after two more."""
WINDOW = 10_000
"""Followers between two checkpoints: what is repeated when a worker vanishes."""
RANGE = 5_000
"""Rows of one GetRange."""
HAND_ON_S = 30.0
"""What is left of the declared time-out when a worker begins no further window: fifty batches, sixteen at a time, and
six seconds at the most for an answer."""

CAREFUL_FROM = 3
"""From this try at one place on, a worker goes slowly and sets aside what still fails."""
CAREFUL_WINDOW = 200
MOST_SET_ASIDE = 20
"""Where more of a careful window fails, it is not the rows that are to blame, and the shard waits."""
SET_ASIDE = 1_000
"""Shards from this number on hold one follower each, whose row has failed: this and the follower's id."""
DEAD_AFTER_TRIES = 8
DEAD_AFTER_MS = 3_600_000


class Job(NamedTuple):
    """One shard of one delivery: the ledger's row.

    Follower keys in [start_key, end_key); `cursor` is the first one not acknowledged yet.

    `suspect`: an owner vanished, so rows beyond the cursor may have been put already. `deferred` counts followers who
    are left to their return. `tries` counts workers since the cursor moved last, `failing_ms` is when the second of
    them began, `reason` what the last one met. `parted`: a follower was set aside into a shard of their own.
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
    tries: int = 0
    failing_ms: int | None = None
    reason: str = ""
    parted: bool = False
    dead_ms: int | None = None

    @property
    def done(self) -> bool:
        return self.finished_ms is not None

    @property
    def dead(self) -> bool:
        return self.dead_ms is not None

    @property
    def over(self) -> bool:
        """Nobody is to be started any more."""
        return self.done or self.dead

    @property
    def whole(self) -> bool:
        """The only shard of its delivery."""
        return (self.start_key, self.end_key) == shard_range(0, 1)

    @property
    def careful(self) -> bool:
        return self.tries >= CAREFUL_FROM


def delivered(jobs: Iterable[Job]) -> int:
    """How many inboxes a delivery has reached.

    Whom a shard has set aside counts for it, until then not; what the shard that is theirs alone counts is left out,
    because after a crash both may have written the row.
    """
    shards = list(jobs)
    reached = sum(job.delivered for job in shards if job.shard < SET_ASIDE)
    return max(0, reached - sum(not job.done for job in shards if job.shard >= SET_ASIDE))


class Follower(NamedTuple):
    """A relation row as a delivery reads it. `warm_ms` is when its reader was last back after a long absence."""

    key: str
    followed_ms: int
    seen_day: int | None
    warm_ms: int


def width_for(followers: int, per_invocation: int, widest: int, pull_from: int) -> int:
    """Shards side by side, up to the widest allowed: so many that one invocation is enough for each.

    Keys are hashed, so that shards differ by chance: four standard deviations are left free. None where there are
    `pull_from` followers or more (unless that is 0): such an article is left to its readers.
    """
    if 0 < pull_from <= followers:
        return 0
    if followers <= per_invocation:
        return 1
    room = max(per_invocation // 2, per_invocation - 4 * isqrt(per_invocation), 1)
    return min(widest, -(-followers // room))


def shard_range(shard: int, width: int) -> tuple[str, str]:
    """[start, end) of the hashed follower keys; even, and known without reading one of them."""
    start = shard * HASH_SPACE // width
    end = (shard + 1) * HASH_SPACE // width
    return f"{start:04x}", f"{end:04x}" if end < HASH_SPACE else "g"


def first_shards(width: int) -> range:
    """What the publisher starts."""
    return range(min(BRANCHES, width))


def next_shards(shard: int, width: int) -> range:
    """What a shard's first worker starts: a tree, so that no one has to start them all."""
    first = BRANCHES * (shard + 1)
    return range(first, min(first + BRANCHES, width))


def alone(follower_key: str) -> tuple[str, str]:
    """[start, end) of one follower."""
    return follower_key, f"{follower_key}\0"


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


def is_late(published_ms: int, now_ms: int) -> bool:
    """Whether a row put by now must be noted to be found unread."""
    return published_ms + LATE_MS < now_ms


QUIET_MS = 60_000
LONGEST_PAUSE_MS = 900_000
STALLED_AFTER_MS = 300_000


def is_abandoned(job: Job, now_ms: int, margin_ms: int) -> bool:
    """Nobody owns the shard, and nothing has happened to it for longer than a chained invocation takes to begin.

    What fails again and again is left alone for longer each time.
    """
    pause_ms = min(QUIET_MS << min(job.tries, 8), LONGEST_PAUSE_MS)
    return not job.over and may_acquire(job, now_ms, margin_ms) and now_ms > job.updated_ms + pause_ms


def is_hopeless(job: Job, now_ms: int) -> bool:
    """Worker after worker has failed at the same place, for longer than an outage should last."""
    return job.tries >= DEAD_AFTER_TRIES and job.failing_ms is not None and now_ms > job.failing_ms + DEAD_AFTER_MS


def is_stalled(job: Job, now_ms: int) -> bool:
    """Dead, or no worker has said anything for longer than any invocation lasts, time-out and margin included."""
    quiet = now_ms > max(job.updated_ms, job.lease_until_ms) + STALLED_AFTER_MS
    return job.dead or (not job.done and quiet)
