"""One row per user of everybody with whom there is a block, either way, so that lists need no other look.

Where there are more than MOST names the row says so, and the blocks themselves are asked about the people at hand.
"""

from __future__ import annotations

from typing import NamedTuple

from feed.domain.ids import hashed
from feed.store.client import Tables
from feed.store.rows import Row, Update, Wanted, equals, missing
from feed.store.schema import HIDDEN

MOST = 200
"""Names of one row: two capacity units at the most."""
_MANY = "many"
_MINE, _THEIRS = "m_", "t_"


class Hidden(NamedTuple):
    ids: frozenset[int] = frozenset()
    many: bool = False


class Named(NamedTuple):
    """One side of one block: the row that should name it, as it was read."""

    user_id: int
    column: str
    row: Row

    @property
    def epoch(self) -> int | None:
        value = self.row.get(self.column)
        return int(value) if value is not None else None

    def renamed(self, epoch: int | None) -> list[Update]:
        """What makes the row name this epoch (None: no block any more); refused when it was changed meanwhile.

        Nothing where it does so already, or says that it names not everybody.
        """
        if self.epoch == epoch or _MANY in self.row:
            return []
        if self.epoch is None and len(decode(self.row).ids) >= MOST:
            return [Update(HIDDEN, key(self.user_id), put={_MANY: 1})]
        where = missing(self.column, never=-1) if self.epoch is None else equals(self.column, self.epoch)
        if epoch is None:
            return [Update(HIDDEN, key(self.user_id), drop=(self.column,), where=(where,))]
        return [Update(HIDDEN, key(self.user_id), put={self.column: epoch}, where=(where,))]


def key(user_id: int) -> tuple[str]:
    return (hashed(user_id),)


def wanted(user_id: int) -> Wanted:
    return Wanted(HIDDEN, [key(user_id)])


def decode(row: Row | None) -> Hidden:
    names = [name for name in row or {} if name.startswith((_MINE, _THEIRS))]
    return Hidden(frozenset(int(name[2:]) for name in names), _MANY in (row or {}))


def both(tables: Tables, user_id: int, other_id: int) -> tuple[Named, Named]:
    """What the rows of two people say of a block of the second by the first: the first one's row, and the other's."""
    found = tables.read(Wanted(HIDDEN, [key(user_id), key(other_id)]))[HIDDEN]
    return (
        Named(user_id, _column(other_id, mine=True), found.get(key(user_id), {})),
        Named(other_id, _column(user_id, mine=False), found.get(key(other_id), {})),
    )


def _column(other_id: int, *, mine: bool) -> str:
    """`mine`: it is the row's own user who blocks."""
    return f"{_MINE if mine else _THEIRS}{other_id}"
