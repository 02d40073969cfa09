"""GET /v1/search: articles that the caller may see and that say what is looked for, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from feed.call import Call
from feed.domain import cursors
from feed.domain.articles import Article
from feed.domain.passages import Passages, joined, parts
from feed.domain.visibility import Viewer, visible_to
from feed.operations._cards import Card, card
from feed.operations._fields import CursorText, PublicRequest, SearchText, Size
from feed.operations._pages import fill_page
from feed.operations._sight import seen
from feed.store import searches
from feed.store.client import Tables
from feed.store.searches import TEXT, TITLE, Match
from feed.wiring import World


class Request(PublicRequest):
    q: SearchText
    size: Size = 20
    cursor: CursorText | None = None


class Highlight(BaseModel):
    """Fragments of HTML in which `<em>` marks what was found and everything else is escaped."""

    title: list[str]
    text: list[str]


class Item(BaseModel):
    article: Card
    highlight: Highlight


class Response(BaseModel):
    items: list[Item]
    next_cursor: str | None


def run(request: Request, call: Call, world: World) -> Response:
    tables, wanted = world.tables, parts(request.q)
    name = f"search {' '.join(request.q.split())}"
    position = None
    if request.cursor is not None:
        position = cursors.decode(name, call.caller, request.cursor, (int, str))
    if not wanted:
        return Response(items=[], next_cursor=None)
    items, position = fill_page(
        request.size,
        position,
        lambda before, limit: searches.matches(tables, wanted, call.caller, before, limit),
        lambda matches: _shown(matches[: request.size], wanted, call, tables),
    )
    return Response(items=items, next_cursor=cursors.encode(name, call.caller, list(position)) if position else None)


def _shown(matches: Sequence[Match], wanted: Sequence[str], call: Call, tables: Tables) -> list[Item | None]:
    """The index's word is taken for nothing but the text of the version that the article has now."""
    now = seen((match.article_id for match in matches), call, tables)
    items = {
        match.article_id: Item(
            article=card(now[match.article_id]),
            highlight=Highlight(title=[*map(joined, match.title)], text=[*map(joined, match.text)]),
        )
        for match in matches
        if match.article_id in now and now[match.article_id].version == match.version
    }
    changed = now.keys() - items.keys()
    if changed:
        for article, text in searches.texts(tables, changed).values():
            highlight = _highlight(article, text, wanted)
            if highlight is not None and visible_to(article, Viewer(call.caller, banned=call.banned)):
                items[article.id] = Item(article=card(article), highlight=highlight)
    return [items.get(match.article_id) for match in matches]


def _highlight(article: Article, text: str, wanted: Sequence[str]) -> Highlight | None:
    """None for an article that does not say it any more."""
    title, body = Passages(article.title), Passages(text)
    places = [(title.places(part), body.places(part)) for part in wanted]
    if not all(in_title or in_text for in_title, in_text in places):
        return None
    return Highlight(
        title=title.excerpts((place for found, _ in places for place in found), TITLE.most, TITLE.characters),
        text=body.excerpts((place for _, found in places for place in found), TEXT.most, TEXT.characters),
    )
