"""How articles and people look in answers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from feed.domain.articles import Article
from feed.operations._fields import Rfc3339
from feed.store.users import User


class Person(BaseModel):
    id: int
    nickname: str
    avatar_url: str | None


class Counts(BaseModel):
    read: int
    like: int
    comment: int
    collect: int
    reward: int


class Card(BaseModel):
    """An article as lists show it."""

    id: int
    author: Person
    title: str
    summary: str
    cover_url: str | None
    state: Literal["private", "public", "scheduled"]
    publish_at: Rfc3339 | None
    published_at: Rfc3339 | None
    version: int
    counts: Counts


class FullArticle(Card):
    html: str


def person(user: User | None, user_id: int) -> Person:
    """A person's card; without a row (which only a repair can have removed) the id stands for the name."""
    if user is None:
        return Person(id=user_id, nickname=f"user {user_id}", avatar_url=None)
    return Person(id=user.id, nickname=user.nickname, avatar_url=user.avatar_url)


def card(article: Article) -> Card:
    return Card(
        id=article.id,
        author=Person(id=article.author_id, **article.byline._asdict()),
        title=article.title,
        summary=article.summary,
        cover_url=article.cover_url,
        state=article.public_state,
        publish_at=article.publish_at_ms,
        published_at=article.published_ms if article.shown else None,
        version=article.version,
        counts=counts(article),
    )


def full(article: Article) -> FullArticle:
    return FullArticle(**card(article).__dict__, html=article.html)


def counts(article: Article) -> Counts:
    return Counts(**article.counts._asdict())
