"""The one way in which a relation changes: session entry, then relation row, then counts and backfill."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from feed.domain.articles import Article
from feed.domain.ids import hashed
from feed.domain.notices import of_follow
from feed.domain.relations import Entry, Relation, agrees, current_entry, next_entry
from feed.domain.visibility import EVERYBODY, visible_to
from feed.domain.warmth import DAY_MS
from feed.errors import Busy, ConditionFailed, Forbidden, NotFound, Reload
from feed.store import articles, blocks, inboxes, notifications, outboxes, relations, sessions, users, work
from feed.store.client import Tables
from feed.store.rows import Wanted, Write
from feed.store.schema import BLOCKS, RELATIONS, SESSIONS, USERS
from feed.store.users import User
from feed.store.work import Work

GUARD_MS = 60_000
PURGE_MS = 86_400_000
BACKFILL = 20
_TRIES = 3
_BACKFILL_ROUNDS = 25


class Blocked(Forbidden):
    """One of the two has blocked the other."""

    code = "blocked"


def change(tables: Tables, follower_id: int, author_id: int, *, on: bool, now_ms: int, trace: str = "") -> bool:
    """Follow or unfollow; nothing to do is success. Whether the author follows back, as it was at the start.

    Raises NotFound, Blocked, or Reload when others keep changing the relation.
    """
    for _ in range(_TRIES):
        found = look(tables, follower_id, author_id)
        if found.author is None:
            raise NotFound(f"There is no user {author_id}.")
        if on and found.blocked:
            raise _blocked(author_id)
        current = current_entry(found.entry, found.relation)
        if current.on == on and agrees(found.relation, current):
            return found.follows_back
        if current.on == on:
            # an earlier call died half way, or is still at it: this call need not wait for it or for the sweeper
            tables.write_all(work.put(guards(found, current, now_ms)[0], trace))
            settle(found, current, tables, now_ms)
            return found.follows_back
        try:
            turn(found, next_entry(current, on=on, now_ms=now_ms), tables, now_ms, trace)
        except ConditionFailed:
            continue
        return found.follows_back
    raise Reload("This relation is being changed elsewhere at the same time; try again.")


def turn(found: Found, new: Entry, tables: Tables, now_ms: int, trace: str) -> None:
    """Write the entry, and make everything agree with it. Raises ConditionFailed when the entry is not as found."""
    guard = guards(found, new, now_ms)
    if tables.write_many([work.put(item, trace) for item in guard]):
        raise Busy("Tablestore is busy; try again.")
    sessions.change_entry(tables, found.follower_id, found.author_id, found.entry, new, **_visit(found, new, now_ms))
    if settle(found, new, tables, now_ms):
        tables.write_many([work.remove(guard[0])])


def _visit(found: Found, new: Entry, now_ms: int) -> dict[str, int]:
    """Who follows is there; whom they follow first of all is the only one to be told so."""
    today = now_ms // DAY_MS
    if not new.on or found.follower is None:
        return {}
    return {"seen_day": today} | ({"refreshed_day": today} if found.follower.following_count == 0 else {})


class Found(NamedTuple):
    """A relation as one request finds it: both people, both directions, the reader's entry, blocks either way."""

    follower_id: int
    author_id: int
    follower: User | None
    author: User | None
    relation: Relation | None
    follows_back: bool
    entry: Entry | None
    blocked: bool

    def follow_of(self, entry: Entry) -> int:
        """The epoch of the follow that an entry begins, or else ends; 0 where it ends none."""
        if entry.on:
            return entry.epoch
        if self.entry is not None and self.entry.on:
            return self.entry.epoch
        return self.relation.epoch if self.relation is not None and self.relation.on else 0


def look(tables: Tables, follower_id: int, author_id: int) -> Found:
    forth, back = relations.key(author_id, follower_id), relations.key(follower_id, author_id)
    session_key = sessions.key(follower_id)
    found = tables.read(
        Wanted(USERS, [users.key(author_id), users.key(follower_id)], users.COUNTED),
        Wanted(RELATIONS, [forth, back]),
        Wanted(SESSIONS, [session_key], (sessions.column(author_id),)),
        blocks.wanted(follower_id, [author_id]),
    )
    people = {user.id: user for user in map(users.decode, found[USERS].values())}
    reverse = relations.of(found[RELATIONS], back)
    return Found(
        follower_id=follower_id,
        author_id=author_id,
        follower=people.get(follower_id),
        author=people.get(author_id),
        relation=relations.of(found[RELATIONS], forth),
        follows_back=reverse is not None and reverse.on,
        entry=sessions.entry_of(found[SESSIONS].get(session_key), author_id),
        blocked=bool(found[BLOCKS]),
    )


def finish(tables: Tables, follower_id: int, author_id: int, now_ms: int, follow: int = 0, on: int = 1) -> None:
    """What is left of a change that died half way: everything agrees with the session entry, and with blocks.

    `follow` is the epoch of the one that the change began or ended: if that is over, nobody is told of it. An unfollow
    (`on` is 0) that never was made leaves nothing to do: a backfill might put what a push is about to put plainly.
    """
    found = look(tables, follower_id, author_id)
    if found.entry is None or found.author is None:
        return
    if follow not in (0, found.follow_of(found.entry)):
        tables.write_all(*_told(found, follow, on=False))
    if found.entry.on and not on:
        return
    with suppress(Blocked):
        settle(found, found.entry, tables, now_ms)


def guards(found: Found, entry: Entry, now_ms: int) -> list[Work]:
    """The work rows of a change: finish it soon; a day later, purge the row that an unfollow has switched off."""
    about = f"{found.follower_id}:{found.author_id}"
    rows = [Work(now_ms + GUARD_MS, "relation", f"{about}:{found.follow_of(entry)}:{int(entry.on)}")]
    if not entry.on:
        rows.append(Work(now_ms + PURGE_MS, "purge", f"{about}:{entry.epoch}"))
    return rows


def settle(found: Found, entry: Entry, tables: Tables, now_ms: int) -> bool:
    """As `_make_agree`; a follow that raced with a block is ended again, and Blocked raised.

    Who blocks writes the block, then looks for a follow to end; who follows writes the entry, then looks for a block:
    one of the two sees the other.
    """
    if entry.on and blocks.between(tables, found.follower_id, found.author_id):
        change(tables, found.follower_id, found.author_id, on=False, now_ms=now_ms)
        raise _blocked(found.author_id)
    return _make_agree(found, entry, tables, now_ms)


def _make_agree(found: Found, entry: Entry, tables: Tables, now_ms: int) -> bool:
    """Make everything agree with the session entry; each step repeats harmlessly. Whether it is counted for certain."""
    counted = True
    told = _told(found, found.follow_of(entry), on=entry.on)
    try:
        tables.write(relations.agree(found.author_id, found.follower_id, entry, now_ms, turning=True))
    except ConditionFailed:
        with suppress(ConditionFailed):  # this epoch has been here already, or a newer one
            tables.write(relations.agree(found.author_id, found.follower_id, entry, now_ms, turning=False))
        if told:
            tables.write_all(*told)
    else:
        counted = tables.count(*_counted(found, 1 if entry.on else -1, now_ms), *told)
    if entry.on:
        backfill(tables, found.follower_id, found.author_id)
    return counted


def _counted(found: Found, step: int, now_ms: int) -> list[Write]:
    moved: list[Write] = []
    if found.author is not None:
        moved.append(users.counted(found.author, now_ms, follower_count=step))
    if found.follower is not None:
        moved.append(users.counted(found.follower, now_ms, following_count=step))
    return moved


def _told(found: Found, follow: int, *, on: bool) -> list[Write]:
    """The author is told of the follow of this epoch, or that it is over."""
    return [notifications.tell(found.author_id, of_follow(found.follower_id, follow), on=on)] if follow else []


def _blocked(author_id: int) -> Blocked:
    return Blocked(f"You and user {author_id} are parted by a block.")


def backfill(tables: Tables, follower_id: int, author_id: int) -> None:
    """Put the author's newest articles into the reader's inbox, where they are not there yet."""
    puts = [
        inboxes.put(
            hashed(follower_id), article.published_ms, article.id, author_id, article.delivery, only_if_absent=True
        )
        for article in _newest_visible(tables, author_id)
        if article.published_ms is not None
    ]
    if any(not failed.refused for failed in inboxes.deliver(tables, puts)):
        raise Busy("Not all of the author's newest articles could be delivered yet; try again.")


def _newest_visible(tables: Tables, author_id: int) -> list[Article]:
    """The author's newest twenty that may be seen, looked for among the newest five hundred."""
    shown: list[Article] = []
    below: int | None = None
    for _ in range(_BACKFILL_ROUNDS):
        released, more = outboxes.newest(tables, author_id, below, BACKFILL)
        found = articles.cards(tables, (release.article_id for release in released))
        shown += [article for article in found.values() if visible_to(article, EVERYBODY)]
        if len(shown) >= BACKFILL or not more:
            break
        below = released[-1].sequence
    return sorted(shown, key=lambda article: article.sequence or 0, reverse=True)[:BACKFILL]
