"""Counters of one article or person, made anew as scripts/recount makes everybody's."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from commands.admin.desk import Desk
from commands.recount import ARTICLES, PEOPLE, Counted, recount_all

RECOUNT = "recount"
KINDS: dict[str, Counted] = {"article": ARTICLES, "user": PEOPLE}


def recount(
    kind: str,
    ids: Sequence[int],
    desk: Desk,
    say: Callable[[str], None],
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    wait: Callable[[float], None] = time.sleep,
) -> bool:
    """Whether all are right now. Raises Declined, FeedError."""
    what = KINDS[kind]
    desk.agree(f"Recount {len(ids)} {what.names} ({', '.join(map(str, ids))})?")
    right = True
    for id in ids:
        before = "wrong" if what.miscounted(id, desk.tables) else "right"
        with desk.recorded(RECOUNT, f"{kind}:{id}", before, "right"):
            right = recount_all(what, [id], desk.tables, say=say, now_ms=now_ms, wait=wait) and right
    return right
