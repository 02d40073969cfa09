"""The notification table: one row per cause under a natural key, put at most once and taken back for good."""

from __future__ import annotations

import hashlib

from feed.domain.ids import hashed
from feed.domain.notices import Kind, Notice, Place, Told
from feed.store.client import Tables
from feed.store.rows import FIRST_STAMP, STAMP, End, Expect, Key, Put, Row, Update, Value
from feed.store.schema import NOTIFICATIONS

_GONE = "gone"
_COLUMNS = ("actor", "article", "fen", _GONE)


def tell(user_id: int, notice: Notice, *, on: bool) -> Put | Update:
    """Put it there, refused where it is or was taken back; or take it back: in whatever order both land, it is gone.

    What was taken back keeps its columns, and with them the time at which it arrived.
    """
    key = (hashed(user_id), notice.at_ms, notice.event)
    if not on:
        return Update(NOTIFICATIONS, key, put={_GONE: 1})
    columns: dict[str, Value] = {"actor": notice.actor_id}
    if notice.article_id is not None:
        columns["article"] = notice.article_id
    if notice.fen is not None:
        columns["fen"] = notice.fen
    return Put(NOTIFICATIONS, key, columns, Expect.ABSENT)


def page(tables: Tables, user_id: int, before: Key | None, limit: int, floor_ms: int = 0) -> tuple[list[Told], bool]:
    """Rows below the place, newest first, none before the floor, and whether there are more; also what is gone."""
    user = hashed(user_id)
    start = (user, *before) if before else (user, End.MAX, End.MAX)
    found = tables.scan(
        NOTIFICATIONS,
        start,
        (user, floor_ms, End.MIN),
        columns=_COLUMNS,
        # a backward range includes its start: the place itself is read again and left out
        limit=limit + (before is not None),
        backward=True,
        stamped=True,
    )
    rows = [row for row in map(_decode, found.rows) if row.place != before]
    return rows, found.next_key is not None


def _decode(row: Row) -> Told:
    place = int(row["at_ms"]), str(row["event"])
    gone_ms = int(row[STAMP]) if _GONE in row else None
    return Told(place, _id(place), _notice(row, place), int(row[FIRST_STAMP]), gone_ms)


def _notice(row: Row, place: Place) -> Notice | None:
    if "actor" not in row:
        return None
    kind, _, about = place[1].partition(":")
    article, fen = row.get("article"), row.get("fen")
    return Notice(
        kind=Kind(kind),
        at_ms=place[0],
        actor_id=int(row["actor"]),
        article_id=int(article) if article is not None else None,
        fen=int(fen) if fen is not None else None,
        order_id=about if kind == Kind.TIP.value else "",
    )


def _id(place: Place) -> int:
    """63 bits that stand for a row in a read mark."""
    digest = hashlib.blake2b(f"{place[0]}:{place[1]}".encode(), digest_size=8, person=b"feed-notice").digest()
    return int.from_bytes(digest, "big") >> 1
