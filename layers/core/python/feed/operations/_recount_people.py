"""Users' counters: moved with what they count, and made anew from it where a call has died between the two."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from feed.errors import Busy, ConditionFailed, Reload
from feed.store import tallies, users, work
from feed.store.work import Work

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables
    from feed.store.rows import Write
    from feed.store.users import User

PEOPLE = "people"
AFTER_MS = 60_000
"""More than a call can take and an index can lag, together: by then the indexes show what it has changed."""
QUIET_MS = 15_000
"""How long nobody may have counted before a recount: by then the indexes show all that was counted."""

_T = TypeVar("_T")


class Part(enum.IntEnum):
    """Counters that are made anew together, because they count the same rows."""

    FOLLOWERS = 1
    FOLLOWING = 2
    ARTICLES = 3


MOST_IN_A_TURN = {Part.FOLLOWERS: 300_000, Part.FOLLOWING: 300_000, Part.ARTICLES: 40_000}
"""Less than 20 s for a quarter of a core; a whole one counts 90,000 relations or 14,000 articles a second."""
_SIZES = {Part.FOLLOWERS: "follower_count", Part.FOLLOWING: "following_count", Part.ARTICLES: "article_count"}


class OutOfTime(Busy):
    """There are more rows than there was time to count; nothing was changed."""


class TooMany(Reload):
    """There are more rows than a turn of the sweeper can count."""


def guard(user_id: int, part: Part, call: Call, tables: Tables) -> Work:
    """Write the work row of one change, before that change, to be removed once it is counted. Raises Busy."""
    unsure = Work(call.time_ms() + AFTER_MS, PEOPLE, f"{user_id}:{part.value}:{call.random_bits(48)}")
    if tables.write_many([work.put(unsure, call.trace_id)]):
        raise Busy("Tablestore is busy; nothing was changed, try again.")
    return unsure


def recount_later(tables: Tables, now_ms: int, *whom: tuple[int, Part]) -> None:
    """Have them recounted after everything that begins before `now_ms` has ended; asked for twice, it is done once."""
    rows = (Work(now_ms + AFTER_MS, PEOPLE, f"{user_id}:{part.value}:0") for user_id, part in whom)
    tables.write_all(*map(work.put, rows))


def write_counted(write: Write, author: User, call: Call, tables: Tables, **changes: int) -> None:
    """Change an article by condition, and its author's counters, as they were read before that, by so much.

    A work row stands from before the one until the other is certain. Raises Busy, ConditionFailed, OutcomeUnknown.
    """
    unsure = guard(author.id, Part.ARTICLES, call, tables)
    tables.write(write)
    if tables.count(users.counted(author, call.time_ms(), **changes)):
        tables.write_many([work.remove(unsure)])


def recount_person(
    user_id: int,
    parts: Collection[Part],
    tables: Tables,
    now_ms: int,
    may_go_on: Callable[[], bool] = lambda: True,
    most: Mapping[Part, int] = MappingProxyType({}),
) -> bool:
    """Bring a user's counters to what the rows say; False while others are counting, so that it must wait.

    It writes even where the totals agree: one that lacks a count may make up for another that is still on its way.
    Whoever has changed what is counted, and not counted it yet, is refused from then on and leaves a work row of
    their own. Raises TooMany where a part is larger than `most`, OutOfTime where `may_go_on` denies another request.
    """
    user = users.find(tables, user_id)
    if user is None:
        return True
    for part, limit in most.items():
        if part in parts and (size := getattr(user, _SIZES[part])) > limit:
            message = f"Recount this person by the command: {_SIZES[part]} {size} is above {limit}."
            raise TooMany(message)
    if user.counted_ms > now_ms - QUIET_MS:
        return False
    try:
        tables.write(users.recounted(user, totals(user_id, parts, tables, may_go_on)))
    except ConditionFailed:
        return False
    return True


def person_miscounted(user_id: int, tables: Tables) -> bool:
    """Whether counters are not what the rows say just now, be it because somebody is counting. Raises NotFound."""
    shown = users.shown(tables, user_id)
    return shown != totals(user_id, list(Part), tables)


def totals(
    user_id: int, parts: Iterable[Part], tables: Tables, may_go_on: Callable[[], bool] = lambda: True
) -> dict[str, int]:
    """What the counters of these parts should be."""
    found: dict[str, int] = {}
    for part in parts:
        found |= _TOTALS[part](user_id, tables, may_go_on)
    return found


def _followers(user_id: int, tables: Tables, may_go_on: Callable[[], bool]) -> dict[str, int]:
    return {"follower_count": sum(_in_time(tallies.followers(tables, user_id), may_go_on))}


def _following(user_id: int, tables: Tables, may_go_on: Callable[[], bool]) -> dict[str, int]:
    return {"following_count": sum(_in_time(tallies.following(tables, user_id), may_go_on))}


def _articles(user_id: int, tables: Tables, may_go_on: Callable[[], bool]) -> dict[str, int]:
    """Likes of a withdrawn article still count, those of a deleted one do not."""
    count = words = likes = 0
    for page in _in_time(tallies.written(tables, user_id), may_go_on):
        count += sum(article.shown for article in page)
        words += sum(article.words for article in page if article.shown)
        likes += sum(article.likes for article in page)
    return {"article_count": count, "word_count": words, "like_count": likes}


_TOTALS = {Part.FOLLOWERS: _followers, Part.FOLLOWING: _following, Part.ARTICLES: _articles}


def _in_time(pages: Iterable[_T], may_go_on: Callable[[], bool]) -> Iterable[_T]:
    for page in pages:
        yield page
        if not may_go_on():
            raise OutOfTime("There was no time to count all of it.")
