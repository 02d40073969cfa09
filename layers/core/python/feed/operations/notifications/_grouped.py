"""Notifications told together: those of one kind, about one article, on one day in UTC.

A walk goes day by day, so that a group is whole, and sees each day as it stood when the walk began: what arrives later
is another walk's, and what was taken back since keeps its place, so that no group comes twice or not at all. Of a day
with more notifications than one page may read, the newest are grouped for themselves, and so are those behind them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel

from feed.domain import cursors
from feed.domain.marks import Mark, mark_of
from feed.domain.notices import DAY_MS, Kind, Notice, Place, Told, groups
from feed.operations._cards import Person
from feed.operations._fields import Rfc3339
from feed.operations._pages import MOST_LOOKED_AT, MOST_PER_ROUND
from feed.operations.notifications._look import About, Look, Shown, begin
from feed.store import notifications

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables

_LIST = "notifications grouped"
_NAMED = 3
"""People whom a group names; the others are a number."""
_FIRST_LOOK = 200
_LEAST = 10
"""Groups looked at again where some could not be shown, so that a page needs few rounds."""
_TOP: Place = (2**53 - 1, "")
"""Above every notification."""


class Group(BaseModel):
    """`users` are the newest, `others` how many more people; `at` is the newest's time, `amount_fen` the sum."""

    kind: Kind
    article: About | None
    users: list[Person]
    others: int
    amount_fen: int | None
    at: Rfc3339
    unread: bool


class Grouped(NamedTuple):
    items: list[Group]
    next_cursor: str | None
    mark: Mark


class _Stand(NamedTuple):
    """How far a walk has come: next is what lies below `top`; and, where `last` is the place of a group shown, in the
    same stretch, which ends with `end`, what stood below that when the walk began.
    """

    until_ms: int
    top: Place
    end: Place | None = None
    last: Place | None = None


class _Candidate(NamedTuple):
    """Notifications of one subject as they stood when the walk began, newest first; `after` is behind them."""

    rows: list[Told]
    after: _Stand


def grouped(size: int, cursor: str | None, call: Call, tables: Tables) -> Grouped:
    """A page of groups, by their newest notification; short, with a cursor, when it has read 5,000 rows for it."""
    stand = _opened(cursor, call)
    top = stand.top if stand is not None else _TOP
    look, (rows, more) = begin(
        call, tables, lambda: notifications.page(tables, call.require_caller(), top, _FIRST_LOOK)
    )
    if stand is None:
        stand = _Stand(max([call.now_ms, *(row.arrived_ms for row in rows)]), _TOP)
    walk = _Walk(look, stand, stand, rows, more, len(rows))
    items: list[Group] = []
    passed: list[Told] = []
    while len(items) < size and (candidates := walk.ahead(max(size - len(items), _LEAST if passed else 0))):
        for candidate, group in zip(candidates, _shown(candidates, look), strict=True):
            if len(items) == size:
                break
            walk.pass_by(candidate)
            passed += candidate.rows
            items += [group] if group is not None else []
    mark = mark_of(((row.arrived_ms, row.id) for row in passed), look.mark)
    return Grouped(items, None if walk.over else _sealed(walk.stand, call), mark)


@dataclass
class _Walk:
    """`stand` is behind what was passed, `next` behind what was taken in; `rows` were read and not taken in yet."""

    look: Look
    stand: _Stand
    next: _Stand
    rows: list[Told]
    more: bool
    looked_at: int
    ready: list[_Candidate] = field(default_factory=list)
    took_in: bool = False

    @property
    def over(self) -> bool:
        return not (self.ready or self.rows or self.more)

    def ahead(self, count: int) -> list[_Candidate]:
        """The next so many, if the page may read as far as that."""
        while len(self.ready) < count and self._take_in():
            pass
        return self.ready[:count]

    def pass_by(self, candidate: _Candidate) -> None:
        self.ready.remove(candidate)
        self.stand = candidate.after

    def _take_in(self) -> bool:
        """The next stretch: the rest of a day, or as much of it as a page may read. False when there is none."""
        now = self.next
        while (inside := self._inside()) == len(self.rows) and self.more:
            if self.looked_at >= MOST_LOOKED_AT:
                if self.took_in:
                    return False
                break
            self._read()
        if not self.rows:
            return False
        rows, self.rows = self.rows[:inside], self.rows[inside:]
        whole = self.rows or not self.more
        end = (now.end or (rows[0].day * DAY_MS, "")) if whole else rows[-1].place
        self.next, self.took_in = _Stand(now.until_ms, end), True
        found = [group for group in groups(rows, now.until_ms) if now.last is None or group[0].place < now.last]
        behind = [_Stand(now.until_ms, now.top, end, group[0].place) for group in found[:-1]] + [self.next]
        if not (self.ready or found):
            self.stand = self.next
        self.ready += map(_Candidate, found, behind)
        return True

    def _inside(self) -> int:
        """How many of the rows belong to the stretch that is next, as far as they were read."""
        end = self.next.end or (self.rows[0].day * DAY_MS, "") if self.rows else None
        return next((at for at, row in enumerate(self.rows) if end is not None and row.place < end), len(self.rows))

    def _read(self) -> None:
        look, below = self.look, self.rows[-1].place if self.rows else self.next.top
        limit = min(MOST_PER_ROUND, MOST_LOOKED_AT - self.looked_at)
        found, self.more = notifications.page(look.tables, look.call.require_caller(), below, limit)
        self.rows += found
        self.looked_at += len(found)


def _shown(candidates: list[_Candidate], look: Look) -> list[Group | None]:
    """As they stand now, None where nothing is left to show."""
    standing = look.standing(row for candidate in candidates for row in candidate.rows)
    left = [[row for row in candidate.rows if row.id in standing] for candidate in candidates]
    people = [_people(standing[row.id] for row in rows) for rows in left]
    found = look.show(notice for named in people for notice in named[:_NAMED])
    return [_group(rows, standing, named, found, look) for rows, named in zip(left, people, strict=True)]


def _people(notices: Iterable[Notice]) -> list[Notice]:
    """The first of each person."""
    first: dict[int, Notice] = {}
    for notice in notices:
        first.setdefault(notice.actor_id, notice)
    return list(first.values())


def _group(
    rows: list[Told], standing: dict[int, Notice], people: list[Notice], found: Shown, look: Look
) -> Group | None:
    if not people or not found.shows(people[0]):
        return None
    newest = people[0]
    return Group(
        kind=newest.kind,
        article=found.about(newest),
        users=[found.people[notice.actor_id] for notice in people[:_NAMED]],
        others=max(0, len(people) - _NAMED),
        amount_fen=sum(standing[row.id].fen or 0 for row in rows) if newest.kind is Kind.TIP else None,
        at=newest.at_ms,
        unread=any(look.is_unread(row) for row in rows),
    )


def _opened(cursor: str | None, call: Call) -> _Stand | None:
    """Raises InvalidRequest."""
    if cursor is None:
        return None
    begun, between = (int, int, str), (int, int, str, int, str, int, str)
    until_ms, at_ms, event, *rest = cursors.decode(_LIST, call.caller, cursor, begun, between)
    if not rest:
        return _Stand(until_ms, (at_ms, event))
    return _Stand(until_ms, (at_ms, event), (rest[0], rest[1]), (rest[2], rest[3]))


def _sealed(stand: _Stand, call: Call) -> str:
    within: list[int | str] = [*stand.end, *stand.last] if stand.end is not None and stand.last is not None else []
    return cursors.encode(_LIST, call.caller, [stand.until_ms, *stand.top, *within])
