"""The one way in which a relation changes: session entry, then relation row, then counts and backfill."""

from __future__ import annotations

from contextlib import suppress

from feed.domain.articles import Article, visible_to
from feed.domain.ids import hashed
from feed.domain.relations import Entry, agrees, current_entry, next_entry
from feed.errors import Busy, ConditionFailed, NotFound, Reload
from feed.store import articles, inboxes, outboxes, relations, sessions, users, work
from feed.store.client import Tables
from feed.store.schema import RELATIONS, SESSIONS, USERS
from feed.store.work import Work

GUARD_MS = 60_000
PURGE_MS = 86_400_000
BACKFILL = 20
_BACKFILL_ROUNDS = 5
_TRIES = 3


def change(tables: Tables, follower_id: int, author_id: int, *, on: bool, now_ms: int) -> bool:
    """Follow or unfollow; nothing to do is success. Whether the author follows back, as it was at the start.

    Raises NotFound, or Reload when others keep changing the relation.
    """
    for _ in range(_TRIES):
        forth, back = relations.key(author_id, follower_id), relations.key(follower_id, author_id)
        session_key = sessions.key(follower_id)
        found = tables.get_many(
            {USERS: [users.key(author_id)], RELATIONS: [forth, back], SESSIONS: [session_key]},
            {USERS: users.CARD, RELATIONS: (), SESSIONS: (sessions.column(author_id),)},
        )
        if not found[USERS]:
            raise NotFound(f"There is no user {author_id}.")
        relation, reverse = relations.of(found[RELATIONS], forth), relations.of(found[RELATIONS], back)
        follows_back = reverse is not None and reverse.on
        entry = sessions.entry_of(found[SESSIONS].get(session_key), author_id)
        current = current_entry(entry, relation)
        if current.on == on and agrees(relation, current):
            return follows_back
        if current.on == on:
            # an earlier call died half way; its work row stands, and this call need not wait for the sweeper
            settle(tables, follower_id, author_id, current, now_ms)
            return follows_back
        new = next_entry(current, on=on, now_ms=now_ms)
        guard = guards(follower_id, author_id, new, now_ms)
        if tables.write_many([work.put(item) for item in guard]):
            raise Busy("Tablestore is busy; try again.")
        try:
            sessions.change_entry(tables, follower_id, author_id, entry, new)
        except ConditionFailed:
            continue
        settle(tables, follower_id, author_id, new, now_ms)
        tables.write_many([work.remove(guard[0])])
        return follows_back
    raise Reload("This relation is being changed elsewhere at the same time; try again.")


def guards(follower_id: int, author_id: int, entry: Entry, now_ms: int) -> list[Work]:
    """The work rows of a change: finish it soon; a day later, purge the row that an unfollow has switched off."""
    about = f"{follower_id}:{author_id}"
    rows = [Work(now_ms + GUARD_MS, "relation", about)]
    if not entry.on:
        rows.append(Work(now_ms + PURGE_MS, "purge", f"{about}:{entry.epoch}"))
    return rows


def settle(tables: Tables, follower_id: int, author_id: int, entry: Entry, now_ms: int) -> None:
    """Make everything agree with the session entry; each step repeats harmlessly."""
    try:
        tables.write(relations.agree(author_id, follower_id, entry, now_ms, turning=True))
        step = 1 if entry.on else -1
        tables.count(users.counted(author_id, follower_count=step), users.counted(follower_id, following_count=step))
    except ConditionFailed:
        with suppress(ConditionFailed):  # this epoch has been here already, or a newer one
            tables.write(relations.agree(author_id, follower_id, entry, now_ms, turning=False))
    if entry.on:
        backfill(tables, follower_id, author_id)


def backfill(tables: Tables, follower_id: int, author_id: int) -> None:
    """Put the author's newest articles into the reader's inbox, where they are not there yet."""
    puts = [
        inboxes.put(
            hashed(follower_id), article.published_ms, article.id, author_id, article.delivery, only_if_absent=True
        )
        for article in _newest_visible(tables, author_id)
        if article.published_ms is not None
    ]
    if inboxes.deliver(tables, puts):
        raise Busy("Not all of the author's newest articles could be delivered yet; try again.")


def _newest_visible(tables: Tables, author_id: int) -> list[Article]:
    """The author's newest twenty that may be seen, looked for among the newest hundred."""
    shown: list[Article] = []
    below: int | None = None
    for _ in range(_BACKFILL_ROUNDS):
        released, more = outboxes.newest(tables, author_id, below, BACKFILL)
        found = articles.cards(tables, (release.article_id for release in released))
        shown += [article for article in found.values() if visible_to(article, None)]
        if len(shown) >= BACKFILL or not more:
            break
        below = released[-1].sequence
    return sorted(shown, key=lambda article: article.sequence or 0, reverse=True)[:BACKFILL]
