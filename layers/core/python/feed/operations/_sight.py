"""What a caller may see of articles and people: cards and the caller's blocks are read in one request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from feed.domain.articles import Article
from feed.domain.visibility import EVERYBODY, Viewer, visible_to
from feed.store import articles, blocks, hidden
from feed.store.rows import Key, Row, Wanted
from feed.store.schema import ARTICLES, HIDDEN

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables


def seen(article_ids: Iterable[int], call: Call, tables: Tables) -> dict[int, Article]:
    """By id, without their text, what the caller may see now."""
    return seen_beside(article_ids, call, tables)[0]


def seen_beside(
    article_ids: Iterable[int], call: Call, tables: Tables, *beside: Wanted, text: bool = False
) -> tuple[dict[int, Article], dict[str, dict[Key, Row]]]:
    """As `seen`, and the rows of `beside` by table and key, in the same request."""
    found = tables.read(articles.wanted(article_ids, text=text), *whose(call), *beside)
    cards = {article.id: article for article in map(articles.decode, found[ARTICLES].values())}
    viewer = viewer_of(found, {article.author_id for article in cards.values()}, call, tables)
    return {id: article for id, article in cards.items() if visible_to(article, viewer)}, found


def whose(call: Call) -> list[Wanted]:
    """What `viewer_of` must find in the batch."""
    return [hidden.wanted(call.caller)] if call.caller is not None else []


def viewer_of(found: Mapping[str, Mapping[Key, Row]], people: Iterable[int], call: Call, tables: Tables) -> Viewer:
    """The caller, and who of these people is hidden from them; another request for who has very many blocks."""
    if call.caller is None:
        return EVERYBODY
    known = hidden.decode(next(iter(found[HIDDEN].values()), None))
    if not known.many:
        return Viewer(call.caller, known.ids)
    others = set(people) - {call.caller}
    return Viewer(call.caller, blocks.among(tables, call.caller, others) if others else frozenset())
