"""Who may see what: the one rule, asked at read time by every operation that shows an article or a person."""

from __future__ import annotations

from typing import NamedTuple

from feed.domain.articles import Article, State


class Viewer(NamedTuple):
    """Who looks (None: a guest), and the people whom this look does not show: blocked, either way, or left."""

    id: int | None
    hidden: frozenset[int] = frozenset()


EVERYBODY = Viewer(None)
"""Sees what is public."""


def visible_to(article: Article | None, viewer: Viewer) -> bool:
    if article is None or article.state is State.DELETED or article.author_id in viewer.hidden:
        return False
    return article.shown or article.author_id == viewer.id
