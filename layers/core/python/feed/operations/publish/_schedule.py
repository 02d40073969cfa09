"""When an article is to go public: what an author may ask for, and the work row that the timer goes by."""

from __future__ import annotations

from feed.errors import InvalidRequest
from feed.store.work import SCHEDULE, Work

AHEAD_DAYS = 366
_DAY_MS = 86_400_000


def check_schedule(state: str | None, publish_at: int | None, asked_ms: int) -> None:
    """Raises InvalidRequest unless `publish_at` goes with the state that is asked for, and lies ahead."""
    if state != "scheduled":
        if publish_at is not None:
            raise _refused("It may be given only with the state scheduled.")
    elif publish_at is None:
        raise _refused("It is required with the state scheduled.")
    elif publish_at <= asked_ms:
        raise _refused("It must be in the future.")
    elif publish_at > asked_ms + AHEAD_DAYS * _DAY_MS:
        raise _refused(f"It must be within {AHEAD_DAYS} days.")


def alarm(article_id: int, due_ms: int) -> Work:
    """Has the timer look at the article; what becomes of it then, the article's own row says.

    To be written before that row, and never for a time that is past: the timer keeps an alarm for another minute, in
    which whoever wrote it has written the article too.
    """
    return Work(due_ms, SCHEDULE, str(article_id))


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest("The request cannot be accepted as it is: publish_at.", fields={"publish_at": why})
