"""The fan-out ledger: one row per article, delivery and shard, from which a delivery is resumed and reported."""

from __future__ import annotations

from dataclasses import replace

from feed.domain.fanout import Job, shard_range
from feed.domain.ids import hashed, unhashed
from feed.errors import ConditionFailed
from feed.store.client import Tables
from feed.store.rows import End, Expect, Put, Row, Update, equals, missing
from feed.store.schema import JOBS

_NEVER = -1


def create(article_id: int, delivery: int, shard: int, width: int, now_ms: int) -> Put:
    start, end = shard_range(shard, width)
    columns: dict[str, int | str] = {
        "start_key": start,
        "end_key": end,
        "cursor": start,
        "delivered": 0,
        "deferred": 0,
        "updated_ms": now_ms,
    }
    return Put(JOBS, _key(article_id, delivery, shard), columns, Expect.ABSENT)


def find(tables: Tables, article_id: int, delivery: int, shard: int) -> Job | None:
    row = tables.get(JOBS, _key(article_id, delivery, shard))
    return _decode(row) if row and _is_whole(row) else None


def of_delivery(tables: Tables, article_id: int, delivery: int) -> list[Job]:
    """All shards; there are at most a few dozen."""
    article = hashed(article_id)
    page = tables.scan(JOBS, (article, delivery, End.MIN), (article, delivery, End.MAX))
    return [_decode(row) for row in page.rows if _is_whole(row)]


def _is_whole(row: Row) -> bool:
    """A row's cells expire one by one, the oldest first: what is left of it then tells nothing."""
    return all(name in row for name in ("start_key", "end_key", "cursor", "delivered", "updated_ms"))


def acquire(tables: Tables, job: Job, owner: str, now_ms: int, lease_until_ms: int) -> Job | None:
    """Take the shard; None if somebody did since `job` was read. Taking it from a vanished owner makes it suspect."""
    unchanged = equals("owner", job.owner) if job.owner else missing("owner", never="")
    put: dict[str, int | str] = {"owner": owner, "lease_until_ms": lease_until_ms, "updated_ms": now_ms}
    if job.owner:
        put["suspect"] = 1
    if job.started_ms is None:
        put["started_ms"] = now_ms
    where = (unchanged, equals("cursor", job.cursor), missing("finished_ms", never=_NEVER))
    try:
        tables.write(Update(JOBS, _key(job.article_id, job.delivery, job.shard), put=put, where=where))
    except ConditionFailed:
        return None
    return replace(job, owner=owner, lease_until_ms=lease_until_ms, suspect=job.suspect or bool(job.owner))


def advance(tables: Tables, job: Job, cursor: str, delivered: int, deferred: int, now_ms: int, *, release: bool) -> Job:
    """Move the cursor over acknowledged rows; raises ConditionFailed when the shard is no longer the owner's."""
    drop = ("owner", "lease_until_ms") if release else ()
    tables.write(_step(job, {"cursor": cursor, "updated_ms": now_ms}, delivered, deferred, drop))
    return replace(job, cursor=cursor, delivered=job.delivered + delivered, deferred=job.deferred + deferred)


def finish(tables: Tables, job: Job, cursor: str, delivered: int, deferred: int, now_ms: int) -> None:
    """The shard is complete (or its article withdrawn); raises ConditionFailed as `advance` does."""
    put: dict[str, int | str] = {"cursor": cursor, "updated_ms": now_ms, "finished_ms": now_ms}
    tables.write(_step(job, put, delivered, deferred, ("owner", "lease_until_ms")))


def give_back(tables: Tables, job: Job, now_ms: int) -> None:
    """Let the next worker begin at once, unsure of the rows beyond the cursor. Best effort: the lease ends anyway."""
    key = _key(job.article_id, job.delivery, job.shard)
    put: dict[str, int | str] = {"suspect": 1, "updated_ms": now_ms}
    tables.write_many(
        [Update(JOBS, key, put=put, drop=("owner", "lease_until_ms"), where=(equals("owner", job.owner),))]
    )


def _step(job: Job, put: dict[str, int | str], delivered: int, deferred: int, drop: tuple[str, ...]) -> Update:
    key = _key(job.article_id, job.delivery, job.shard)
    add = {"delivered": delivered, "deferred": deferred}
    return Update(JOBS, key, put=put, add=add, drop=drop, where=(equals("owner", job.owner),))


def _key(article_id: int, delivery: int, shard: int) -> tuple[str, int, int]:
    return hashed(article_id), delivery, shard


def _decode(row: Row) -> Job:
    started, finished = row.get("started_ms"), row.get("finished_ms")
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
        started_ms=int(started) if started is not None else None,
        finished_ms=int(finished) if finished is not None else None,
        updated_ms=int(row["updated_ms"]),
    )
