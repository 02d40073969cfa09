"""What a publication takes, before it is done: requests and capacity units by its steps, time by measured rates.

Each figure stands for a request of `create_article`, `_release`, `scheduled_publish`, `fanout_batch` or `sweep`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass

from feed.domain.articles import Article
from feed.domain.capacity import UNIT, row_size, units
from feed.domain.fanout import RANGE, WINDOW, shard_range
from feed.domain.ids import MAX_ID
from feed.store import articles, relations
from feed.store.client import MAX_BATCH_WRITE
from feed.store.schema import ARTICLES, JOBS, KEY_NAMES, RELATIONS

CALL_S = 0.05
"""An invocation on a warm instance, for Tablestore in the same region; assumed."""
ROWS_PER_S = 4_000
"""Inbox rows of one worker: README, "What it costs"."""
MEMORY_GB = 0.5
"""Of `publish` and `fanout-batch` by s.yaml."""
VCPU = 0.35
"""Assumed: s.yaml leaves it open, and the platform asks for 1 vCPU to between 1 and 4 GB."""


@dataclass(frozen=True)
class Used:
    """`requests` are Tablestore's, `rows` those put into inboxes."""

    requests: int = 0
    read_cu: int = 0
    write_cu: int = 0
    invocations: int = 0
    rows: int = 0

    def __add__(self, other: Used) -> Used:
        return Used(*(one + another for one, another in zip(astuple(self), astuple(other), strict=True)))

    def __mul__(self, times: int) -> Used:
        return Used(*(each * times for each in astuple(self)))

    @property
    def seconds(self) -> float:
        """Of functions that run; an estimate, and so is what follows from it."""
        return self.invocations * CALL_S + self.rows / ROWS_PER_S

    @property
    def gb_s(self) -> float:
        return self.seconds * MEMORY_GB

    @property
    def vcpu_s(self) -> float:
        return self.seconds * VCPU


_BUDGETS = Used(requests=1, read_cu=2, write_cu=2)
_AUTHOR = Used(requests=1, read_cu=1)
_CHANGE = Used(requests=1, read_cu=1, write_cu=1)
"""Of a row, by condition, without an article's text: titles, summaries and addresses make no second unit."""
_WORK = Used(requests=1, write_cu=1)
"""A work row, put or removed."""
_OUTBOX = Used(requests=1, write_cu=1)


def written(article: Article, *, keyed: bool) -> Used:
    """The call that writes the row, and lets it go public where it does at once; `keyed`: with an Idempotency-Key."""
    put = articles.create(article)
    row = Used(requests=1, read_cu=1, write_cu=units(row_size(KEY_NAMES[ARTICLES], put.key, put.columns)))
    used = Used(invocations=1) + _BUDGETS + _AUTHOR + row
    if keyed:
        used += _CHANGE
    if article.publish_at_ms is not None:
        used += _WORK
    return used + _WORK + _release(article) if article.shown else used


def ticked(scheduled: Article, released: Article) -> Used:
    """What the timer does about an article when its time has come, and a minute later: ticks come without it, too."""
    alarm = _card(scheduled) + _card(released) + _WORK
    return alarm + _AUTHOR + _WORK + _CHANGE + _release(released)


def pushed(article: Article, per_invocation: int) -> Used:
    """Into the inboxes of so many as its `audience`, if shards are even and followers plain.

    Plain is who has followed for five minutes, was here within 25 days, and has an id as long as the author's.
    """
    if not article.width:
        return Used()
    smaller, larger = divmod(article.audience, article.width)
    follower = _follower_bytes(article.author_id, article.author_id)
    used = _shard(article, smaller, per_invocation, follower) * (article.width - larger)
    return used + _shard(article, smaller + 1, per_invocation, follower) * larger + _over(article)


def pushed_at_most(article: Article, per_invocation: int) -> Used:
    """However the shards have come out, and whoever the followers are, as long as nothing fails.

    Then each shard may have an invocation, a window, a range and two batches that are not full, each window may end
    with a look at the article, and each row may be put by condition.
    """
    if not article.width:
        return Used()
    followers, card = article.audience, _card(article).read_cu
    turns = followers // per_invocation + article.width
    windows = followers * -(-per_invocation // WINDOW) // per_invocation + article.width
    ranges = followers // RANGE + windows
    batches = followers // MAX_BATCH_WRITE + 2 * windows
    read = followers * _follower_bytes(article.author_id, MAX_ID, warm_ms=0) // UNIT + ranges
    return _over(article) + Used(
        requests=2 * turns + 2 * windows + ranges + batches,
        read_cu=turns * (2 + card) + windows * (1 + card) + read + followers,
        write_cu=turns + windows + followers,
        invocations=turns,
        rows=followers,
    )


def _release(article: Article) -> Used:
    """The author's counters, outbox row, what follows from its number, job rows, the last state, no guard any more."""
    numbered = Used(requests=1, read_cu=2, write_cu=2)
    if article.width:
        numbered += Used(requests=1, read_cu=article.width, write_cu=article.width + 1)
    else:
        numbered += Used(read_cu=1, write_cu=1)
    return _CHANGE + _OUTBOX + numbered + _CHANGE + _WORK


def _shard(article: Article, followers: int, per_invocation: int, follower: int) -> Used:
    """`follower`: bytes of a relation row."""
    used = Used()
    for turn in _parts(followers, per_invocation):
        used += Used(read_cu=1, invocations=1) + _card(article) + _CHANGE
        for window in _parts(turn, WINDOW):
            for rows in _parts(window, RANGE):
                used += Used(requests=1, read_cu=units(rows * follower))
            batches = -(-window // MAX_BATCH_WRITE)
            used += Used(requests=batches, write_cu=window, rows=window) + _CHANGE
    return used


def _parts(whole: int, size: int) -> Iterator[int]:
    """At least one, be it empty."""
    return (min(size, whole - start) for start in range(0, max(whole, 1), size))


def _over(article: Article) -> Used:
    """The delivery's work row goes with its only shard, or when the sweeper has seen the ledger complete."""
    if article.width == 1:
        return _WORK
    return _card(article) + Used(requests=1, read_cu=units(_ledger_bytes(article))) + _WORK


def _card(article: Article) -> Used:
    """Its row is read without the text."""
    put = articles.create(article)
    found = {name: put.columns[name] for name in articles.CARD if name in put.columns}
    if article.shown:
        found |= {"state": "public", "sequence": 0}
    return Used(requests=1, read_cu=units(row_size(KEY_NAMES[ARTICLES], put.key, found)))


def _follower_bytes(author_id: int, follower_id: int, **more: int) -> int:
    key = relations.key(author_id, follower_id)
    return row_size(KEY_NAMES[RELATIONS], key, {"followed_ms": 0, "seen_day": 0, **more})


def _ledger_bytes(article: Article) -> int:
    """Of all its job rows, in whose table each cell has the time by which it expires."""
    numbers = ("delivered", "deferred", "updated_ms", "tries", "started_ms", "finished_ms")
    size = 0
    for shard in range(article.width):
        start, end = shard_range(shard, article.width)
        columns: dict[str, int | str] = {"start_key": start, "end_key": end, "cursor": end, **dict.fromkeys(numbers, 0)}
        key = (articles.key(article.id)[0], article.delivery, shard)
        size += row_size(KEY_NAMES[JOBS], key, columns) + 8 * len(columns)
    return size
