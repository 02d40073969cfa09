"""The session row (未读池): what one reader has changed lately, read beside every page."""

from __future__ import annotations

from feed.domain.ids import hashed
from feed.domain.relations import Entry
from feed.store.client import Tables
from feed.store.rows import Row, Update, equals, missing
from feed.store.schema import SESSIONS

_PREFIX = "f_"


def key(user_id: int) -> tuple[str]:
    return (hashed(user_id),)


def column(author_id: int) -> str:
    return f"{_PREFIX}{author_id}"


def entry_of(row: Row | None, author_id: int) -> Entry | None:
    text = row.get(column(author_id)) if row else None
    return Entry.decode(str(text)) if text is not None else None


def left_authors(row: Row | None) -> frozenset[int]:
    """Authors whose rows this reader no longer wants to see."""
    entries = ((name, str(value)) for name, value in (row or {}).items() if name.startswith(_PREFIX))
    return frozenset(int(name[len(_PREFIX) :]) for name, text in entries if not Entry.decode(text).on)


def find(tables: Tables, user_id: int) -> Row | None:
    return tables.get(SESSIONS, key(user_id))


def find_entry(tables: Tables, user_id: int, author_id: int) -> Entry | None:
    return entry_of(tables.get(SESSIONS, key(user_id), (column(author_id),)), author_id)


def change_entry(tables: Tables, user_id: int, author_id: int, old: Entry | None, new: Entry) -> None:
    """Raises ConditionFailed when the entry is not `old` any more."""
    name = column(author_id)
    where = equals(name, old.encode()) if old is not None else missing(name, never="")
    tables.write(Update(SESSIONS, key(user_id), put={name: new.encode()}, where=(where,)))
