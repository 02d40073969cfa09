"""What a person leaves in rows: whom rows are looked at for, and what is written so that one names them no more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from feed.domain.fanout import SET_ASIDE
from feed.domain.ids import hashed
from feed.store.rows import Delete, Expect, Key, Row, Value, Write
from feed.store.schema import KEY_NAMES, TABLES

_LONG_ID = 10**7


@dataclass(frozen=True)
class Person:
    """`articles` are theirs, as far as they are known. `pseudonym` stands for them in what is kept of money.

    `settled`: no order has named them for minutes, so that every call that knew one as theirs is over.
    """

    id: int
    articles: frozenset[int] = frozenset()
    pseudonym: int = 0
    settled: bool = True

    @cached_property
    def key(self) -> str:
        return hashed(self.id)

    @cached_property
    def pseudonym_key(self) -> str:
        return hashed(self.pseudonym)

    @cached_property
    def _article_names(self) -> frozenset[Value]:
        return self.articles | {hashed(article_id) for article_id in self.articles}

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Their id, the shard where they were set aside, and their articles' ids in digits, where they are so long that
        they are no other number."""
        ids = (self.id, SET_ASIDE + self.id, *self.articles)
        return frozenset(str(id) for id in ids if id >= _LONG_ID)

    def is_named(self, value: Value | None) -> bool:
        """By their id or their key."""
        return value in (self.id, self.key)

    def wrote(self, value: Value | None) -> bool:
        """Whether it is the id or the key of an article of theirs."""
        return value in self._article_names


class Recounts(NamedTuple):
    """Whose counters have counted what is erased: articles, people by their followers, and by whom they follow."""

    articles: Sequence[int] = ()
    followers: Sequence[int] = ()
    following: Sequence[int] = ()


_NUMBERED = frozenset(table.name for table in TABLES if table.auto_increment)
NOTHING_COUNTED = Recounts()


class Undo(NamedTuple):
    """What is done about one row: first the recounts, then `first`, then `then`.

    `waits` says why nothing can be done yet; without writes, the next look does it.
    """

    then: Sequence[Write] = ()
    first: Sequence[Write] = ()
    recounts: Recounts = NOTHING_COUNTED
    waits: str = ""


def key_of(table: str, row: Row) -> Key:
    return tuple(row[name] for name in KEY_NAMES[table])


def gone(table: str, row: Row, recounts: Recounts = NOTHING_COUNTED) -> Undo:
    expect = Expect.PRESENT if table in _NUMBERED else Expect.ANYTHING
    return Undo((Delete(table, key_of(table, row), expect=expect),), recounts=recounts)


def named_cells(row: Row, prefixes: Iterable[str], id: int) -> list[str]:
    """Columns of this row that are called after the id."""
    return [name for prefix in prefixes if (name := f"{prefix}{id}") in row]
