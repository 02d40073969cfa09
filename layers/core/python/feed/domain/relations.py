"""Who follows whom: the epochs that order follows and unfollows, and the answer a client gets."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Status(enum.IntEnum):
    """What api.md calls `status` of GET /v1/follows/{author_id}."""

    FOLLOWING = 1
    NOT_FOLLOWING = 0
    YOURSELF = -1
    NOT_SIGNED_IN = -2


class Entry(NamedTuple):
    """What a reader's session row says of one author: the authority on whether the reader follows."""

    epoch: int
    on: bool

    def encode(self) -> str:
        return f"{self.epoch}:{'on' if self.on else 'off'}"

    @classmethod
    def decode(cls, text: str) -> Entry:
        epoch, _, state = text.partition(":")
        return cls(int(epoch), state == "on")


class Relation(NamedTuple):
    """One row of the relation table; a row that is switched off keeps its epoch, so that no older put revives it."""

    follower_id: int
    author_id: int
    epoch: int
    followed_ms: int | None

    @property
    def on(self) -> bool:
        return self.followed_ms is not None


def current_entry(entry: Entry | None, relation: Relation | None) -> Entry:
    """The session row's word if it has one, else the relation row's (an imported or long-standing follow)."""
    if entry is not None:
        return entry
    return Entry(relation.epoch, relation.on) if relation is not None else Entry(0, False)


def next_entry(current: Entry, *, on: bool, now_ms: int) -> Entry:
    """Epochs only grow, and are never below the clock: a purged row's epoch stays behind every later one."""
    return Entry(max(current.epoch + 1, now_ms), on)


def agrees(relation: Relation | None, entry: Entry) -> bool:
    """Whether the relation row has caught up with the session entry."""
    if relation is None:
        return not entry.on
    return relation.on == entry.on and relation.epoch >= entry.epoch
