"""Who may see what: the one rule, asked at read time by every operation that shows an article or a person."""

from __future__ import annotations

from typing import NamedTuple

from feed.domain.articles import Article, State


class Viewer(NamedTuple):
    """Who looks (None: a guest), and whom this look does not show.

    `hidden` are blocked, either way, or left; `banned` are hidden from everybody by an operator.
    """

    id: int | None
    hidden: frozenset[int] = frozenset()
    banned: frozenset[int] = frozenset()

    def hides(self, person_id: int) -> bool:
        return person_id in self.hidden or person_id in self.banned


EVERYBODY = Viewer(None)
"""Sees what is public, of banned authors too: what nobody sees now is there when a ban ends."""


def visible_to(article: Article | None, viewer: Viewer) -> bool:
    if article is None or article.state is State.DELETED or viewer.hides(article.author_id):
        return False
    return article.shown or article.author_id == viewer.id
