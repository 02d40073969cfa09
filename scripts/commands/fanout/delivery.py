"""One delivery as its ledger has it: who is owed the article, and whether a worker is still on the way to them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from feed.domain.articles import Article, State
from feed.domain.fanout import HASH_SPACE, SET_ASIDE, Follower, Job, is_stalled
from feed.domain.warmth import is_cold
from feed.store import articles, jobs
from feed.store.client import Tables


class Refused(Exception):
    """The command cannot do what it was asked; the message is one sentence or two."""


def deliverable(tables: Tables, article_id: int) -> Article:
    """An article that its latest delivery owes to somebody. Raises NotFound, or Refused with the reason."""
    article = articles.require(tables, article_id)
    if article.delivery == 0:
        raise Refused(f"Article {article_id} has never been published.")
    if not article.shown:
        raise Refused(
            f"Article {article_id} is withdrawn: nobody needs to have it, and rows that are there show nothing."
        )
    if not article.width:
        reason = "the author's followers were too many, so every one of them takes it on their next visit"
        raise Refused(f"Article {article_id} is left to its readers: {reason}.")
    return article


@dataclass(frozen=True)
class Delivery:
    """`article` is as of now, and may be in a later delivery than `number`."""

    article: Article
    number: int
    shards: Sequence[Job]

    @classmethod
    def latest(cls, tables: Tables, article_id: int) -> Delivery:
        """Raises as `deliverable`."""
        article = deliverable(tables, article_id)
        return cls(article, article.delivery, jobs.of_delivery(tables, article.id, article.delivery))

    @property
    def published_ms(self) -> int:
        assert self.article.published_ms is not None, "an article that was delivered has a publish time"
        return self.article.published_ms

    @cached_property
    def began_ms(self) -> int:
        """Who followed by then was there for this delivery's workers to read.

        The first one begins at the publish time. A later one leaves no such trace, but its workers read the followers
        after their shards were started, and a shard that waits says when it was made. Where the ledger has expired, as
        it does after thirty days, only the first one's followers are certain.
        """
        times = [job.updated_ms if job.started_ms is None else job.started_ms for job in self.shards]
        return min(times, default=self.published_ms) if self.number > 1 else self.published_ms

    def reaches(self, follower: Follower) -> bool:
        """Who came later got the author's newest articles with the follow."""
        return follower.followed_ms <= self.began_ms

    def defers(self, follower: Follower) -> bool:
        return is_cold(follower.seen_day, self.published_ms)

    def owes(self, follower: Follower) -> bool:
        return self.reaches(follower) and not self.defers(follower)

    @property
    def complete(self) -> bool:
        """A shown article's ledger that is gone has expired, unless it is still to be written."""
        if not self.shards:
            return self._released
        return all(job.done for job in self.shards) and len(self._ranges) >= self.width

    @property
    def width(self) -> int:
        """Of a delivery that is not the article's latest, what there is."""
        return self.article.width if self.is_latest else len(self._ranges)

    @property
    def is_latest(self) -> bool:
        return self.number == self.article.delivery

    @property
    def _released(self) -> bool:
        """Every job row has been written."""
        return self.article.state is not State.PUBLISHING or not self.is_latest

    @cached_property
    def _ranges(self) -> list[Job]:
        """The shards that follow one another."""
        return sorted((job for job in self.shards if job.shard < SET_ASIDE), key=lambda job: job.start_key)

    @cached_property
    def _starts(self) -> list[str]:
        return [job.start_key for job in self._ranges]

    @cached_property
    def _alone(self) -> dict[str, Job]:
        return {job.start_key: job for job in self.shards if job.shard >= SET_ASIDE}

    def state(self, now_ms: int) -> str:
        """done, running, stalled, dead; or withdrawn, superseded: then nobody depends on it any more."""
        if self.complete:
            return "done"
        if not self.article.shown or not self.is_latest:
            return "superseded" if self.article.shown else "withdrawn"
        if any(job.dead for job in self.shards):
            return "dead"
        return "stalled" if any(is_stalled(job, now_ms) for job in self.shards) else "running"

    def next_to(self, key: str) -> Job | None:
        """The shard whose worker is still to come to this follower; None where it has passed by, or is dead."""
        job = self._alone.get(key) or self._range_of(key)
        return None if job is None or job.over or key < job.cursor else job

    def awaits_shards(self, key: str) -> bool:
        """Whether the shard that this follower will be in is not written yet."""
        return not self._released and self._range_of(key) is None

    def _range_of(self, key: str) -> Job | None:
        at = bisect_right(self._starts, key) - 1
        return self._ranges[at] if at >= 0 and key < self._ranges[at].end_key else None

    def hindmost(self, now_ms: int) -> Job | None:
        """Of the shards that are in the worst state, the one that has come least far."""
        waiting = [job for job in self.shards if not job.done]
        return min(waiting, key=lambda job: (not job.dead, not is_stalled(job, now_ms), _progress(job)), default=None)


def _progress(job: Job) -> float:
    start, end = _place(job.start_key), _place(job.end_key)
    return (_place(job.cursor) - start) / max(1, end - start)


def _place(key: str) -> int:
    """Where a key's hash lies; the last range ends with 'g', behind all of them."""
    return HASH_SPACE if key.startswith("g") else int(key[:4], 16)
