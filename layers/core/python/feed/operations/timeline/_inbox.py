"""One page of somebody's inbox: its range beside the session row, then the cards that the instance does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from feed.call import Call
from feed.domain.articles import Article, in_place
from feed.domain.marks import MOST_IDS, STEP_BACK_MS, Mark, mark_of
from feed.domain.visibility import Viewer, visible_to
from feed.errors import Busy, ConditionFailed
from feed.operations._pages import OVERREAD, Position, fill_page
from feed.operations._rebuild import freshen
from feed.store import articles, inboxes, sessions
from feed.store.inboxes import InboxRow
from feed.store.sessions import Session
from feed.wiring import World

DAY_MS = 86_400_000
_ROWS_BEYOND = 24
"""Inbox rows read beyond the page: forty-four of them are one capacity unit, and most often a full page."""
_ACTED_MS = 5_000
"""Whoever has acted so lately gets no kept cards, so that their own act shows at once."""


class Unread(NamedTuple):
    """The read mark as a walk began, and the place in the list below which it looks for nothing."""

    mark: Mark
    floor_ms: int

    def holds(self, row: InboxRow) -> bool:
        return row.published_ms >= self.floor_ms and not self.mark.covers(row.arrived_ms, row.article_id)


class Shown(NamedTuple):
    row: InboxRow
    article: Article
    unread: bool


class InboxPage(NamedTuple):
    """`position` None: the inbox, or what is unread of it, ended here; `mark` is that of who has seen this page."""

    items: list[Shown]
    position: Position | None
    unread: Unread
    mark: Mark
    rebuilding: bool


def inbox_page(
    size: int,
    start: Position | None,
    unread: Unread | None,
    began_ms: int,
    call: Call,
    world: World,
    *,
    only_unread: bool,
) -> InboxPage:
    """`unread` is None for a look that begins now; `began_ms` is when the walk did."""
    tables, reader = world.tables, call.require_caller()
    floor = unread.floor_ms if unread is not None and only_unread else 0
    session, rows = tables.pair(
        lambda: sessions.find(tables, reader),
        lambda: inboxes.page(tables, reader, start, size + _ROWS_BEYOND, floor),
    )
    freshened = freshen(session, call, world, first=start is None)
    session = freshened.session
    if unread is None:
        unread = Unread(session.mark, session.floor_ms)
    look = _Look(size, unread, only_unread, session, call, world, None if freshened.changed else rows)
    items, position = fill_page(size, start, look.read, look.show)
    look.note_visit()
    passed = [row for row in look.rows if position is None or row.position >= position]
    mark = mark_behind(passed, position, session, began_ms)
    return InboxPage(items, position, unread, mark, freshened.rebuilding)


def mark_behind(rows: Sequence[InboxRow], position: Position | None, session: Session, began_ms: int) -> Mark:
    """The mark of who has seen these rows, down to a position (None: to the end), in a walk that began then.

    What has come since to a place that the walk had passed stays unread, as do late articles below the position; those
    among the rows are named, so that their notes may go.
    """
    since = [began_ms - STEP_BACK_MS]
    since += [
        noted.put_ms - sessions.LANDED_MS
        for article, noted in session.late.items()
        if position is not None and (noted.published_ms, article) < position
        if not session.mark.covers(noted.put_ms + sessions.LANDED_MS, article)
    ]
    mark = mark_of(((row.arrived_ms, row.article_id) for row in rows), session.mark, min(since))
    late = sorted({row.article_id for row in rows} & session.late.keys())
    return mark._replace(ids=mark.ids | frozenset(late[: MOST_IDS - len(mark.ids)]))


@dataclass
class _Look:
    size: int
    unread: Unread
    only_unread: bool
    session: Session
    call: Call
    world: World
    known: tuple[list[InboxRow], bool] | None
    rows: list[InboxRow] = field(default_factory=list)
    shown: int = 0
    looked_again: bool = False
    noted: bool = False

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.call.caller, self.session.left, self.call.banned)

    def read(self, before: Position | None, limit: int) -> tuple[list[InboxRow], bool]:
        floor = self.unread.floor_ms if self.only_unread else 0
        found, more = self.known or inboxes.page(
            self.world.tables, self.call.require_caller(), before, limit + _ROWS_BEYOND - OVERREAD, floor
        )
        self.known = None
        if found and found[-1].published_ms < floor:
            found, more = [row for row in found if row.published_ms >= floor], False
        self.rows += found
        return found, more

    def show(self, rows: Sequence[InboxRow]) -> list[Shown | None]:
        """Of as many rows as the page still needs cards for."""
        self._look_again(rows)
        wanted = [at for at, row in enumerate(rows) if self._is_wanted(row)]
        most = self.world.cards.enough_for(self.size - self.shown)
        if len(wanted) > most:
            rows = rows[: wanted[most]]
            wanted = wanted[:most]
        cards = self._cards([rows[at].article_id for at in wanted])
        found: list[Shown | None] = [None] * len(rows)
        for at in wanted:
            found[at] = self._shown(rows[at], cards.get(rows[at].article_id))
        seen = sum(item is not None for item in found)
        self.world.cards.learn(len(wanted), len(wanted) - seen)
        self.shown += seen
        return found

    def _is_wanted(self, row: InboxRow) -> bool:
        return not self.viewer.hides(row.author_id) and (not self.only_unread or self.unread.holds(row))

    def _look_again(self, rows: Sequence[InboxRow]) -> None:
        """A row that is hidden though it has come just now may be there because of a new follow."""
        since = self.call.now_ms - STEP_BACK_MS
        if self.looked_again or not any(row.arrived_ms >= since and row.author_id in self.session.left for row in rows):
            return
        self.session = sessions.find(self.world.tables, self.call.require_caller())
        self.looked_again = True

    def _cards(self, article_ids: list[int]) -> dict[int, Article]:
        now, kept = self.call.time_ms(), self.world.cards
        acted = self.session.acted_ms > now - _ACTED_MS
        known = {} if acted else kept.fresh(article_ids, now)
        lacking = [article_id for article_id in article_ids if article_id not in known]
        read = self._read_cards(lacking) if lacking else {}
        kept.keep(read.values(), now)
        return known | read

    def _read_cards(self, article_ids: list[int]) -> dict[int, Article]:
        tables = self.world.tables
        return tables.pair(self.note_visit, lambda: articles.cards(tables, article_ids))[1]

    def note_visit(self) -> None:
        """The day of the last visit, once a day; lost, it is written by the next page."""
        today = self.call.now_ms // DAY_MS
        if not self.noted and (self.session.seen_day is None or self.session.seen_day < today):
            self.noted = True
            with suppress(Busy, ConditionFailed):
                self.world.tables.write(sessions.visited(self.call.require_caller(), self.session, today))

    def _shown(self, row: InboxRow, article: Article | None) -> Shown | None:
        if article is None or not visible_to(article, self.viewer) or not in_place(article, row.published_ms):
            return None
        return Shown(row, article, self.unread.holds(row))
