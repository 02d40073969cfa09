"""Blocks: a row says that one person has blocked another; it is the authority, both ways."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from feed.domain.ids import hashed, unhashed
from feed.errors import ConditionFailed
from feed.store.client import Tables
from feed.store.rows import Delete, End, Expect, Key, Put, Row, Wanted, equals
from feed.store.schema import BLOCKS

MOST = 2_000
_CHANCE_BITS = 20


def key(user_id: int, other_id: int) -> tuple[str, str]:
    return hashed(user_id), hashed(other_id)


def wanted(user_id: int, other_ids: Iterable[int]) -> Wanted:
    """The rows between a user and others, either way."""
    keys = [pair for other in other_ids for pair in (key(user_id, other), key(other, user_id))]
    return Wanted(BLOCKS, keys, ("epoch",))


def others(found: Iterable[Key], user_id: int) -> frozenset[int]:
    """Whom the rows found by `wanted` part from the user."""
    own = hashed(user_id)
    return frozenset(unhashed(str(second if first == own else first)) for first, second in found)


def between(tables: Tables, user_id: int, other_id: int) -> bool:
    return bool(tables.read(wanted(user_id, [other_id]))[BLOCKS])


def among(tables: Tables, user_id: int, other_ids: Iterable[int]) -> frozenset[int]:
    """With which of these there is a block, either way; one request for up to fifty."""
    return others(tables.read(wanted(user_id, other_ids))[BLOCKS], user_id)


def new_epoch(now_ms: int, random_bits: int) -> int:
    """When a block begins, and chance behind it, so that no two blocks of the same people have the same one."""
    return now_ms << _CHANCE_BITS | (random_bits & (1 << _CHANCE_BITS) - 1)


def began_ms(epoch: int) -> int:
    return epoch >> _CHANCE_BITS


def epoch_of(tables: Tables, user_id: int, other_id: int) -> int | None:
    """Of the block that stands; None without one."""
    row = tables.get(BLOCKS, key(user_id, other_id))
    return int(row["epoch"]) if row else None


def begin(user_id: int, other_id: int, epoch: int) -> Put:
    """Refused when there is one."""
    return Put(BLOCKS, key(user_id, other_id), {"epoch": epoch}, Expect.ABSENT)


def end(tables: Tables, user_id: int, other_id: int, epoch: int) -> None:
    """Nothing happens when it is another block by now."""
    with suppress(ConditionFailed):
        tables.write(Delete(BLOCKS, key(user_id, other_id), where=(equals("epoch", epoch),)))


def of_user(tables: Tables, user_id: int) -> list[tuple[int, int]]:
    """(epoch, other) of everybody whom a user has blocked, at most MOST and a few that raced; newest first."""
    user = hashed(user_id)
    page = tables.scan(BLOCKS, (user, End.MIN), (user, End.MAX), columns=("epoch",))
    return sorted(map(_decode, page.rows), reverse=True)


def _decode(row: Row) -> tuple[int, int]:
    return int(row["epoch"]), unhashed(str(row["other_key"]))
