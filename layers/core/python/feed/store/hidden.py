"""One row per user of everybody with whom there is a block, either way, so that lists need no other look.

Where there are more than MOST names the row says so, and the blocks themselves are asked about the people at hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from feed.domain.ids import hashed
from feed.store.client import Tables
from feed.store.rows import Row, Update, Wanted, equals, less_or_missing
from feed.store.schema import HIDDEN

MOST = 200
"""Names of one row: two capacity units at the most."""
_MANY = "many"
_MINE, _THEIRS = "m_", "t_"


@dataclass(frozen=True)
class Hidden:
    ids: frozenset[int] = frozenset()
    many: bool = False


def key(user_id: int) -> tuple[str]:
    return (hashed(user_id),)


def wanted(user_id: int) -> Wanted:
    return Wanted(HIDDEN, [key(user_id)])


def decode(row: Row | None) -> Hidden:
    names = [name for name in row or {} if name.startswith((_MINE, _THEIRS))]
    return Hidden(frozenset(int(name[2:]) for name in names), _MANY in (row or {}))


def find(tables: Tables, user_id: int) -> Hidden:
    return decode(tables.get(HIDDEN, key(user_id)))


def add(user_id: int, other_id: int, epoch: int, *, mine: bool, many: bool) -> Update:
    """`mine`: it is the user who blocks; `many`: the row is full. Refused when a later block stands there."""
    if many:
        return Update(HIDDEN, key(user_id), put={_MANY: 1})
    name = _column(other_id, mine=mine)
    return Update(HIDDEN, key(user_id), put={name: epoch}, where=(less_or_missing(name, epoch),))


def remove(user_id: int, other_id: int, epoch: int, *, mine: bool) -> Update:
    """Refused when it is another block by now."""
    name = _column(other_id, mine=mine)
    return Update(HIDDEN, key(user_id), drop=(name,), where=(equals(name, epoch),))


def _column(other_id: int, *, mine: bool) -> str:
    return f"{_MINE if mine else _THEIRS}{other_id}"
