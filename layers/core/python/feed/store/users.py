"""Users: the row that the first signed-in call makes, profile and counters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from feed.domain.articles import Byline
from feed.domain.ids import hashed
from feed.errors import ConditionFailed, NotFound
from feed.store.client import Tables
from feed.store.rows import Expect, Put, Row, Update, Value, equals_or_missing
from feed.store.schema import USERS

CARD = ("user_id", "nickname", "avatar_url")
"""The columns that lists show of a person."""

COUNTED = (*CARD, "recounts", "following_count")
"""What whoever moves a counter has to know."""

COUNTERS = ("follower_count", "following_count", "article_count", "like_count", "word_count")


class User(NamedTuple):
    """`counted_ms` is when a counter last moved, `recounts` how often they were made anew."""

    id: int
    nickname: str
    avatar_url: str | None
    follower_count: int = 0
    following_count: int = 0
    article_count: int = 0
    like_count: int = 0
    word_count: int = 0
    recounts: int = 0
    counted_ms: int = 0

    @property
    def byline(self) -> Byline:
        return Byline(self.nickname, self.avatar_url)


def key(user_id: int) -> tuple[str]:
    return (hashed(user_id),)


def decode(row: Row) -> User:
    user_id = int(row["user_id"])
    counters = {name: max(0, int(row.get(name, 0))) for name in COUNTERS}
    avatar = row.get("avatar_url")
    return User(
        user_id,
        str(row.get("nickname", f"user {user_id}")),
        str(avatar) if avatar else None,
        **counters,
        recounts=int(row.get("recounts", 0)),
        counted_ms=int(row.get("counted_ms", 0)),
    )


def find(tables: Tables, user_id: int) -> User | None:
    row = tables.get(USERS, key(user_id))
    return decode(row) if row else None


def require(tables: Tables, user_id: int) -> User:
    user = find(tables, user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    return user


def ensure(tables: Tables, user_id: int, now_ms: int) -> None:
    """Make the user's row unless it is there; of two that race, both succeed."""
    if tables.get(USERS, key(user_id), ("user_id",)) is None:
        with suppress(ConditionFailed):
            tables.write(Put(USERS, key(user_id), {"user_id": user_id, "created_ms": now_ms}, Expect.ABSENT))


def people(tables: Tables, user_ids: Iterable[int]) -> dict[int, User]:
    """As lists show them, by id, those without a row left out; one request for up to a hundred."""
    found = tables.get_many({USERS: [key(user_id) for user_id in user_ids]}, {USERS: CARD})[USERS]
    return {user.id: user for user in map(decode, found.values())}


def set_profile(
    tables: Tables, user_id: int, nickname: str | None, avatar_url: str | None, *, clear_avatar: bool
) -> None:
    put: dict[str, Value] = {"user_id": user_id}
    if nickname is not None:
        put["nickname"] = nickname
    if avatar_url is not None:
        put["avatar_url"] = avatar_url
    tables.write(Update(USERS, key(user_id), put=put, drop=("avatar_url",) if clear_avatar else ()))


def counted(user: User, now_ms: int, **changes: int) -> Update:
    """Counters moved by so much; refused where a recount has come in between, which may have counted it already.

    Only in a row that exists, so that nobody is created by being counted.
    """
    where = (equals_or_missing("recounts", user.recounts),)
    return Update(USERS, key(user.id), put={"counted_ms": now_ms}, add=changes, expect=Expect.PRESENT, where=where)


def recounted(user: User, totals: Mapping[str, int]) -> Update:
    """Counters as they were found to be; refused when anybody has counted meanwhile. Who is about to is refused then.

    That somebody has counted shows in the time of it; the counters may be what they were.
    """
    as_read = {"counted_ms": user.counted_ms, "recounts": user.recounts}
    where = [equals_or_missing(name, value) for name, value in as_read.items()]
    put: dict[str, Value] = {**totals, "recounts": user.recounts + 1}
    return Update(USERS, key(user.id), put=put, expect=Expect.PRESENT, where=where)


def shown(tables: Tables, user_id: int) -> dict[str, int]:
    """What the counters hold, below zero too, which no answer shows. Raises NotFound."""
    row = tables.get(USERS, key(user_id), ("user_id", *COUNTERS))
    if row is None:
        raise NotFound(f"There is no user {user_id}.")
    return {name: int(row.get(name, 0)) for name in COUNTERS}
