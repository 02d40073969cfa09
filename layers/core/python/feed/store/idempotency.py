"""What a client's Idempotency-Key has been used for, for a day."""

from __future__ import annotations

from typing import NamedTuple

from feed.domain.ids import hashed
from feed.errors import ConditionFailed, Reload
from feed.store.client import Tables
from feed.store.rows import Expect, Put, Update, equals
from feed.store.schema import IDEMPOTENCY


class Claim(NamedTuple):
    """The id (of what it makes) and the time that the first request with this key chose."""

    id: str
    now_ms: int


def claim(tables: Tables, user_id: int, key: str, body_hash: str, id: str, now_ms: int) -> Claim:
    """Put first, read only when the key is taken; raises Reload when it was used for another body."""
    columns: dict[str, int | str] = {"body_hash": body_hash, "id": id, "now_ms": now_ms}
    try:
        tables.write(Put(IDEMPOTENCY, (hashed(user_id), key), columns, Expect.ABSENT))
    except ConditionFailed:
        claimed = find(tables, user_id, key, body_hash)
        return claimed or claim(tables, user_id, key, body_hash, id, now_ms)
    return Claim(id, now_ms)


def find(tables: Tables, user_id: int, key: str, body_hash: str) -> Claim | None:
    """What an earlier request with this key chose; raises Reload when it had another body."""
    row = tables.get(IDEMPOTENCY, (hashed(user_id), key))
    if row is None:
        return None
    if row["body_hash"] != body_hash:
        message = "This Idempotency-Key was used with another request body less than 24 hours ago."
        raise Reload(message, code="idempotency_conflict")
    return Claim(str(row["id"]), int(row["now_ms"]))


def rebind(tables: Tables, user_id: int, key: str, taken_id: str, id: str) -> None:
    """The claimed id turned out to be somebody else's; raises ConditionFailed if that was noticed before."""
    where = (equals("id", taken_id),)
    tables.write(Update(IDEMPOTENCY, (hashed(user_id), key), put={"id": id}, where=where))
