"""The behaviour log: one row per reader and article, each act a flag that is set at most once."""

from __future__ import annotations

from feed.domain.actions import Flag
from feed.domain.ids import hashed
from feed.store.client import Tables
from feed.store.rows import Row, Update, equals, missing
from feed.store.schema import LOG

_SET = 1


def key(reader: int | str, article_id: int) -> tuple[str, int]:
    """`reader` is a user's id, or a guest's under its own prefix."""
    return hashed(reader), article_id


def flags(tables: Tables, reader: int | str, article_id: int) -> frozenset[Flag]:
    return decode(tables.get(LOG, key(reader, article_id), tuple(flag.column for flag in Flag)))


def decode(row: Row | None) -> frozenset[Flag]:
    return frozenset(flag for flag in Flag if row is not None and row.get(flag.column) == _SET)


def set_flag(tables: Tables, reader: int | str, article_id: int, flag: Flag, now_ms: int) -> None:
    """Raises ConditionFailed when the flag is set already, or the article has not been read before any other act."""
    unset = missing(flag.column, never=0)
    where = (unset,) if flag is Flag.READ else (equals(Flag.READ.column, _SET), unset)
    put: dict[str, int | str] = {flag.column: _SET, flag.time_column: now_ms, "article_key": hashed(article_id)}
    tables.write(Update(LOG, key(reader, article_id), put=put, where=where))


def clear_flag(tables: Tables, reader: int | str, article_id: int, flag: Flag) -> None:
    """Raises ConditionFailed when the flag is not set."""
    drop = (flag.column, flag.time_column)
    tables.write(Update(LOG, key(reader, article_id), drop=drop, where=(equals(flag.column, _SET),)))


def tipped(reader: int, article_id: int, now_ms: int) -> Update:
    """That a tip of this reader was settled; a repetition writes the same."""
    put: dict[str, int | str] = {"is_reward": _SET, "reward_ms": now_ms, "article_key": hashed(article_id)}
    return Update(LOG, key(reader, article_id), put=put)
