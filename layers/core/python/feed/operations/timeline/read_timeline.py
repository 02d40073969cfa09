"""GET /v1/timeline: the caller's inbox, newest published first; past its end what suits them, then what is hot."""

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
from feed.operations._suggestions import Suggestion, by_taste, fresh, hot, mixed
from feed.operations._unseen import Keep, unseen
from feed.operations._walk import next_cursor, passed_before
from feed.store import articles, inboxes, sessions
from feed.store.inboxes import InboxRow
from feed.wiring import World

_INBOX, _BEYOND = "timeline", "timeline beyond the inbox"
_RECOMMENDED, _HOT = 1, 2
_LOOKED_AT = 100
"""Articles beyond the page's size that one page past the inbox considers."""


class Request(PublicRequest):
    size: Size = 20
    cursor: CursorText | None = None


class Item(BaseModel):
    sequence_id: int | None
    article: Card
    reason: Literal["follow", "recommended", "hot"]


class Response(BaseModel):
    """`source` changes between pages of a walk, never inside one."""

    items: list[Item]
    next_cursor: str | None
    source: Literal["follow", "recommended", "hot"]
    rebuilding: bool = False


def run(request: Request, call: Call, world: World) -> Response:
    if call.caller is None or (request.cursor and not cursors.belongs(_INBOX, call.caller, request.cursor)):
        part, passed = passed_before(_BEYOND, request.cursor, call, (_RECOMMENDED, _HOT))
        return _beyond(request.size, part, passed, call, world)
    position = cursors.decode(_INBOX, call.caller, request.cursor, (int, int)) if request.cursor else None
    items, position = _inbox(request.size, position, call, world)
    if position is not None:
        return Response(items=items, next_cursor=cursors.encode(_INBOX, call.caller, list(position)), source="follow")
    if items:
        cursor = next_cursor(_BEYOND, [], call, more=True, part=_RECOMMENDED)
        return Response(items=items, next_cursor=cursor, source="follow")
    return _beyond(request.size, _RECOMMENDED, [], call, world)


def _inbox(size: int, start: Position | None, call: Call, world: World) -> tuple[list[Item], Position | None]:
    """Inbox range, then session row and cards side by side: three requests, two of them deep.

    The session row is read after the range: whoever's rows the range holds because of a new follow, it says so.
    """
    tables, reader = world.tables, call.require_caller()

    def show(rows: Sequence[InboxRow]) -> list[Item | None]:
        if not rows:
            return []
        found, session = tables.pair(
            lambda: articles.cards(tables, (row.article_id for row in rows)),
            lambda: sessions.find(tables, reader),
        )
        left = sessions.left_authors(session)
        return [_followed(row, found.get(row.article_id), left, reader) for row in rows]

    return fill_page(size, start, lambda before, limit: inboxes.page(tables, reader, before, limit), show)


def _followed(row: InboxRow, article: Article | None, left: frozenset[int], reader: int) -> Item | None:
    if row.author_id in left or article is None or not visible_to(article, reader):
        return None
    if not in_place(article, row.published_ms):
        return None
    return Item(sequence_id=row.published_ms, article=card(article), reason="follow")


def _beyond(size: int, part: int, passed: list[int], call: Call, world: World) -> Response:
    """The next page past the inbox: recommended as long as there are any, then hot."""
    if part == _RECOMMENDED:
        ranked, acted = by_taste(call, world)
        suggestions = mixed(ranked, fresh(call, world), passed, acted) if ranked else []
        page = _page(size, suggestions, _RECOMMENDED, passed, call, world)
        if page.items:
            return page
    before = set(passed)
    listed = [item for item in hot("hot", world) if item.article_id not in before]
    return _page(size, listed, _HOT, passed, call, world)


def _page(
    size: int, candidates: Sequence[Suggestion], part: int, passed: list[int], call: Call, world: World
) -> Response:
    ids = [item.article_id for item in candidates]
    keep = _not_from_the_inbox(call, world)
    found, taken = unseen(ids, size, call, world.tables, most=size + _LOOKED_AT, keep=keep)
    reason: Literal["recommended", "hot"] = "recommended" if part == _RECOMMENDED else "hot"
    items = [Item(sequence_id=None, article=card(article), reason=reason) for article in found]
    ended = len(taken) == len(ids)
    cursor = next_cursor(
        _BEYOND, [*passed, *taken], call, more=part == _RECOMMENDED or not ended, part=_HOT if ended else part
    )
    return Response(items=items, next_cursor=cursor, source=reason)


def _not_from_the_inbox(call: Call, world: World) -> Keep:
    """What the inbox holds was shown, or is hidden on purpose, as everything else of an author whom the caller left."""

    def keep(found: list[Article]) -> list[Article]:
        if call.caller is None or not found:
            return found
        reader, tables = call.caller, world.tables
        held, session = tables.pair(
            lambda: inboxes.held(tables, reader, ((article.published_ms or 0, article.id) for article in found)),
            lambda: sessions.find(tables, reader),
        )
        left = sessions.left_authors(session)
        return [article for article in found if article.id not in held and article.author_id not in left]

    return keep
