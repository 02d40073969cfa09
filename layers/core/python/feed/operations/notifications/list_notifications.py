"""GET /v1/notifications: what others have done that concerns the caller, newest first, one by one or in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from feed.call import Call
from feed.domain import cursors
from feed.domain.marks import mark_of
from feed.domain.notices import Kind, Notice, Told
from feed.operations._cards import Person
from feed.operations._fields import CursorText, PublicRequest, Rfc3339, Size, Switch
from feed.operations._pages import OVERREAD, Position, fill_page
from feed.operations.notifications._grouped import Group, grouped
from feed.operations.notifications._look import About, Look, Shown, begin
from feed.store import notifications
from feed.wiring import World

_LIST = "notifications"


class Request(PublicRequest):
    size: Size = 20
    cursor: CursorText | None = None
    grouped: Switch = False


class Item(BaseModel):
    """`article` is the caller's that it is about, `amount_fen` what was tipped."""

    kind: Kind
    user: Person
    article: About | None
    amount_fen: int | None
    at: Rfc3339
    unread: bool


class Response(BaseModel):
    """`mark` says up to here to POST /v1/notifications/read."""

    items: list[Item] | list[Group]
    next_cursor: str | None
    mark: str


def run(request: Request, call: Call, world: World) -> Response:
    if request.grouped:
        walked = grouped(request.size, request.cursor, call, world.tables)
        return Response(items=walked.items, next_cursor=walked.next_cursor, mark=walked.mark.encode())
    reader, tables = call.require_caller(), world.tables
    start: Position | None = None
    if request.cursor is not None:
        start = cursors.decode(_LIST, call.caller, request.cursor, (int, str))
    limit = request.size + OVERREAD
    now, first = begin(call, tables, lambda: notifications.page(tables, reader, start, limit))
    page = _Page(now, request.size, first)
    items, position = fill_page(request.size, start, page.read, page.show)
    passed = [row for row in page.rows if position is None or row.place >= position]
    return Response(
        items=items,
        next_cursor=cursors.encode(_LIST, call.caller, list(position)) if position else None,
        mark=mark_of(((row.arrived_ms, row.id) for row in passed), now.mark).encode(),
    )


@dataclass
class _Page:
    look: Look
    size: int
    first: tuple[list[Told], bool] | None
    rows: list[Told] = field(default_factory=list)
    shown: int = 0

    def read(self, before: Position | None, limit: int) -> tuple[list[Told], bool]:
        reader = self.look.call.require_caller()
        found, more = self.first or notifications.page(self.look.tables, reader, before, limit)
        self.first = None
        self.rows += found
        return found, more

    def show(self, rows: Sequence[Told]) -> list[Item | None]:
        """Of as many rows as the page still needs people for."""
        standing = self.look.standing(rows)
        wanted = [at for at, row in enumerate(rows) if row.id in standing]
        missing = self.size - self.shown
        if len(wanted) > missing:
            rows = rows[: wanted[missing]]
        notices = {row.id: standing[row.id] for row in rows if row.id in standing}
        found = self.look.show(notices.values())
        items = [self._item(row, notices.get(row.id), found) for row in rows]
        self.shown += sum(item is not None for item in items)
        return items

    def _item(self, row: Told, notice: Notice | None, found: Shown) -> Item | None:
        if notice is None or not found.shows(notice):
            return None
        return Item(
            kind=notice.kind,
            user=found.people[notice.actor_id],
            article=found.about(notice),
            amount_fen=notice.fen,
            at=notice.at_ms,
            unread=self.look.is_unread(row),
        )
