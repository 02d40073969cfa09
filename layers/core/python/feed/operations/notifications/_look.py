"""One look at the caller's notifications: up to where they are read, whom and which articles the caller may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pydantic import BaseModel

from feed.domain.marks import Mark
from feed.domain.notices import Notice, Told
from feed.domain.visibility import Viewer, visible_to
from feed.operations._cards import Person, person
from feed.operations._sight import Found, viewer_of, whose
from feed.store import articles, sessions, users
from feed.store.rows import Wanted
from feed.store.schema import ARTICLES, SESSIONS, USERS

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables

_T = TypeVar("_T")


class About(BaseModel):
    """The article in question."""

    id: int
    title: str


class Shown(NamedTuple):
    """People by id; articles by id, those that the caller may see."""

    people: dict[int, Person]
    articles: dict[int, About]

    def shows(self, notice: Notice) -> bool:
        return notice.article_id is None or notice.article_id in self.articles

    def about(self, notice: Notice) -> About | None:
        return self.articles[notice.article_id] if notice.article_id is not None else None


class Look(NamedTuple):
    call: Call
    tables: Tables
    mark: Mark
    found: Found

    def is_unread(self, told: Told) -> bool:
        return not self.mark.covers(told.arrived_ms, told.id)

    def standing(self, rows: Iterable[Told]) -> dict[int, Notice]:
        """By the rows' ids, what was not taken back, of people who are not hidden from the caller."""
        kept = {row.id: row.notice for row in rows if row.notice is not None and row.gone_ms is None}
        people = {notice.actor_id for notice in kept.values()}
        viewer = viewer_of(self.found, people, self.call, self.tables)
        return {id: notice for id, notice in kept.items() if not viewer.hides(notice.actor_id)}

    def show(self, notices: Iterable[Notice]) -> Shown:
        """Everybody and everything that these are about; one request for up to fifty."""
        given = list(notices)
        if not given:
            return Shown({}, {})
        user_ids = {notice.actor_id for notice in given}
        article_ids = {notice.article_id for notice in given if notice.article_id is not None}
        keys = [users.key(user_id) for user_id in user_ids]
        found = self.tables.read(Wanted(USERS, keys, users.CARD), articles.wanted(article_ids))
        known = {user.id: user for user in map(users.decode, found[USERS].values())}
        viewer = Viewer(self.call.caller, banned=self.call.banned)
        cards = [card for card in map(articles.decode, found[ARTICLES].values()) if visible_to(card, viewer)]
        return Shown(
            {user_id: person(known.get(user_id), user_id) for user_id in user_ids},
            {card.id: About(id=card.id, title=card.title) for card in cards},
        )


def begin(call: Call, tables: Tables, read: Callable[[], _T]) -> tuple[Look, _T]:
    """A look that begins now, and what `read` gives, asked for beside it."""
    found, rows = tables.pair(lambda: _state(call, tables), read)
    return _look(call, tables, found), rows


def look(call: Call, tables: Tables) -> Look:
    return _look(call, tables, _state(call, tables))


def _state(call: Call, tables: Tables) -> Found:
    return tables.read(Wanted(SESSIONS, [sessions.key(call.require_caller())], ("notified",)), *whose(call))


def _look(call: Call, tables: Tables, found: Found) -> Look:
    session = sessions.decode(found[SESSIONS].get(sessions.key(call.require_caller())))
    return Look(call, tables, session.notified, found)
