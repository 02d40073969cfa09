"""What an article is, which states it passes through, and who may see it."""

from __future__ import annotations

import enum
from typing import Literal, NamedTuple


class State(str, enum.Enum):
    """PUBLISHING is visible already; PUBLIC means that every job row of its delivery is durable.

    TAKEN_DOWN is an operator's word: its author sees it as private, and cannot change that.
    """

    PRIVATE = "private"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PUBLIC = "public"
    TAKEN_DOWN = "taken_down"
    DELETED = "deleted"


SHOWN_STATES = (State.PUBLISHING, State.PUBLIC)


class Counts(NamedTuple):
    read: int = 0
    like: int = 0
    comment: int = 0
    collect: int = 0
    reward: int = 0


class Byline(NamedTuple):
    """The author as lists show them: a copy on the article's row, which follows the profile within two minutes."""

    nickname: str
    avatar_url: str | None = None


class Article(NamedTuple):
    """One row of the article table. `html` is empty in cards, which are read without it.

    `published_ms` is set once, at the first release, and is the article's place in every inbox for ever;
    `delivery` counts releases; `width` and
    `audience` are the latest one's number of shards and followers at its start; `sequence` is the outbox row's.
    `publish_at_ms` is there as long as the article is SCHEDULED.
    `counted_ms` is when a counter last moved, `recounts` how often they were made anew from the log.
    `html_rules` are those by which `html` was sanitised; 0 is before they were numbered.
    """

    id: int
    author_id: int
    byline: Byline
    title: str
    summary: str
    html: str
    cover_url: str | None
    words: int
    state: State
    version: int
    delivery: int
    width: int
    audience: int
    created_ms: int
    published_ms: int | None
    sequence: int | None
    publish_at_ms: int | None = None
    counts: Counts = Counts()
    recounts: int = 0
    counted_ms: int = 0
    html_rules: int = 0

    @property
    def shown(self) -> bool:
        return self.state in SHOWN_STATES

    @property
    def public_state(self) -> Literal["private", "public", "scheduled"]:
        if self.state is State.SCHEDULED:
            return "scheduled"
        return "public" if self.shown else "private"


def is_due(article: Article | None, at_ms: int) -> bool:
    """Whether it is to go public by then, as its author wants it now."""
    return article is not None and article.publish_at_ms is not None and article.publish_at_ms <= at_ms


def in_place(article: Article, published_ms: int) -> bool:
    """Whether an inbox row written at this publish time is the one that counts."""
    return article.published_ms == published_ms
