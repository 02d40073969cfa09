"""The instance's cards: articles without their text as they were read within the last two seconds."""

from __future__ import annotations

from collections.abc import Iterable

from feed.domain.articles import Article

KEPT_MS = 2_000
"""How far what a list shows may be behind: api.md, conventions."""
_MOST = 20_000


class Cards:
    def __init__(self) -> None:
        self._read: dict[int, tuple[int, Article]] = {}

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
