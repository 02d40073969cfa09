"""How a block begins and ends: its own row first, which decides; then the follows and the rows of hidden people.

A block counts once the hidden rows name it, and they do so after both follows have ended: whoever finds it named there
has nothing left to do. Each step is conditional on what was read before the block's row was, and the row is read once
more at the end; so what is late is refused, and of two that race, the one that is last makes everything agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import BaseModel

from feed.domain.relations import current_entry, next_entry
from feed.errors import Busy, ConditionFailed, NotFound, Reload
from feed.operations._fields import Id, PublicRequest
from feed.operations.follow._change import Found, finish, look, turn
from feed.store import blocks, hidden, users, work
from feed.store.hidden import Hidden
from feed.store.rows import Wanted
from feed.store.schema import HIDDEN, USERS
from feed.store.work import Work

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables

BLOCK = "block"
_GUARD_MS = 60_000
_TRIES = 5


class Request(PublicRequest):
    user_id: Id


class Response(BaseModel):
    blocked: bool


def check_other(tables: Tables, user_id: int, other_id: int) -> Hidden:
    """The user's hidden people. Raises Reload for one's own account, NotFound for an id without a user row."""
    if user_id == other_id:
        raise Reload("Nobody can block their own account.", code="own_account")
    found = tables.read(Wanted(USERS, [users.key(other_id)], ("user_id",)), hidden.wanted(user_id))
    if not found[USERS]:
        raise NotFound(f"There is no user {other_id}.")
    return hidden.decode(found[HIDDEN].get(hidden.key(user_id)))


@contextmanager
def guarded(user_id: int, other_id: int, call: Call, tables: Tables) -> Iterator[None]:
    """A work row stands from before the change until everything agrees with it; each call has its own. Raises Busy."""
    guard = Work(call.now_ms + _GUARD_MS, BLOCK, f"{user_id}:{other_id}:{call.random_bits(48)}")
    if tables.write_many([work.put(guard, call.trace_id)]):
        raise Busy("Tablestore is busy; nothing was changed, try again.")
    yield
    tables.write_many([work.remove(guard)])


def settle(user_id: int, other_id: int, tables: Tables, call: Call) -> int | None:
    """Make follows and hidden rows agree with the block's row; its epoch, None without a block.

    Raises Reload when others keep changing it.
    """
    for _ in range(_TRIES):
        named = hidden.both(tables, user_id, other_id)
        epoch = blocks.epoch_of(tables, user_id, other_id)
        if all(side.epoch == epoch for side in named):
            return epoch
        if epoch is not None and not _end_follows(user_id, other_id, epoch, tables, call):
            continue
        renamed = [update for side in named for update in side.renamed(epoch)]
        failed = tables.write_many(renamed) if renamed else []
        if any(not row.refused for row in failed):
            raise Busy("Tablestore is busy; what is left to do follows within two minutes.")
        if not failed and blocks.epoch_of(tables, user_id, other_id) == epoch:
            return epoch
    raise Reload("This block is being changed elsewhere at the same time; try again.")


def _end_follows(user_id: int, other_id: int, epoch: int, tables: Tables, call: Call) -> bool:
    """Both; False when the block is over, or a follow came in between."""
    return all(
        _end_follow(look(tables, *pair), (user_id, other_id, epoch), tables, call)
        for pair in ((user_id, other_id), (other_id, user_id))
    )


def _end_follow(found: Found, block: tuple[int, int, int], tables: Tables, call: Call) -> bool:
    """By a change of its entry even where that is off, so that no follow goes through that began before the block.

    The block is looked for after the entry: a follow that came after its end must stay.
    """
    if found.entry is None and found.relation is None:
        return True
    user_id, other_id, epoch = block
    if blocks.epoch_of(tables, user_id, other_id) != epoch:
        return False
    current = current_entry(found.entry, found.relation)
    try:
        turn(found, next_entry(current, on=False, now_ms=call.now_ms), tables, call.now_ms, call.trace_id)
    except ConditionFailed:
        found = look(tables, found.follower_id, found.author_id)
        if found.entry is None or found.entry.on:
            return False
        finish(tables, found.follower_id, found.author_id, call.now_ms)  # who has ended it meanwhile may be slow
    return True
