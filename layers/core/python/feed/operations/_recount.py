"""Counters that a crash may have left behind what they count: made anew from the behaviour log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feed.domain.actions import totals
from feed.errors import ConditionFailed
from feed.store import articles, counters, logs
from feed.store.work import Work

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables

RECOUNT = "recount"
AFTER_MS = 60_000
"""More than an act can take and the log's index can lag, together: by then the index shows the flag."""
QUIET_MS = 15_000
"""How long nobody may have counted before a recount: by then the log's index shows all that was counted."""


def recount_guard(article_id: int, call: Call) -> Work:
    """The work row of one act, written before its flag and removed once it is counted."""
    return Work(call.now_ms + AFTER_MS, RECOUNT, f"{article_id}:{call.random_bits(48)}")


def recount(article_id: int, tables: Tables, now_ms: int) -> bool:
    """Bring an article's counters to what the log says; False while others are counting, so that it must wait.

    It writes even where the totals agree: one that lacks a count may make up for another that is still on its way.
    Whoever has set a flag and not counted it yet is refused from then on, and leaves a work row of its own.
    """
    article = articles.find(tables, article_id)
    if article is None:
        return True
    if article.counted_ms > now_ms - QUIET_MS:
        return False
    try:
        tables.write(counters.recounted(article, totals(logs.of_article(tables, article_id))))
    except ConditionFailed:
        return False
    return True


def miscounted(article_id: int, tables: Tables) -> bool:
    """Whether counters are not what the log says just now, be it because somebody is counting. Raises NotFound."""
    shown = counters.shown(tables, article_id)
    return shown != totals(logs.of_article(tables, article_id))
