"""What an inbox may lack because its reader was away, or because an author's followers are too many to be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from feed.domain.warmth import DAY_MS, Due, due
from feed.errors import Busy, ConditionFailed
from feed.operations._catch_up import Position, Visit, read_stretch
from feed.operations._pull import Pulled, pull
from feed.store import pulls, sessions

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.sessions import Session
    from feed.wiring import World

REBUILD = "rebuild-inbox"
CLAIMED_MS = 60_000
"""For so long a page leaves the inbox to whoever has begun to rebuild it; who goes on says so again."""
KEPT_MS = 2_000
"""How long an instance believes what it has read of the outboxes that are left to readers."""
_INLINE_S = 1.5
_INLINE_REQUESTS = 120
"""What a page may spend on it; the rest is done behind its back."""


class Freshened(NamedTuple):
    """The session as it is then.

    `changed`: rows were put, so that what was read before lacks them; `rebuilding`: some are still to come; `alone`:
    the reader follows nobody.
    """

    session: Session
    changed: bool = False
    rebuilding: bool = False
    alone: bool = False


def freshen(session: Session, call: Call, world: World, *, first: bool, counts: bool = False) -> Freshened:
    """Before a look into the inbox; `first` is a walk's first page or, as `counts` says, no page at all."""
    visited = _visited(session, call, world, first=first)
    if not first or visited.alone:
        return visited
    try:
        left = _left_to_readers(session, call, world, counts=counts)
        pulled = pull(visited.session, left, call, world.tables) if left else Pulled()
        if pulled.found:
            session = sessions.find(world.tables, call.require_caller())
            visited = visited._replace(session=session, changed=True)
    except Busy:
        return visited._replace(changed=True, rebuilding=True)
    return visited._replace(rebuilding=visited.rebuilding or pulled.more)


def _left_to_readers(session: Session, call: Call, world: World, *, counts: bool) -> Mapping[int, int]:
    """How far the outboxes have come that are left to readers.

    Where none are, a reader's first page of a day asks all the same, for what was left before that was switched off;
    so does every page of who has found something then.
    """
    returns = not counts and session.seen_day != call.now_ms // DAY_MS
    if not (world.settings.pull_followers or session.pulled or returns):
        return {}
    return world.lately("left to readers", KEPT_MS, lambda: pulls.find(world.tables))


def _visited(session: Session, call: Call, world: World, *, first: bool) -> Freshened:
    what = due(session.refreshed_day, call.now_ms // DAY_MS)
    if not first or what is Due.NOTHING:
        return Freshened(session, rebuilding=what is Due.REBUILD)
    try:
        if what is Due.REBUILD:
            return _rebuild(session, call, world)
        if session.rebuilding_ms + DAY_MS < call.now_ms:
            sessions.claim_rebuild(world.tables, call.require_caller(), call.now_ms, DAY_MS)
            go_on_later(call.require_caller(), call.now_ms // DAY_MS, None, world)
    except ConditionFailed:  # somebody else is about to do it
        return Freshened(session, rebuilding=what is Due.REBUILD)
    except Busy:  # a later page will do it
        return Freshened(session, changed=what is Due.REBUILD, rebuilding=what is Due.REBUILD)
    return Freshened(session)


def go_on_later(reader: int, day: int, behind: Position | None, world: World) -> None:
    """The rest of a visit of that day, in a function of its own. Raises Busy."""
    world.invoke_async(REBUILD, {"reader_id": reader, "day": day, "behind": behind})


def _rebuild(session: Session, call: Call, world: World) -> Freshened:
    """As much of it as a page may spend on it; a reader whose follows are all of today needs nothing but the stamp."""
    tables, reader, today = world.tables, call.require_caller(), call.now_ms // DAY_MS
    stretch = read_stretch(reader, None, tables)
    changed = False
    if stretch.untold(today) or stretch.more:
        sessions.claim_rebuild(tables, reader, call.time_ms(), CLAIMED_MS)
        visit = Visit(reader, session.refreshed_day, call, tables, _budget(call))
        behind = visit.catch_up(stretch)
        while behind is not None and visit.may_go_on():
            behind = visit.catch_up(read_stretch(reader, behind, tables))
        if behind is not None:
            with suppress(Busy):
                go_on_later(reader, today, behind, world)
            return Freshened(sessions.find(tables, reader), changed=True, rebuilding=True)
        session = sessions.find(tables, reader) if visit.found else session
        changed = visit.found
    try:
        tables.write(sessions.visited(reader, session, today, refreshed_day=today))
    except ConditionFailed:  # another device has moved a mark
        tables.write(sessions.note(reader, refreshed_day=today))
    session = session._replace(refreshed_day=today, seen_day=today)
    return Freshened(session, changed, alone=not stretch.follows)


def _budget(call: Call) -> Callable[[], bool]:
    """Whether a page may go on with what it has just begun."""
    most, until_s = call.spent.requests + _INLINE_REQUESTS, call.seconds_left() - _INLINE_S
    return lambda: call.spent.requests < most and call.seconds_left() > until_s
