"""How often somebody has used a budget in a window of time: one counter per row, raised only below its limit."""

from __future__ import annotations

from collections.abc import Sequence

from feed.domain.budgets import Share
from feed.errors import Busy
from feed.store.client import Tables
from feed.store.rows import Key, Update, less_or_missing
from feed.store.schema import RATE_LIMITS


def use(tables: Tables, shares: Sequence[Share]) -> list[Share]:
    """Count one use of each in one request; those that are used up, and are not counted on.

    A row or cell that is missing is one that nobody has used. What may have been counted is not counted again: a lost
    answer costs a use and grants none. Raises Busy when it is not certain that every one was counted.
    """
    failed = tables.write_many([_one_more(share) for share in shares])
    refused = {row.write.key for row in failed if row.refused}
    if not refused and failed:
        raise Busy("Tablestore is busy; nothing was done, try again.")
    return [share for share in shares if _key(share) in refused]


def _one_more(share: Share) -> Update:
    return Update(RATE_LIMITS, _key(share), add={"used": 1}, where=(less_or_missing("used", share.most),))


def _key(share: Share) -> Key:
    return share.who, share.budget, share.window
