"""The fan-out ledger: one row per article, delivery and shard, from which a delivery is resumed and reported."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from feed.domain.articles import Article
from feed.domain.fanout import SET_ASIDE, Job, alone, shard_range
from feed.domain.ids import hashed, unhashed
from feed.errors import ConditionFailed
from feed.store import articles
from feed.store.client import Tables
from feed.store.rows import (
    Bound,
    End,
    Expect,
    Put,
    Row,
    Update,
    Value,
    Wanted,
    Where,
    equals,
    equals_or_missing,
    missing,
    present,
)
from feed.store.schema import ARTICLES, JOBS

_NEVER = -1
_FAILING = ("reason", "failing_ms")


def create(article_id: int, delivery: int, shard: int, width: int, now_ms: int) -> Put:
    return _new(article_id, delivery, shard, shard_range(shard, width), now_ms)


def set_aside(job: Job, follower_keys: Iterable[str], now_ms: int) -> list[Put]:
    """A shard for each of these followers of a job, whose rows have failed and may have come all the same."""
    return [
        _new(job.article_id, job.delivery, SET_ASIDE + unhashed(key), alone(key), now_ms, suspect=1)
        for key in follower_keys
    ]


def find_with_article(tables: Tables, article_id: int, delivery: int, shard: int) -> tuple[Job | None, Article | None]:
    """A shard's row, and its article without text; one request."""
    key = _key(article_id, delivery, shard)
    found = tables.read(Wanted(JOBS, [key]), articles.wanted([article_id]))
    row, card = found[JOBS].get(key), found[ARTICLES].get(articles.key(article_id))
    return _decode(row) if row and _is_whole(row) else None, articles.decode(card) if card else None


def of_delivery(tables: Tables, article_id: int, delivery: int) -> list[Job]:
    """All shards."""
    article = hashed(article_id)
    rows: list[Row] = []
    start: Bound | None = (article, delivery, End.MIN)
    while start is not None:
        page = tables.scan(JOBS, start, (article, delivery, End.MAX))
        rows += page.rows
        start = page.next_key
    return [_decode(row) for row in rows if _is_whole(row)]


def _is_whole(row: Row) -> bool:
    """A row's cells expire one by one, the oldest first: what is left of it then tells nothing."""
    return all(name in row for name in ("start_key", "end_key", "cursor", "delivered", "updated_ms"))


def acquire(tables: Tables, job: Job, owner: str, now_ms: int, lease_until_ms: int) -> Job | None:
    """Take the shard; None if somebody has had it since `job` was read, even if it looks the same by now.

    Taking it from a vanished owner makes it suspect.
    """
    put: dict[str, Value] = {
        "owner": owner,
        "lease_until_ms": lease_until_ms,
        "updated_ms": now_ms,
        "tries": job.tries + 1,
    }
    if job.owner:
        put["suspect"] = 1
    if job.started_ms is None:
        put["started_ms"] = now_ms
    if job.tries and job.failing_ms is None:
        put["failing_ms"] = now_ms
    try:
        tables.write(Update(JOBS, _key(job.article_id, job.delivery, job.shard), put=put, where=_as_read(job)))
    except ConditionFailed:
        return None
    suspect = job.suspect or bool(job.owner)
    return job._replace(owner=owner, lease_until_ms=lease_until_ms, suspect=suspect, tries=job.tries + 1)


def _as_read(job: Job) -> tuple[Where, ...]:
    return (
        equals("owner", job.owner) if job.owner else missing("owner", never=""),
        equals("cursor", job.cursor),
        equals("tries", job.tries) if job.tries else equals_or_missing("tries", 0),
        equals("suspect", 1) if job.suspect else missing("suspect", never=_NEVER),
        missing("finished_ms", never=_NEVER),
        missing("dead_ms", never=_NEVER),
    )


def advance(
    tables: Tables, job: Job, cursor: str, delivered: int, deferred: int, now_ms: int, *, parted: bool, release: bool
) -> Job:
    """Move the cursor over acknowledged rows, and over those set aside (`parted`); with `release`, give the lease up.

    Who goes carefully stays so until then: where one row fails, others may.
    Raises ConditionFailed when the shard is somebody else's by now.
    """
    tries = 0 if release else job.tries if job.careful else 1
    put: dict[str, Value] = {"cursor": cursor, "updated_ms": now_ms, "tries": tries}
    if parted:
        put["parted"] = 1
    drop = (*_FAILING, "owner", "lease_until_ms") if release else _FAILING
    tables.write(_step(job, put, delivered, deferred, drop))
    return job._replace(
        cursor=cursor,
        delivered=job.delivered + delivered,
        deferred=job.deferred + deferred,
        tries=tries,
        parted=job.parted or parted,
    )


def finish(
    tables: Tables, job: Job, cursor: str, delivered: int, deferred: int, now_ms: int, *, parted: bool = False
) -> Job:
    """The shard is complete (or its article withdrawn); raises ConditionFailed as `advance` does."""
    put: dict[str, Value] = {"cursor": cursor, "updated_ms": now_ms, "finished_ms": now_ms}
    if parted:
        put["parted"] = 1
    tables.write(_step(job, put, delivered, deferred, (*_FAILING, "owner", "lease_until_ms")))
    return job._replace(cursor=cursor, parted=job.parted or parted, finished_ms=now_ms)


def give_back(tables: Tables, job: Job, reason: str, now_ms: int) -> None:
    """Let the next worker begin at once, unsure of the rows beyond the cursor. Best effort: the lease ends anyway."""
    key = _key(job.article_id, job.delivery, job.shard)
    put: dict[str, Value] = {"suspect": 1, "updated_ms": now_ms, "reason": reason}
    tables.write_many(
        [Update(JOBS, key, put=put, drop=("owner", "lease_until_ms"), where=(equals("owner", job.owner),))]
    )


def bury(tables: Tables, job: Job, now_ms: int) -> None:
    """Nobody is to try it again, nor its last owner to go on.

    Raises ConditionFailed when somebody has had it since `job` was read.
    """
    key = _key(job.article_id, job.delivery, job.shard)
    drop = ("owner", "lease_until_ms")
    tables.write(Update(JOBS, key, put={"dead_ms": now_ms}, drop=drop, where=_as_read(job)))


def revive(tables: Tables, job: Job, now_ms: int) -> None:
    """Let a dead shard be tried again, as if for the first time. Nothing happens to one that lives."""
    put: dict[str, Value] = {"suspect": 1, "tries": 0, "updated_ms": now_ms}
    drop = ("dead_ms", "owner", "lease_until_ms", *_FAILING)
    where = (present("dead_ms", never=_NEVER),)
    with suppress(ConditionFailed):
        key = _key(job.article_id, job.delivery, job.shard)
        tables.write(Update(JOBS, key, put=put, drop=drop, expect=Expect.PRESENT, where=where))


def _new(article_id: int, delivery: int, shard: int, within: tuple[str, str], now_ms: int, **columns: Value) -> Put:
    start, end = within
    row: dict[str, Value] = {
        "start_key": start,
        "end_key": end,
        "cursor": start,
        "delivered": 0,
        "deferred": 0,
        "updated_ms": now_ms,
        **columns,
    }
    return Put(JOBS, _key(article_id, delivery, shard), row, Expect.ABSENT)


def _step(job: Job, put: dict[str, Value], delivered: int, deferred: int, drop: tuple[str, ...]) -> Update:
    key = _key(job.article_id, job.delivery, job.shard)
    add = {"delivered": delivered, "deferred": deferred}
    return Update(JOBS, key, put=put, add=add, drop=drop, where=(equals("owner", job.owner),))


def _key(article_id: int, delivery: int, shard: int) -> tuple[str, int, int]:
    return hashed(article_id), delivery, shard


def _decode(row: Row) -> Job:
    return Job(
        article_id=unhashed(str(row["article_key"])),
        delivery=int(row["delivery"]),
        shard=int(row["shard"]),
        start_key=str(row["start_key"]),
        end_key=str(row["end_key"]),
        cursor=str(row["cursor"]),
        owner=str(row.get("owner", "")),
        lease_until_ms=int(row.get("lease_until_ms", 0)),
        suspect=bool(row.get("suspect", 0)),
        delivered=int(row["delivered"]),
        deferred=int(row.get("deferred", 0)),
        started_ms=_ms(row, "started_ms"),
        finished_ms=_ms(row, "finished_ms"),
        updated_ms=int(row["updated_ms"]),
        tries=int(row.get("tries", 0)),
        failing_ms=_ms(row, "failing_ms"),
        reason=str(row.get("reason", "")),
        parted=bool(row.get("parted", 0)),
        dead_ms=_ms(row, "dead_ms"),
    )


def _ms(row: Row, name: str) -> int | None:
    value = row.get(name)
    return int(value) if value is not None else None
