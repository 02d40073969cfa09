"""Read marks: up to which arrival somebody has seen a list, exact where stamps are equal or step back a little."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterable
from typing import NamedTuple

from feed.errors import InvalidRequest

STEP_BACK_MS = 2_000
"""Stamps of one table are made by several servers: one that is older by this much may still be on its way."""
LOOK_BACK_MS = 3_600_000
"""Whatever was put within an hour of its place in the list is found above (mark - LOOK_BACK_MS)."""
MOST_IDS = 150

_HEAD = struct.Struct(">QQ")
_ID_BYTES = 8


class Mark(NamedTuple):
    """Everything that arrived up to `since_ms` is read, of what arrived later only what `ids` names.

    `ms` is the newest arrival that is read.
    """

    ms: int
    since_ms: int
    ids: frozenset[int] = frozenset()

    def covers(self, arrived_ms: int, id: int) -> bool:
        return arrived_ms <= self.since_ms or id in self.ids

    @property
    def floor_ms(self) -> int:
        """Nothing below this place in the list is unread, unless it was late and noted as such."""
        return max(0, self.ms - LOOK_BACK_MS)

    def merged(self, other: Mark) -> Mark:
        """What is read when both are; never less than either."""
        newer, older = (self, other) if (self.ms, self.since_ms) >= (other.ms, other.since_ms) else (other, self)
        since = max(newer.since_ms, older.since_ms)
        ids = newer.ids if older.ms <= since else newer.ids | older.ids
        if len(ids) > MOST_IDS:
            since, ids = max(since, older.ms), newer.ids
        return Mark(newer.ms, since, ids)

    def encode(self) -> str:
        ids = b"".join(id.to_bytes(_ID_BYTES, "big") for id in sorted(self.ids))
        raw = _HEAD.pack(self.ms, self.ms - self.since_ms) + ids
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Mark:
        """Raises InvalidRequest."""
        try:
            raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
            ms, window = _HEAD.unpack_from(raw)
        except (ValueError, binascii.Error, struct.error):
            raise refused() from None
        ids = raw[_HEAD.size :]
        if len(ids) % _ID_BYTES or len(ids) > MOST_IDS * _ID_BYTES or window > ms:
            raise refused()
        cut = (ids[at : at + _ID_BYTES] for at in range(0, len(ids), _ID_BYTES))
        return cls(ms, ms - window, frozenset(int.from_bytes(id, "big") for id in cut))


NOTHING_READ = Mark(0, 0)


def mark_of(arrivals: Iterable[tuple[int, int]], before: Mark, unseen_ms: int | None = None) -> Mark:
    """The mark of who has looked at these (arrival, id) as well as at what `before` covers.

    `unseen_ms`: from then on more has arrived, elsewhere, that was not looked at. The window in which ids are named is
    shorter where too many would be.
    """
    new = {id: ms for ms, id in arrivals if not before.covers(ms, id)}
    if not new:
        return before
    ms = max(before.ms, *new.values())
    since = max(before.since_ms, ms - STEP_BACK_MS if unseen_ms is None else min(ms - STEP_BACK_MS, unseen_ms))
    kept = before.ids if before.ms > since else frozenset()
    if len(kept) + sum(arrived > since for arrived in new.values()) > MOST_IDS:
        since, kept = max(since, before.ms), frozenset()
    named = sorted((arrived for arrived in new.values() if arrived > since), reverse=True)
    if len(named) > MOST_IDS:
        since = named[MOST_IDS]
    return Mark(ms, since, kept | {id for id, arrived in new.items() if arrived > since})


def refused() -> InvalidRequest:
    return InvalidRequest("The mark is damaged.", fields={"mark": "It is not one that this list has given."})
