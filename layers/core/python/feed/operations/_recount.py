"""Counters that a crash may have left behind what they count: made anew from the behaviour log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from feed.domain.actions import totals
from feed.errors import ConditionFailed
from feed.operations._recount_people import AFTER_MS, QUIET_MS, Part, recount_later
from feed.store import articles, counters, logs
from feed.store.work import Work

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables

RECOUNT = "recount"


def recount_guard(article_id: int, call: Call, about: Iterable[int] = ()) -> Work:
    """The work row of one act, written before its flag and removed once it is counted; `about` is for `tell_again`."""
    numbers = (article_id, call.random_bits(48), *about)
    return Work(call.now_ms + AFTER_MS, RECOUNT, ":".join(map(str, numbers)))


def recount(article_id: int, tables: Tables, now_ms: int) -> bool:
    """Bring an article's counters to what the log says; False while others are counting, so that it must wait.

    It writes even where the totals agree: one that lacks a count may make up for another that is still on its way.
    Whoever has set a flag and not counted it yet is refused from then on, and leaves a work row of its own.
    The author's likes are counted after that.
    """
    article = articles.find(tables, article_id)
    if article is None:
        return True
    if article.counted_ms > now_ms - QUIET_MS:
        return False
    found = totals(logs.of_article(tables, article_id))
    recount_later(tables, now_ms, (article.author_id, Part.ARTICLES))
    try:
        tables.write(counters.recounted(article, found))
    except ConditionFailed:
        return False
    return True


def miscounted(article_id: int, tables: Tables) -> bool:
    """Whether counters are not what the log says just now, be it because somebody is counting. Raises NotFound."""
    shown = counters.shown(tables, article_id)
    return shown != totals(logs.of_article(tables, article_id))
