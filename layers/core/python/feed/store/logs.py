"""The behaviour log: one row per reader and article, each act a flag that is set at most once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from feed.domain.actions import REWARD_BIT, Flag
from feed.domain.ids import hashed, is_user, unhashed
from feed.store.client import Tables
from feed.store.rows import Bound, End, Key, Row, Update, Wanted, equals, missing
from feed.store.schema import LOG, LOG_BY_ARTICLE, LOG_BY_TIME, LOG_COLLECTED, LOG_LIKERS

_SET = 1
_FLAGS = tuple(name for flag in Flag for name in (flag.column, flag.time_column))


class Acted(NamedTuple):
    """What a reader has done to one article, by the bits of `acts`; the latest act at `acted_ms`."""

    article_id: int
    acts: int
    acted_ms: int


class Logged(NamedTuple):
    """One row of a user's log; a tuple, because whoever reads the whole log reads millions."""

    user_id: int
    article_id: int
    acts: int
    acted_ms: int


class Liked(NamedTuple):
    user_id: int
    position: tuple[int, str]


class Collected(NamedTuple):
    """A bookmark's place: when it was made, and of which article."""

    position: tuple[int, int]

    @property
    def article_id(self) -> int:
        return self.position[1]


def key(reader: int | str, article_id: int) -> tuple[str, int]:
    """`reader` is a user's id, or a guest's under its own prefix."""
    return hashed(reader), article_id


def decode(row: Row | None) -> dict[Flag, int]:
    """The flags that are set, and when each was."""
    row = row or {}
    return {flag: int(row.get(flag.time_column, 0)) for flag in Flag if row.get(flag.column) == _SET}


def flags(tables: Tables, reader: int | str, article_id: int) -> dict[Flag, int]:
    """As `decode`, of what this reader has done to an article by now."""
    return decode(tables.get(LOG, key(reader, article_id), _FLAGS))


def change(reader: int | str, article_id: int, flag: Flag, *, on: bool, at_ms: int) -> Update:
    """Set the flag at this time, or clear the one that was set at this time.

    Refused when it is so already, or was set at another time, or the article has not been read before any other act.
    """
    return _set_flag(reader, article_id, flag, at_ms) if on else _clear_flag(reader, article_id, flag, at_ms)


def tipped(reader: int, article_id: int, now_ms: int) -> Update:
    """That a tip of this reader was settled; refused when an earlier one stands there."""
    put: dict[str, int | str] = {"is_reward": _SET, "reward_ms": now_ms, **_acted(article_id, now_ms)}
    where = (missing("is_reward", never=0),)
    return Update(LOG, key(reader, article_id), put=put, add={"acts": REWARD_BIT}, where=where)


def wanted(reader: int | str, article_ids: Iterable[int]) -> Wanted:
    """What this reader has done to each of these articles."""
    return Wanted(LOG, [key(reader, article_id) for article_id in article_ids], _FLAGS)


def read_of(found: Mapping[Key, Row]) -> frozenset[int]:
    """Which articles the reader has read, of the rows found by `wanted`."""
    return frozenset(int(row["message_id"]) for row in found.values() if Flag.READ in decode(row))


def newest(tables: Tables, reader: int | str, limit: int) -> list[Acted]:
    """A reader's latest acts, newest first; the index may lag."""
    user = hashed(reader)
    page = tables.scan(
        LOG_BY_TIME,
        (user, End.MAX, End.MAX),
        (user, End.MIN, End.MIN),
        columns=("acted_ms", "message_id", "acts"),
        limit=limit,
        backward=True,
    )
    return [Acted(int(row["message_id"]), int(row["acts"]), int(row["acted_ms"])) for row in page.rows]


def of_article(tables: Tables, article_id: int) -> Iterator[int]:
    """The acts of every reader of an article; the index may lag."""
    article = hashed(article_id)
    start: Bound = (article, End.MIN, End.MIN)
    while True:
        page = tables.scan(LOG_BY_ARTICLE, start, (article, End.MAX, End.MAX), columns=("message_id", "acts"))
        for row in page.rows:
            yield int(row["acts"])
        if page.next_key is None:
            return
        start = page.next_key


def stretch(tables: Tables, start_key: str, end_key: str) -> Iterator[list[Logged]]:
    """Page by page, the logs of all users whose hashed keys lie in [start, end); guests' are left out."""
    start: Bound = (start_key, End.MIN)
    while True:
        page = tables.scan(LOG, start, (end_key, End.MIN), columns=("acts", "acted_ms"))
        yield [_logged(row) for row in page.rows if is_user(str(row["user_key"]))]
        if page.next_key is None:
            return
        start = page.next_key


def likers(tables: Tables, article_id: int, before: Key | None, limit: int) -> tuple[list[Liked], bool]:
    """Who likes an article below the position, newest first, and whether more follow; the index may lag."""
    article = hashed(article_id)
    start: Bound = (article, *before, End.MIN) if before else (article, End.MAX, End.MAX, End.MAX)
    page = tables.scan(LOG_LIKERS, start, (article, End.MIN, End.MIN, End.MIN), limit=limit, backward=True)
    found = [Liked(unhashed(str(row["user_key"])), (int(row["like_ms"]), str(row["user_key"]))) for row in page.rows]
    return found, page.next_key is not None


def collected(tables: Tables, user_id: int, before: Key | None, limit: int) -> tuple[list[Collected], bool]:
    """A user's bookmarks below the position, newest first, and whether more follow; the index may lag."""
    user = hashed(user_id)
    start: Bound = (
        (user, before[0], int(before[1]) - 1) if before else (user, End.MAX, End.MAX)
    )  # a range holds its start
    page = tables.scan(LOG_COLLECTED, start, (user, End.MIN, End.MIN), limit=limit, backward=True)
    found = [Collected((int(row["collect_ms"]), int(row["message_id"]))) for row in page.rows]
    return found, page.next_key is not None


def _logged(row: Row) -> Logged:
    user_id = unhashed(str(row["user_key"]))
    return Logged(user_id, int(row["message_id"]), int(row.get("acts", 0)), int(row.get("acted_ms", 0)))


def _set_flag(reader: int | str, article_id: int, flag: Flag, now_ms: int) -> Update:
    unset = missing(flag.column, never=0)
    where = (unset,) if flag is Flag.READ else (equals(Flag.READ.column, _SET), unset)
    put: dict[str, int | str] = {flag.column: _SET, flag.time_column: now_ms, **_acted(article_id, now_ms)}
    return Update(LOG, key(reader, article_id), put=put, add={"acts": flag.bit}, where=where)


def _clear_flag(reader: int | str, article_id: int, flag: Flag, since_ms: int) -> Update:
    drop = (flag.column, flag.time_column)
    where = (equals(flag.time_column, since_ms),)
    return Update(LOG, key(reader, article_id), drop=drop, add={"acts": -flag.bit}, where=where)


def _acted(article_id: int, now_ms: int) -> dict[str, int | str]:
    return {"article_key": hashed(article_id), "acted_ms": now_ms}
