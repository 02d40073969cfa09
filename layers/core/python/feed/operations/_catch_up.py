"""What a visit does to a reader's follows, stretch by stretch: their rows are told, then the inbox gets what it lacks.

Whatever is published meanwhile comes by one or the other: a push that finds the row as it was has been preceded by its
outbox row, and one that finds it told is a push like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from feed.domain.fanout import SETTLED_AFTER_MS
from feed.domain.ids import hashed, unhashed
from feed.domain.warmth import DAY_MS, owed_from_ms
from feed.operations._arrivals import bring
from feed.store import articles, inboxes, outboxes, relations
from feed.store.client import Tables
from feed.store.outboxes import Release
from feed.store.rows import Put

if TYPE_CHECKING:
    from feed.call import Call

STRETCH = 100
"""Follows whose authors one request finds."""
_OUTBOXES = 32
"""Read side by side before their articles are put together."""

Position = tuple[int, str]


class Follow(NamedTuple):
    followed_ms: int
    author_key: str

    @property
    def author_id(self) -> int:
        return unhashed(self.author_key)


class Stretch(NamedTuple):
    """Some of a reader's follows, the newest first; `more`: others follow."""

    follows: list[Follow]
    more: bool

    @property
    def end(self) -> Position | None:
        return _position(self.follows[-1]) if self.more else None

    def untold(self, today: int) -> list[Follow]:
        """A follow of today has told its row of today."""
        return [follow for follow in self.follows if follow.followed_ms // DAY_MS < today]


def read_stretch(reader: int, behind: Position | None, tables: Tables) -> Stretch:
    rows, more = relations.newest_following(tables, reader, behind, STRETCH)
    return Stretch([Follow(int(row["followed_ms"]), str(row["author_key"])) for row in rows], more)


@dataclass
class Visit:
    """`refreshed_day` is as it was before the visit; `found`: rows were put that may be new."""

    reader: int
    refreshed_day: int | None
    call: Call
    tables: Tables
    may_go_on: Callable[[], bool]
    found: bool = False

    def catch_up(self, stretch: Stretch) -> Position | None:
        """Do it; behind which follow to go on, None when these were the last. Raises Busy."""
        now_ms = self.call.time_ms()
        untold = stretch.untold(now_ms // DAY_MS)
        owed = {follow: owed_from_ms(self.refreshed_day, follow.followed_ms, now_ms) for follow in untold}
        owed = {follow: from_ms for follow, from_ms in owed.items() if from_ms <= now_ms}
        self._tell(untold, owed.keys(), now_ms)
        times = outboxes.newest_times(self.tables, [follow.author_id for follow in owed]) if owed else {}
        active = [follow for follow, from_ms in owed.items() if times.get(follow.author_id, 0) >= from_ms]
        for start in range(0, len(active), _OUTBOXES):
            group = active[start : start + _OUTBOXES]
            self._bring([(follow, owed[follow]) for follow in group], now_ms + SETTLED_AFTER_MS)
            if start + _OUTBOXES < len(active) and not self.may_go_on():
                return _position(group[-1])
        return stretch.end

    def _tell(self, follows: Sequence[Follow], returned: Set[Follow], now_ms: int) -> None:
        rows = [
            relations.seen(follow.author_key, self.reader, now_ms // DAY_MS, now_ms if follow in returned else None)
            for follow in follows
        ]
        if rows:
            self.tables.write_all(*rows)

    def _bring(self, owed: Sequence[tuple[Follow, int]], until_ms: int) -> None:
        """What these authors have published since; what is newer than `until_ms` is left to pushes."""
        tables = self.tables
        releases = tables.together(
            *(lambda follow=follow, ms=ms: outboxes.since(tables, follow.author_id, ms) for follow, ms in owed)
        )
        puts: list[Put] = []
        for (follow, from_ms), found in zip(owed, releases, strict=True):
            times = publish_times(found, tables)
            puts += [
                put_of(self.reader, follow.author_id, article, ms)
                for article, ms in times.items()
                if from_ms <= ms <= until_ms
            ]
        if puts:
            self.found = bring(puts, self.call, tables) or self.found


def publish_times(releases: Sequence[Release], tables: Tables) -> dict[int, int]:
    """By article, each once; of rows that are older than the column, from the article itself."""
    known = {release.article_id: release.published_ms for release in releases}
    lacking = [article for article, ms in known.items() if ms is None]
    cards = articles.cards(tables, lacking) if lacking else {}
    known |= {article: card.published_ms for article, card in cards.items()}
    return {article: ms for article, ms in known.items() if ms is not None}


def put_of(reader: int, author_id: int, article_id: int, published_ms: int, delivery: int = 0) -> Put:
    """Only where it is not yet. No delivery: it comes because of a return."""
    return inboxes.put(hashed(reader), published_ms, article_id, author_id, delivery, only_if_absent=True)


def _position(follow: Follow) -> Position:
    return follow.followed_ms, follow.author_key
