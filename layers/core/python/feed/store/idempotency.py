"""What a client's Idempotency-Key has been used for, for a day."""

from __future__ import annotations

from dataclasses import dataclass

from feed.domain.ids import hashed
from feed.errors import ConditionFailed, Reload
from feed.store.client import Tables
from feed.store.rows import Expect, Put, Update, equals
from feed.store.schema import IDEMPOTENCY


@dataclass(frozen=True)
class Claim:
    """The id and the time that the first request with this key chose."""

    article_id: int
    now_ms: int


def claim(tables: Tables, user_id: int, key: str, body_hash: str, article_id: int, now_ms: int) -> Claim:
    """Put first, read only when the key is taken; raises Reload when it was used for another body."""
    row_key = (hashed(user_id), key)
    columns: dict[str, int | str] = {"body_hash": body_hash, "article_id": article_id, "now_ms": now_ms}
    try:
        tables.write(Put(IDEMPOTENCY, row_key, columns, Expect.ABSENT))
    except ConditionFailed:
        row = tables.get(IDEMPOTENCY, row_key)
        if row is None:
            return claim(tables, user_id, key, body_hash, article_id, now_ms)
        if row["body_hash"] != body_hash:
            message = "This Idempotency-Key was used with another request body less than 24 hours ago."
            raise Reload(message, code="idempotency_conflict") from None
        return Claim(int(row["article_id"]), int(row["now_ms"]))
    return Claim(article_id, now_ms)


def rebind(tables: Tables, user_id: int, key: str, taken_id: int, article_id: int) -> None:
    """The claimed id turned out to be somebody else's; raises ConditionFailed if that was noticed before."""
    where = (equals("article_id", taken_id),)
    tables.write(Update(IDEMPOTENCY, (hashed(user_id), key), put={"article_id": article_id}, where=where))
