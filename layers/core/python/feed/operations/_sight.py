"""What a caller may see of articles and people: each look reads the caller's row of hidden people beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from feed.domain.articles import Article
from feed.domain.visibility import Viewer, visible_to
from feed.errors import NotFound
from feed.operations._cards import Person, person
from feed.store import articles, blocks, hidden, users
from feed.store.rows import Key, Row, Wanted
from feed.store.schema import ARTICLES, HIDDEN, USERS
from feed.store.users import User

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables

Found = dict[str, dict[Key, Row]]
"""Rows by table and key."""


def seen(article_ids: Iterable[int], call: Call, tables: Tables) -> dict[int, Article]:
    """By id, without their text, what the caller may see now."""
    return seen_beside(article_ids, call, tables)[0]


def seen_beside(
    article_ids: Iterable[int], call: Call, tables: Tables, *beside: Wanted, text: bool = False
) -> tuple[dict[int, Article], Found]:
    """As `seen`, and the rows of `beside`, in the same request; `text`: the articles with their HTML."""
    found = tables.read(articles.wanted(article_ids, text=text), *whose(call), *beside)
    cards = {article.id: article for article in map(articles.decode, found[ARTICLES].values())}
    viewer = viewer_of(found, {article.author_id for article in cards.values()}, call, tables)
    return {id: article for id, article in cards.items() if visible_to(article, viewer)}, found


def visible(article_id: int, call: Call, tables: Tables, *, text: bool = False) -> Article:
    """One article; raises NotFound unless the caller may see it."""
    return visible_beside(article_id, call, tables, text=text)[0]


def visible_beside(
    article_id: int, call: Call, tables: Tables, *beside: Wanted, text: bool = False
) -> tuple[Article, Found]:
    """As `visible`, and the rows of `beside`, in the same request."""
    cards, found = seen_beside([article_id], call, tables, *beside, text=text)
    if article_id not in cards:
        raise NotFound(f"There is no article {article_id}.")
    return cards[article_id], found


def met(user_id: int, call: Call, tables: Tables) -> User:
    """One person, whose profile or lists are asked for. Raises NotFound for who is hidden from the caller, too."""
    found = tables.read(Wanted(USERS, [users.key(user_id)]), *whose(call))
    row = found[USERS].get(users.key(user_id))
    if row is None or viewer_of(found, [user_id], call, tables).hides(user_id):
        raise NotFound(f"There is no user {user_id}.")
    return users.decode(row)


def people(user_ids: Iterable[int], call: Call, tables: Tables) -> dict[int, Person]:
    """As lists show them, by id, without who is hidden from the caller."""
    ids = list(user_ids)
    found = tables.read(Wanted(USERS, [users.key(user_id) for user_id in ids], users.CARD), *whose(call))
    known = {user.id: user for user in map(users.decode, found[USERS].values())}
    viewer = viewer_of(found, ids, call, tables)
    return {user_id: person(known.get(user_id), user_id) for user_id in ids if not viewer.hides(user_id)}


def whose(call: Call) -> list[Wanted]:
    """What `viewer_of` must find in the batch."""
    return [hidden.wanted(call.caller)] if call.caller is not None else []


def viewer_of(found: Mapping[str, Mapping[Key, Row]], others: Iterable[int], call: Call, tables: Tables) -> Viewer:
    """The caller, and who of these people is hidden from them; another request for who has very many blocks."""
    if call.caller is None:
        return Viewer(None, banned=call.banned)
    known = hidden.decode(next(iter(found[HIDDEN].values()), None))
    if not known.many:
        return Viewer(call.caller, known.ids, call.banned)
    asked = set(others) - {call.caller}
    return Viewer(call.caller, blocks.among(tables, call.caller, asked) if asked else frozenset(), call.banned)
