"""Authors whose articles are left to their readers: whoever follows one takes what is new out of the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from feed.domain.warmth import DAY_MS, KEPT_DAYS
from feed.errors import ConditionFailed
from feed.operations._arrivals import bring
from feed.operations._catch_up import put_of
from feed.store import outboxes, relations, sessions

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables
    from feed.store.rows import Put
    from feed.store.sessions import Session

MOST_OUTBOXES = 8
"""What one page reads, side by side."""
_MOST_ASKED = 100
_NOT_FOLLOWED = -1
_CLOCKS_MS = 60_000
"""A follow is timed by our clock, an outbox row by the server's."""


class _Look(NamedTuple):
    """Into an author's outbox: above a sequence, at what was appended since."""

    author_id: int
    above: int
    since_ms: int


class Pulled(NamedTuple):
    """`found`: rows were put that may be new; `more`: other authors are left to the next page."""

    found: bool = False
    more: bool = False


def pull(session: Session, newest: Mapping[int, int], call: Call, tables: Tables) -> Pulled:
    """Bring what is new of the authors whom the reader follows, `newest` being how far each outbox has come.

    Which of them they follow, and how far each was pulled, is kept on the session row, unless a follow came between.
    Raises Busy.
    """
    reader = call.require_caller()
    others = [author for author in newest if author != reader]
    unknown = [author for author in others if author not in session.pulled]
    asked = unknown[:_MOST_ASKED]
    followed = _followed_since(asked, session, reader, tables)
    kept_ms = call.now_ms - KEPT_DAYS * DAY_MS
    looks = [
        _Look(author, mark, kept_ms)
        for author in others
        if (mark := session.pulled.get(author, _NOT_FOLLOWED)) != _NOT_FOLLOWED and mark < newest[author]
    ]
    looks += [_Look(author, 0, max(since - _CLOCKS_MS, kept_ms)) for author, since in followed.items()]
    now, later = looks[:MOST_OUTBOXES], looks[MOST_OUTBOXES:]
    marks = {author: _NOT_FOLLOWED for author in asked if author not in followed}
    puts, reached = _read(now, reader, tables)
    marks |= {author: max(sequence, newest[author]) for author, sequence in reached.items()}
    found = bring(puts, call, tables) if puts else False
    if marks:
        with suppress(ConditionFailed):  # the next page asks again
            tables.write(sessions.note_pulled(reader, session, marks))
    return Pulled(found, more=bool(later) or len(unknown) > len(asked))


def _followed_since(authors: list[int], session: Session, reader: int, tables: Tables) -> dict[int, int]:
    """By the session's entry, or by the relation row where it has none: as everywhere."""
    entries = {author: session.entries[author] for author in authors if author in session.entries}
    rest = [author for author in authors if author not in entries]
    since = {author: entry.epoch for author, entry in entries.items() if entry.on}
    return since | (relations.followed_since(tables, reader, rest) if rest else {})


def _read(looks: list[_Look], reader: int, tables: Tables) -> tuple[list[Put], dict[int, int]]:
    """What was left to readers, and by author the newest sequence that was there."""
    puts: list[Put] = []
    reached: dict[int, int] = {}
    outcomes = tables.together(
        *(lambda look=look: outboxes.since(tables, look.author_id, look.since_ms, look.above) for look in looks)
    )
    for look, releases in zip(looks, outcomes, strict=True):
        reached[look.author_id] = max((release.sequence for release in releases), default=look.above)
        puts += {
            release.article_id: put_of(
                reader, look.author_id, release.article_id, release.published_ms, release.left_delivery
            )
            for release in releases
            if release.left_delivery and release.published_ms is not None
        }.values()
    return puts, reached
