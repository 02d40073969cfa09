"""The registry of authors whose articles are left to their readers: how far each one's outbox has come."""

from __future__ import annotations

from feed.store.client import Tables
from feed.store.rows import Row, Update, Wanted, less_or_missing
from feed.store.schema import PULLS

_KEY = ("all",)
_AUTHOR = "a_"

WANTED = Wanted(PULLS, [_KEY])


def note(author_id: int, sequence: int) -> Update:
    """It only grows: refused where it says so already."""
    name = f"{_AUTHOR}{author_id}"
    return Update(PULLS, _KEY, put={name: sequence}, where=(less_or_missing(name, sequence),))


def find(tables: Tables) -> dict[int, int]:
    """By author, the newest release that was left to readers, by its sequence in the outbox."""
    return decode(tables.get(PULLS, _KEY))


def decode(row: Row | None) -> dict[int, int]:
    return {
        int(name[len(_AUTHOR) :]): int(sequence) for name, sequence in (row or {}).items() if name.startswith(_AUTHOR)
    }
