"""The instance's cards: articles without their text as they were read within the last two seconds."""

from __future__ import annotations

import math
from collections.abc import Iterable

from feed.domain.articles import Article
from feed.store.client import MAX_BATCH_GET

KEPT_MS = 2_000
"""How far what a list shows may be behind: api.md, conventions."""
_MOST = 20_000
_REMEMBERED = 400
"""Of so many cards or more the share that was hidden is known; older ones count half, and half again."""

_LEAST_SHARE = 0.175
"""Always reckoned with: it fills a page at once for whoever has 30 % hidden, evenly spread, where others have none."""


class Cards:
    def __init__(self) -> None:
        self._read: dict[int, tuple[int, Article]] = {}
        self._looked_at, self._hidden = 20.0, 20.0 * _LEAST_SHARE

    def enough_for(self, size: int) -> int:
        """How many cards hold `size` that may be seen, three deviations on the safe side; one batch at most."""
        share = max(_LEAST_SHARE, self._hidden / self._looked_at)
        enough = size
        while enough < MAX_BATCH_GET and enough * (1 - share) - 3 * math.sqrt(enough * share * (1 - share)) < size:
            enough += 1
        return enough

    def learn(self, looked_at: int, hidden: int) -> None:
        """What became of cards of late: how many were looked at, and how many of these were hidden."""
        self._looked_at += looked_at
        self._hidden += hidden
        if self._looked_at > 2 * _REMEMBERED:
            self._looked_at, self._hidden = self._looked_at / 2, self._hidden / 2

    def fresh(self, article_ids: Iterable[int], now_ms: int) -> dict[int, Article]:
        """Those that were asked for less than KEPT_MS ago."""
        found = {}
        for article_id in article_ids:
            read_ms, article = self._read.get(article_id, (0, None))
            if article is not None and 0 <= now_ms - read_ms < KEPT_MS:
                found[article_id] = article
        return found

    def keep(self, articles: Iterable[Article], asked_ms: int) -> None:
        if len(self._read) > _MOST:
            self._read.clear()
        self._read.update((article.id, (asked_ms, article)) for article in articles)
