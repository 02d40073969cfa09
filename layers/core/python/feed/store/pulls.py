"""The registry of authors whose articles are left to their readers: how far each one's outbox has come."""

from __future__ import annotations

from feed.store.client import Tables
from feed.store.rows import Update, less_or_missing
from feed.store.schema import PULLS

_KEY = ("all",)
_AUTHOR = "a_"


def note(author_id: int, sequence: int) -> Update:
    """It only grows: refused where it says so already."""
    name = f"{_AUTHOR}{author_id}"
    return Update(PULLS, _KEY, put={name: sequence}, where=(less_or_missing(name, sequence),))


def find(tables: Tables) -> dict[int, int]:
    """By author, the newest release that was left to readers, by its sequence in the outbox."""
    row = tables.get(PULLS, _KEY) or {}
    return {int(name[len(_AUTHOR) :]): int(value) for name, value in row.items() if name.startswith(_AUTHOR)}
