"""Who takes part in a run, and how narrow the product is made so that a dozen followers are many: drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from benchmarks import rows
from feed.domain.relations import Entry
from feed.store import articles, relations, sessions, users
from feed.store.client import Tables
from feed.store.rows import Put, Value, Write
from feed.store.schema import RELATIONS, SESSIONS, USERS

ANN, BEN = 11, 12
"""Ann publishes while everything fails; Ben has published before."""
CROWD = range(100, 160)
DAY_MS, MINUTE_MS = 86_400_000, 60_000
BEFORE_MS = 3 * 3_600_000
COLD_DAYS = 40


@dataclass
class Reader:
    """`follows` Ann as far as anybody was told, None where an answer was lost; `read` are articles on pages that were
    marked as read, `unsure` those of which the mark may not have arrived.

    `changed`: the relation has not always been the same.
    """

    id: int
    follows: bool | None
    cold: bool = False
    changed: bool = False
    busy: bool = False
    read: set[int] = field(default_factory=set)
    unsure: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Narrow:
    """Constants of the product, made small."""

    batch_followers: int
    width: int
    window: int
    range_rows: int
    careful_window: int
    batch_rows: int
    few: int

    @classmethod
    def drawn(cls, chance: random.Random) -> Narrow:
        return cls(
            batch_followers=chance.randint(3, 6),
            width=chance.choice((1, 1, 1, 2, 4, 12)),
            window=chance.choice((2, 3, 5, 100)),
            range_rows=chance.choice((1, 2, 4, 100)),
            careful_window=chance.choice((1, 2)),
            batch_rows=chance.choice((1, 2, 3, 200)),
            few=chance.choice((0, 1, 20)),
        )

    @property
    def variables(self) -> dict[str, str]:
        return {
            "FEED_FANOUT_BATCH_FOLLOWERS": str(self.batch_followers),
            "FEED_FANOUT_WIDTH": str(self.width),
        }

    @contextmanager
    def in_force(self) -> Iterator[None]:
        with ExitStack() as stack:
            for name, value in {
                "operations.fanout_batch.WINDOW": self.window,
                "operations.fanout_batch.RANGE": self.range_rows,
                "operations.fanout_batch.CAREFUL_WINDOW": self.careful_window,
                "operations.fanout_batch.MOST_SET_ASIDE": 1,
                "operations._arrivals.MAX_BATCH_WRITE": self.batch_rows,
                "operations._arrivals._FEW": self.few,
                "store.inboxes.MAX_BATCH_WRITE": self.batch_rows,
            }.items():
                stack.enter_context(patch(f"feed.{name}", value))
            yield


def people(chance: random.Random) -> list[Reader]:
    """Followers of Ann, some who have left her, and some who have never been hers."""
    ids = chance.sample(CROWD, chance.randint(7, 15))
    cold = chance.random() < 0.2
    readers = [Reader(id, follows=chance.random() < 0.85) for id in ids]
    for reader in readers[:1]:
        reader.cold = cold and bool(reader.follows)
    return readers


def enter(readers: list[Reader], store: Tables, now_ms: int, chance: random.Random) -> int:
    """Write their rows, and an article of Ben's into every inbox; its id."""
    old = rows.article(BEN, now_ms - BEFORE_MS, 1)
    followers = sum(reader.follows is True for reader in readers)
    writes: list[Write] = [
        _person(ANN, follower_count=followers),
        _person(BEN, follower_count=len(readers)),
        articles.create(old),
    ]
    for reader in readers:
        since_ms = now_ms - (60 * DAY_MS if reader.cold else chance.choice((10 * DAY_MS, 10 * DAY_MS, 2 * MINUTE_MS)))
        writes += [
            _person(reader.id, following_count=1 + bool(reader.follows)),
            _relation(BEN, reader, now_ms - 10 * DAY_MS, now_ms),
            rows.inbox_row(reader.id, old),
            *_to_ann(reader, since_ms, now_ms, chance),
        ]
    assert store.write_many(writes) == []
    return old.id


def _person(id: int, **counts: int) -> Put:
    return Put(USERS, users.key(id), {"user_id": id, "nickname": f"n{id}", **counts})


def _to_ann(reader: Reader, since_ms: int, now_ms: int, chance: random.Random) -> list[Write]:
    """The relation row, and the session row, which need not name who was followed long ago."""
    day = now_ms // DAY_MS - (COLD_DAYS if reader.cold else 0)
    session: dict[str, Value] = {"seen_day": day, "refreshed_day": day}
    if not reader.follows and chance.random() < 0.5:
        return [Put(SESSIONS, sessions.key(reader.id), session)]
    if not reader.follows or chance.random() < 0.5:
        session[sessions.column(ANN)] = Entry(since_ms, bool(reader.follows)).encode()
        session["turned"] = f"{ANN}:{since_ms}"
    return [Put(SESSIONS, sessions.key(reader.id), session), _relation(ANN, reader, since_ms, now_ms)]


def _relation(author: int, reader: Reader, since_ms: int, now_ms: int) -> Put:
    columns: dict[str, Value] = {"epoch": since_ms}
    if reader.follows or author == BEN:
        columns |= {"followed_ms": since_ms, "seen_day": now_ms // DAY_MS - (COLD_DAYS if reader.cold else 0)}
    return Put(RELATIONS, relations.key(author, reader.id), columns)
