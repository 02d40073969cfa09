"""GET /v1/recommendations/authors: whom to follow, by the articles that would be recommended."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pydantic import BaseModel

from feed.call import Call
from feed.domain.articles import Article
from feed.operations._cards import Person
from feed.operations._fields import CursorText, PublicRequest, Size
from feed.operations._sight import seen
from feed.operations._suggestions import Because, by_taste, hot
from feed.operations._walk import next_cursor, passed_before
from feed.store import relations
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
    before = set(passed)
    ranked, _ = by_taste(call, world)
    lasting = len(ranked) >= len(passed) + _LOOKED_AT
    if not lasting:
        ranked += hot("hot", world)
    because: dict[int, Because] = {}
    for item in ranked:
        if item.article_id not in before:
            because.setdefault(item.article_id, item.because)
    looked_at = list(because)[:_LOOKED_AT]
    best = _best_by_author(looked_at, before, call, world)
    chosen = list(best.values())[: request.size]
    taken = looked_at.index(chosen[-1].id) + 1 if len(chosen) == request.size else len(looked_at)
    walked = [*looked_at[:taken], *(_AUTHOR | article.author_id for article in chosen)]
    cursor = next_cursor(_LIST, passed + walked, call, more=lasting or taken < len(because))
    return Response(items=[_item(article, because[article.id]) for article in chosen], next_cursor=cursor)


def _best_by_author(
    article_ids: Sequence[int], before: Collection[int], call: Call, world: World
) -> dict[int, Article]:
    """By author, in order, the first article that the caller may see; authors to leave out are left out."""
    found = seen(article_ids, call, world.tables)
    best: dict[int, Article] = {}
    for article_id in article_ids:
        article = found.get(article_id)
        if article is not None and _AUTHOR | article.author_id not in before:
            best.setdefault(article.author_id, article)
    if call.caller is None or not best:
        return best
    left_out = relations.followed(world.tables, call.caller, best) | {call.caller}
    return {author_id: article for author_id, article in best.items() if author_id not in left_out}


def _item(article: Article, because: Because) -> Item:
    person = Person(id=article.author_id, **article.byline._asdict())
    reason = because if because.article_id is not None else Because(kind="hot", article_id=article.id)
    return Item(user=person, because=reason.model_copy(update={"author_id": article.author_id}))
