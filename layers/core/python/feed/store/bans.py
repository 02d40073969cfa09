"""Whose tokens are refused and who is hidden from everybody: few rows, which every instance keeps for seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from feed.domain.bans import Ban, Bearer
from feed.domain.ids import hashed, unhashed
from feed.store.client import Tables
from feed.store.rows import Bound, End, Expect, Put, Row, Update, Value, equals
from feed.store.schema import BANS

KEPT_MS = 2_000
"""How long an instance believes what it has read: by then every one refuses a token, and hides an author."""

_BUCKET = "all"
_CHANGES = "!"
"""The key of the row that counts changes: it sorts before every user's, so a range reads it before what it counts."""


class Bans(NamedTuple):
    """All rows as they stood when `changes` were counted; a row is written before it is counted."""

    changes: int
    by_user: Mapping[int, Ban]
    banned: frozenset[int]

    def refuses(self, bearer: Bearer) -> str:
        """As `Ban.refuses`."""
        ban = self.by_user.get(bearer.user_id)
        return ban.refuses(bearer) if ban is not None else ""


NOBODY = Bans(0, {}, frozenset())


class Told(NamedTuple):
    """A row with who has written it and why, as operators see it."""

    ban: Ban
    by: str
    why: str


def read(tables: Tables, known: Bans | None) -> Bans:
    """One request, a small one unless something has changed since `known`."""
    if known is not None:
        row = tables.get(BANS, (_BUCKET, _CHANGES))
        if _changes(row) == known.changes:
            return known
    changes, rows = 0, []
    start: Bound | None = (_BUCKET, End.MIN)
    while start is not None:
        page = tables.scan(BANS, start, (_BUCKET, End.MAX))
        rows += page.rows
        start = page.next_key
    if rows and rows[0]["user_key"] == _CHANGES:
        changes = _changes(rows[0])
    bans = [_decode(row) for row in rows if row["user_key"] != _CHANGES]
    return Bans(changes, {ban.user_id: ban for ban in bans}, frozenset(ban.user_id for ban in bans if ban.banned))


def find(tables: Tables, user_id: int) -> Told | None:
    row = tables.get(BANS, _key(user_id))
    return Told(_decode(row), str(row["by"]), str(row["why"])) if row else None


def change(old: Ban | None, new: Ban, by: str, why: str) -> Put | Update:
    """Raises ConditionFailed, when it is written, if `old` is not what stands there."""
    columns: dict[str, Value] = {
        "banned": int(new.banned),
        "token_version": new.token_version,
        "since_ms": new.since_ms,
        "by": by,
        "why": why,
    }
    if old is None:
        return Put(BANS, _key(new.user_id), columns, Expect.ABSENT)
    where = (equals("banned", int(old.banned)), equals("token_version", old.token_version))
    return Update(BANS, _key(new.user_id), put=columns, expect=Expect.PRESENT, where=where)


def count_change() -> Update:
    """Has every instance read the rows again; counted once more than there were changes, it does no harm."""
    return Update(BANS, (_BUCKET, _CHANGES), add={"changes": 1})


def _key(user_id: int) -> tuple[str, str]:
    return _BUCKET, hashed(user_id)


def _changes(row: Row | None) -> int:
    return int(row["changes"]) if row else 0


def _decode(row: Row) -> Ban:
    user_id = unhashed(str(row["user_key"]))
    return Ban(user_id, bool(row["banned"]), int(row["token_version"]), int(row["since_ms"]))
