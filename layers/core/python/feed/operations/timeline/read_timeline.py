"""GET /v1/timeline: the caller's inbox, newest published first; past its end what suits them, then what is hot."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from feed.call import Call
from feed.domain import cursors
from feed.domain.marks import Mark
from feed.errors import InvalidRequest
from feed.operations._cards import Card, card
from feed.operations._fields import CursorText, PublicRequest, Rfc3339, Size, Switch
from feed.operations._pages import Position
from feed.operations.timeline._beyond import beyond, first_cursor
from feed.operations.timeline._inbox import Shown, Unread, inbox_page
from feed.wiring import World

_INBOX, _UNREAD = "timeline", "timeline unread"


class Request(PublicRequest):
    size: Size = 20
    cursor: CursorText | None = None
    unread: Switch = False


class Item(BaseModel):
    """`arrived_at` and `unread` are of what came by a follow."""

    sequence_id: int | None = None
    arrived_at: Rfc3339 | None = None
    unread: bool | None = None
    article: Card
    reason: Literal["follow", "recommended", "hot"]


class Response(BaseModel):
    """`source` changes between pages of a walk, never inside one.

    `mark` says up to here to POST /v1/timeline/read, on pages of the inbox.
    """

    items: list[Item]
    next_cursor: str | None
    source: Literal["follow", "recommended", "hot"]
    rebuilding: bool = False
    mark: str | None = None


def run(request: Request, call: Call, world: World) -> Response:
    name = _UNREAD if request.unread else _INBOX
    if call.caller is None or (request.cursor and not cursors.belongs(name, call.caller, request.cursor)):
        return _beyond(request, request.cursor, call, world)
    start, unread, began_ms = _start(request, call)
    page = inbox_page(request.size, start, unread, began_ms, call, world, only_unread=request.unread)
    mark = page.mark.encode()
    if page.position is None and not page.items:
        following = _beyond(request, None, call, world)
        return following.model_copy(update={"rebuilding": page.rebuilding, "mark": mark})
    cursor = _cursor(name, page.position, page.unread, began_ms, call) if page.position else first_cursor(call)
    return Response(
        items=[_item(shown) for shown in page.items],
        next_cursor=cursor,
        source="follow",
        rebuilding=page.rebuilding,
        mark=mark,
    )


def _start(request: Request, call: Call) -> tuple[Position | None, Unread | None, int]:
    """Where a page begins, what a walk through the unread knew as it began, and when a walk did (ms).

    A cursor of an older version does not say when. Raises InvalidRequest.
    """
    if request.cursor is None:
        return None, None, call.now_ms
    if not request.unread:
        parts = cursors.decode(_INBOX, call.caller, request.cursor, (int, int, int), (int, int))
        published_ms, article_id, *began = parts
        return (published_ms, article_id), None, min([*began, call.now_ms])
    shape = (int, int, int, str)
    parts = cursors.decode(_UNREAD, call.caller, request.cursor, (*shape, int), shape, longest_text=2048)
    published_ms, article_id, floor_ms, mark, *began = parts
    if floor_ms > published_ms:
        raise cursors.refused()
    try:
        unread = Unread(Mark.decode(mark), floor_ms)
    except InvalidRequest:
        raise cursors.refused() from None  # of a mark the client knows nothing
    return (published_ms, article_id), unread, min([*began, call.now_ms])


def _cursor(name: str, position: Position, unread: Unread, began_ms: int, call: Call) -> str:
    known: list[int | str] = [unread.floor_ms, unread.mark.encode()] if name == _UNREAD else []
    return cursors.encode(name, call.caller, [*position, *known, began_ms])


def _item(shown: Shown) -> Item:
    return Item(
        sequence_id=shown.row.published_ms,
        arrived_at=shown.row.arrived_ms,
        unread=shown.unread,
        article=card(shown.article),
        reason="follow",
    )


def _beyond(request: Request, cursor: str | None, call: Call, world: World) -> Response:
    page = beyond(request.size, cursor, call, world)
    items = [Item(article=card(article), reason=page.source) for article in page.items]
    return Response(items=items, next_cursor=page.next_cursor, source=page.source)
