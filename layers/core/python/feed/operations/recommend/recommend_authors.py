"""GET /v1/recommendations/authors: whom to follow, by the articles that would be recommended."""

from __future__ import annotations

from pydantic import BaseModel

from feed.call import Call
from feed.domain.articles import Article, visible_to
from feed.operations._cards import Person
from feed.operations._fields import CursorText, PublicRequest, Size
from feed.operations._suggestions import Because, Suggestion, by_taste, hot, taste
from feed.operations._walk import next_cursor, passed_before
from feed.store import articles, relations
from feed.wiring import World

_LIST = "recommended authors"
_LOOKED_AT = 24
"""Articles whose authors one page considers."""
_AUTHOR = 1 << 55
"""Marks an author's id in the cursor among those of articles; both are below 2^53."""


class Request(PublicRequest):
    size: Size = 20
    cursor: CursorText | None = None


class Item(BaseModel):
    user: Person
    because: Because


class Response(BaseModel):
    items: list[Item]
    next_cursor: str | None


def run(request: Request, call: Call, world: World) -> Response:
    """Authors of the best articles, in their order, without the caller and whom the caller follows already."""
    _, passed = passed_before(_LIST, request.cursor, call)
    known = taste(call, world)
    before = set(passed)
    ranked = [*by_taste(known), *hot("hot", world)] if len(known.ranked) < len(passed) + _LOOKED_AT else by_taste(known)
    left = list({item.article_id: item for item in reversed(ranked) if item.article_id not in before}.values())[::-1]
    looked_at = left[:_LOOKED_AT]
    found = articles.cards(world.tables, (item.article_id for item in looked_at))
    items: dict[int, Item] = {}
    for position, item in enumerate(looked_at):
        article = found.get(item.article_id)
        if article is not None and visible_to(article, None) and _AUTHOR | article.author_id not in before:
            items.setdefault(article.author_id, _item(article, item))
        if len(items) == request.size:
            looked_at = looked_at[: position + 1]
            break
    items = _not_followed(items, call, world)
    seen = [item.article_id for item in looked_at] + [_AUTHOR | author_id for author_id in items]
    cursor = next_cursor(_LIST, passed + seen, call, more=len(looked_at) < len(left))
    return Response(items=list(items.values()), next_cursor=cursor)


def _item(article: Article, item: Suggestion) -> Item:
    person = Person(id=article.author_id, **article.byline.__dict__)
    reason = item.because if item.because.article_id is not None else Because(kind="hot", article_id=article.id)
    return Item(user=person, because=reason.model_copy(update={"author_id": article.author_id}))


def _not_followed(items: dict[int, Item], call: Call, world: World) -> dict[int, Item]:
    if call.caller is None or not items:
        return items
    followed = relations.followed(world.tables, call.caller, items)
    return {author_id: item for author_id, item in items.items() if author_id not in followed | {call.caller}}
