"""The relation table (关系库): who follows whom, read for fan-out, status and lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from feed.domain.fanout import Follower
from feed.domain.ids import hashed, unhashed
from feed.domain.relations import Entry, Relation
from feed.errors import ConditionFailed
from feed.store.client import Tables
from feed.store.rows import Delete, End, Expect, Key, Row, Update, equals, less_or_missing, missing, present
from feed.store.schema import KEY_NAMES, RELATIONS, RELATIONS_BY_AUTHOR, RELATIONS_BY_FOLLOWER

DAY_MS = 86_400_000
_DELIVERED_BY = ("followed_ms", "seen_day", "warm_ms")


class Followers(NamedTuple):
    """A stretch of one author's followers, how many rows it took, and the key at which the next one starts."""

    rows: list[Follower]
    read: int
    next_key: str
    more: bool


def key(author_id: int, follower_id: int) -> tuple[str, str]:
    return hashed(author_id), hashed(follower_id)


def decode(row: Row) -> Relation:
    followed = row.get("followed_ms")
    return Relation(
        follower_id=unhashed(str(row["follower_key"])),
        author_id=unhashed(str(row["author_key"])),
        epoch=int(row.get("epoch", 0)),
        followed_ms=int(followed) if followed is not None else None,
    )


def of(rows: Mapping[Key, Row], row_key: Key) -> Relation | None:
    """The relation under this key, of several that were read."""
    row = rows.get(row_key)
    return decode(row) if row is not None else None


def followed(tables: Tables, follower_id: int, author_ids: Iterable[int]) -> frozenset[int]:
    """Which of these authors somebody follows; one request for up to a hundred."""
    return frozenset(followed_since(tables, follower_id, author_ids))


def followed_since(tables: Tables, follower_id: int, author_ids: Iterable[int]) -> dict[int, int]:
    """As `followed`, and since when (ms)."""
    keys = [key(author_id, follower_id) for author_id in author_ids]
    found = tables.get_many({RELATIONS: keys}, {RELATIONS: ("followed_ms",)})[RELATIONS]
    return {unhashed(str(row["author_key"])): int(row["followed_ms"]) for row in found.values() if "followed_ms" in row}


def agree(author_id: int, follower_id: int, entry: Entry, now_ms: int, *, turning: bool) -> Update:
    """Make the row say what the session entry says; raises ConditionFailed where this epoch or a newer one has been.

    `turning`: only if that switches it on or off, which is what counters count.
    """
    unturned = missing if entry.on else present
    where = [less_or_missing("epoch", entry.epoch)]
    if turning:
        where.append(unturned("followed_ms", never=-1))
    put = {"epoch": entry.epoch}
    if entry.on:
        put |= {"followed_ms": entry.epoch, "seen_day": now_ms // DAY_MS}
    return Update(
        RELATIONS,
        key(author_id, follower_id),
        put=put,
        drop=() if entry.on else ("followed_ms",),
        where=where,
    )


def purge(tables: Tables, author_id: int, follower_id: int, epoch: int) -> None:
    """Remove a row that this epoch switched off; nothing happens if a later one has touched it."""
    where = (equals("epoch", epoch), missing("followed_ms", never=-1))
    with suppress(ConditionFailed):
        tables.write(Delete(RELATIONS, key(author_id, follower_id), where=where))


def followers(tables: Tables, author_id: int, start: str, end: str, limit: int) -> Followers:
    """Who follows now, by hashed key in [start, end); rows that are switched off are read, and left out."""
    author = hashed(author_id)
    page = tables.scan(RELATIONS, (author, start), (author, end), columns=_DELIVERED_BY, limit=limit)
    rows = [_follower(row) for row in page.rows if "followed_ms" in row]
    if page.next_key is not None:
        return Followers(rows, len(page.rows), str(page.next_key[1]), more=True)
    return Followers(rows, len(page.rows), end, more=False)


def audience(tables: Tables, author_id: int, start: str) -> tuple[Followers, list[str]]:
    """As `followers`, of everybody from a key on; beside them, the keys of those whose rows are switched off."""
    author = hashed(author_id)
    # a row of which nothing is asked for is left out: every row has its epoch
    page = tables.scan(RELATIONS, (author, start), (author, End.MAX), columns=("epoch", *_DELIVERED_BY))
    rows = [_follower(row) for row in page.rows if "followed_ms" in row]
    left = [str(row["follower_key"]) for row in page.rows if "followed_ms" not in row]
    next_key = str(page.next_key[1]) if page.next_key is not None else ""
    return Followers(rows, len(page.rows), next_key, more=page.next_key is not None), left


def current(tables: Tables, author_id: int, follower_keys: Iterable[str]) -> list[Follower]:
    """Those of them who follow now; one request for up to a hundred."""
    keys = [(hashed(author_id), follower) for follower in follower_keys]
    found = tables.get_many({RELATIONS: keys}, {RELATIONS: _DELIVERED_BY})[RELATIONS]
    return [_follower(row) for row in found.values() if "followed_ms" in row]


def _follower(row: Row) -> Follower:
    seen = row.get("seen_day")
    return Follower(
        str(row["follower_key"]),
        int(row["followed_ms"]),
        int(seen) if seen is not None else None,
        int(row.get("warm_ms", 0)),
    )


def seen(author_key: str, follower_id: int, day: int, warm_ms: int | None) -> Update:
    """Tell the row of its reader's visit; refused where it is off, or gone. `warm_ms`: back after a long absence."""
    put = {"seen_day": day} if warm_ms is None else {"seen_day": day, "warm_ms": warm_ms}
    where = (present("followed_ms", never=-1),)
    return Update(RELATIONS, (author_key, hashed(follower_id)), put=put, expect=Expect.PRESENT, where=where)


def newest_followers(tables: Tables, author_id: int, before: Key | None, limit: int) -> tuple[list[Row], bool]:
    """(followed_ms, follower_key) rows below the position, newest first, and whether others follow; may lag."""
    return _newest(tables, RELATIONS_BY_AUTHOR, author_id, before, limit)


def newest_following(tables: Tables, follower_id: int, before: Key | None, limit: int) -> tuple[list[Row], bool]:
    """(followed_ms, author_key) rows below the position, newest first, and whether others follow; may lag."""
    return _newest(tables, RELATIONS_BY_FOLLOWER, follower_id, before, limit)


def _newest(tables: Tables, index: str, user_id: int, before: Key | None, limit: int) -> tuple[list[Row], bool]:
    owner = hashed(user_id)
    start = (owner, *before) if before else (owner, End.MAX, End.MAX)
    # a backward range includes its start: the position itself is read again and left out
    page = tables.scan(index, start, (owner, End.MIN, End.MIN), limit=limit + (before is not None), backward=True)
    position = KEY_NAMES[index][1:]
    rows = [row for row in page.rows if tuple(row[name] for name in position) != before]
    return rows, page.next_key is not None
