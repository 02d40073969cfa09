"""The session row (未读池): what one reader has changed and seen lately, read beside every page.

`f_<author>` is the entry of a relation, `turned` names the last one that changed, `late_<article>` what came more than
an hour late, `p_<author>` is how far an outbox was pulled, `mark` is the read mark, `seen_day` the last visit,
`refreshed_day` the last time when all of the reader's relation rows were told so, `rebuilding_ms` when somebody last
was about to do that, `acted_ms` the last act on an article.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from feed.domain.ids import hashed
from feed.domain.marks import NOTHING_READ, Mark
from feed.domain.relations import Entry
from feed.store.client import Tables
from feed.store.rows import Row, Update, Value, equals, less_or_missing, missing
from feed.store.schema import SESSIONS

LANDED_MS = 600_000
"""How far the note of a late article and its arrival may lie apart; whoever tries a put again notes it again."""

_ENTRY, _LATE, _PULLED = "f_", "late_", "p_"


class Late(NamedTuple):
    """An article that was put into the inbox long after its place in it."""

    published_ms: int
    put_ms: int

    def encode(self) -> str:
        return f"{self.published_ms}:{self.put_ms}"


class Session(NamedTuple):
    """`left` are the authors whose rows this reader no longer wants to see; days count from 1970."""

    left: frozenset[int] = frozenset()
    entries: Mapping[int, Entry] = {}
    turned: str = ""
    mark: Mark = NOTHING_READ
    notified: Mark = NOTHING_READ
    seen_day: int | None = None
    refreshed_day: int | None = None
    rebuilding_ms: int = 0
    acted_ms: int = 0
    late: Mapping[int, Late] = {}
    pulled: Mapping[int, int] = {}

    @property
    def floor_ms(self) -> int:
        """Nothing below this place in the inbox is unread."""
        return min([self.mark.floor_ms, *(late.published_ms for late in self.late.values())])


def key(user_id: int) -> tuple[str]:
    return (hashed(user_id),)


def column(author_id: int) -> str:
    return f"{_ENTRY}{author_id}"


def entry_of(row: Row | None, author_id: int) -> Entry | None:
    text = row.get(column(author_id)) if row else None
    return Entry.decode(str(text)) if text is not None else None


def find(tables: Tables, user_id: int) -> Session:
    return decode(tables.get(SESSIONS, key(user_id)))


def decode(row: Row | None) -> Session:
    row = row or {}
    entries = {author: Entry.decode(text) for author, text in _named(row, _ENTRY)}
    seen, refreshed = row.get("seen_day"), row.get("refreshed_day")
    return Session(
        left=frozenset(author for author, entry in entries.items() if not entry.on),
        entries=entries,
        turned=str(row.get("turned", "")),
        mark=Mark.decode(str(row["mark"])) if "mark" in row else NOTHING_READ,
        notified=Mark.decode(str(row["notified"])) if "notified" in row else NOTHING_READ,
        seen_day=int(seen) if seen is not None else None,
        refreshed_day=int(refreshed) if refreshed is not None else None,
        rebuilding_ms=int(row.get("rebuilding_ms", 0)),
        acted_ms=int(row.get("acted_ms", 0)),
        late={article: Late(*map(int, text.split(":"))) for article, text in _named(row, _LATE)},
        pulled={author: int(text) for author, text in _named(row, _PULLED)},
    )


def find_entry(tables: Tables, user_id: int, author_id: int) -> Entry | None:
    return entry_of(tables.get(SESSIONS, key(user_id), (column(author_id),)), author_id)


def change_entry(tables: Tables, user_id: int, author_id: int, old: Entry | None, new: Entry, **columns: Value) -> None:
    """Raises ConditionFailed when the entry is not `old` any more. How far the author was pulled is forgotten.

    `columns` as those of `note`.
    """
    name = column(author_id)
    where = equals(name, old.encode()) if old is not None else missing(name, never="")
    put = {name: new.encode(), "turned": f"{author_id}:{new.epoch}", **columns}
    tables.write(Update(SESSIONS, key(user_id), put=put, drop=(f"{_PULLED}{author_id}",), where=(where,)))


def move_mark(
    tables: Tables, user_id: int, column: str, old: Mark, new: Mark, drop: Mapping[int, Late] = MappingProxyType({})
) -> None:
    """Of the column `mark` or `notified`, and without these notes of late articles.

    Raises ConditionFailed when the mark is not `old` any more, or a note not what was read.
    """
    where = [missing(column, never="") if old == NOTHING_READ else equals(column, old.encode())]
    where += [equals(_late_column(article), late.encode()) for article, late in drop.items()]
    dropped = tuple(map(_late_column, drop))
    tables.write(Update(SESSIONS, key(user_id), put={column: new.encode()}, drop=dropped, where=where))


def visited(user_id: int, session: Session, today: int, **columns: Value) -> Update:
    """The day of a visit; marks are written again, so that none expires while its reader comes.

    Refused if one has moved. `columns` as those of `note`.
    """
    marks = {"mark": session.mark, "notified": session.notified}
    kept = {name: mark.encode() for name, mark in marks.items() if mark != NOTHING_READ}
    where = [equals(name, text) for name, text in kept.items()]
    return Update(SESSIONS, key(user_id), put={"seen_day": today, **kept, **columns}, where=where)


def note(user_id: int, **columns: Value) -> Update:
    """seen_day, refreshed_day, rebuilding_ms, acted_ms: the last one to write wins."""
    return Update(SESSIONS, key(user_id), put=columns)


def claim_rebuild(tables: Tables, user_id: int, now_ms: int, for_ms: int) -> None:
    """Raises ConditionFailed when somebody has done so within that time."""
    where = (less_or_missing("rebuilding_ms", now_ms - for_ms),)
    tables.write(Update(SESSIONS, key(user_id), put={"rebuilding_ms": now_ms}, where=where))


def note_late(user_key: str, article_id: int, late: Late) -> Update:
    return Update(SESSIONS, (user_key,), put={_late_column(article_id): late.encode()})


def _late_column(article_id: int) -> str:
    return f"{_LATE}{article_id}"


def note_pulled(user_id: int, session: Session, marks: Mapping[int, int]) -> Update:
    """By author how far the outbox was pulled, -1: not followed. Refused when a relation has changed since then."""
    where = equals("turned", session.turned) if session.turned else missing("turned", never="")
    put = {f"{_PULLED}{author}": sequence for author, sequence in marks.items()}
    return Update(SESSIONS, key(user_id), put=put, where=(where,))


def _named(row: Row, prefix: str) -> list[tuple[int, str]]:
    return [(int(name[len(prefix) :]), str(value)) for name, value in row.items() if name.startswith(prefix)]
