"""How long a reader may stay away before pushes pass them by, and what they are owed when they come back."""

from __future__ import annotations

import enum

DAY_MS = 86_400_000
COLD_AFTER_DAYS = 30
REFRESH_AFTER_DAYS = 7
REBUILD_AFTER_DAYS = 25
"""Soon enough that who comes back by then has been passed by nothing, however long the rest takes."""
KEPT_DAYS = 90
_MARGIN_DAYS = 1


class Due(enum.Enum):
    NOTHING = 0
    REFRESH = 1
    REBUILD = 2


def is_cold(seen_day: int | None, published_ms: int) -> bool:
    """Whether a push leaves the article to the reader's return. A row that does not say when is a warm one."""
    return seen_day is not None and published_ms // DAY_MS > seen_day + COLD_AFTER_DAYS


def may_be_rebuilt(seen_day: int | None, published_ms: int) -> bool:
    """Whether the reader's return may bring the article at the same time as a push does."""
    return seen_day is not None and published_ms // DAY_MS > seen_day + REBUILD_AFTER_DAYS


def due(refreshed_day: int | None, today: int) -> Due:
    """What a visit must do, `refreshed_day` being the last one that all relation rows were told of."""
    if refreshed_day is None or refreshed_day + REBUILD_AFTER_DAYS < today:
        return Due.REBUILD
    return Due.REFRESH if refreshed_day + REFRESH_AFTER_DAYS < today else Due.NOTHING


def owed_from_ms(refreshed_day: int | None, followed_ms: int, now_ms: int) -> int:
    """Of what an author published before this, nothing was kept from a follower, or it has left all inboxes again."""
    warm_day = max(refreshed_day or 0, followed_ms // DAY_MS)
    return max(now_ms - KEPT_DAYS * DAY_MS, (warm_day + COLD_AFTER_DAYS - _MARGIN_DAYS) * DAY_MS)
