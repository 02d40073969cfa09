"""GET /v1/timeline: a page of the caller's inbox, newest published first; for who has none, the newest articles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from feed.call import Call
from feed.domain import cursors
from feed.domain.articles import Article, in_place, visible_to
from feed.operations._cards import Card, card
from feed.operations._fields import CursorText, PublicRequest, Size
from feed.operations._pages import Position, fill_page
from feed.store import articles, inboxes, sessions
from feed.store.articles import Listed
from feed.store.inboxes import InboxRow
from feed.wiring import World

_LIST = "timeline"
_INBOX, _NEWEST = "inbox", "newest"


class Request(PublicRequest):
    size: Size = 20
    cursor: CursorText | None = None


class Item(BaseModel):
    sequence_id: int | None
    article: Card
    reason: Literal["follow", "hot"]


class Response(BaseModel):
    items: list[Item]
    next_cursor: str | None
    source: Literal["follow", "hot"]
    rebuilding: bool = False


def run(request: Request, call: Call, world: World) -> Response:
    if request.cursor is not None:
        shapes = ((str, int, int), (str, int, str))
        part, *position = cursors.decode(_LIST, call.caller, request.cursor, *shapes)
        if (part, type(position[1])) == (_NEWEST, str):
            return _newest(request.size, tuple(position), call, world)
        if (part, type(position[1])) == (_INBOX, int) and call.caller is not None:
            return _inbox(request.size, tuple(position), call, world)
        raise cursors.refused()
    if call.caller is not None:
        page = _inbox(request.size, None, call, world)
        if page.items or page.next_cursor is not None:
            return page
    return _newest(request.size, None, call, world)


def _inbox(size: int, start: Position | None, call: Call, world: World) -> Response:
    """Inbox range, then session row and cards side by side: three requests, two of them deep.

    The session row is read after the range: whoever's rows the range holds because of a new follow, it says so.
    """
    tables, reader = world.tables, call.require_caller()

    def show(rows: Sequence[InboxRow]) -> list[Item | None]:
        found, session = tables.pair(
            lambda: articles.cards(tables, (row.article_id for row in rows)),
            lambda: sessions.find(tables, reader),
        )
        left = sessions.left_authors(session)
        return [_followed(row, found.get(row.article_id), left, reader) for row in rows]

    items, position = fill_page(size, start, lambda before, limit: inboxes.page(tables, reader, before, limit), show)
    return Response(items=items, next_cursor=_cursor(_INBOX, position, call), source="follow")


def _followed(row: InboxRow, article: Article | None, left: frozenset[int], reader: int) -> Item | None:
    if row.author_id in left or article is None or not visible_to(article, reader):
        return None
    if not in_place(article, row.published_ms):
        return None
    return Item(sequence_id=row.published_ms, article=card(article), reason="follow")


def _newest(size: int, start: Position | None, call: Call, world: World) -> Response:
    """The newest articles that all may see, without the caller's own and those of authors whom the caller left."""
    tables = world.tables
    session = sessions.find(tables, call.caller) if call.caller is not None else None
    without = sessions.left_authors(session) | {call.caller}

    def show(entries: Sequence[Listed]) -> list[Item | None]:
        found = articles.cards(tables, (entry.article_id for entry in entries))
        read = [found.get(entry.article_id) for entry in entries]
        shown = [a if visible_to(a, call.caller) and a and a.author_id not in without else None for a in read]
        return [Item(sequence_id=None, article=card(article), reason="hot") if article else None for article in shown]

    items, position = fill_page(size, start, lambda before, limit: articles.newest(tables, before, limit), show)
    return Response(items=items, next_cursor=_cursor(_NEWEST, position, call), source="hot")


def _cursor(part: str, position: Position | None, call: Call) -> str | None:
    return cursors.encode(_LIST, call.caller, [part, *position]) if position else None
