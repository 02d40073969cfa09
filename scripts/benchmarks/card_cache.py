"""What the cards that one instance keeps are worth when ten thousand readers follow authors of Zipf's popularity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np
from tqdm import tqdm

from benchmarks import rows
from benchmarks.rows import FIRST_AUTHOR, FIRST_READER
from benchmarks.stage import DAY_MS, Stage
from commands.running import LOCAL
from feed import wiring
from feed.call import Call
from feed.config import Credentials
from feed.domain.articles import Article
from feed.operations.timeline import read_timeline
from feed.store import articles, sessions
from feed.store.cards import KEPT_MS, Cards
from feed.store.schema import KEY_NAMES
from feed.wiring import Grant, World

READERS = 10_000
AUTHORS = 5_000
FOLLOWED = 50
"""By each reader: the n-th author is chosen 1/n as often as the first."""
PER_DAY = 1
"""Articles by each author, at any time of the day."""
DAYS = 4
HELD = 48
"""Newest rows put into an inbox: more than its first page reads."""
RATES = (10, 50, 200)
"""First pages per second to one instance."""
PAGES = 400
"""Measured at each rate, after those of the time that cards are kept."""
SEED = 20


@dataclass
class _Asked:
    """What the timeline has asked the instance's cards for."""

    cards: int = 0
    kept: int = 0


def measure() -> dict[str, Any]:
    """By rate: the share of cards that the instance had, and what a page cost."""
    random = np.random.default_rng(SEED)
    visits = {rate: random.integers(0, READERS, PAGES + rate * KEPT_MS // 1_000).tolist() for rate in RATES}
    with Stage(LOCAL) as stage:
        _put(stage, sorted({reader for readers in visits.values() for reader in readers}), random)
        found = {str(rate): _at(stage, rate, readers) for rate, readers in visits.items()}
    return {
        "readers": READERS,
        "authors": AUTHORS,
        "followed_by_each": FOLLOWED,
        "articles_per_author_and_day": PER_DAY,
        "kept_ms": KEPT_MS,
        "pages_per_s": found,
    }


def print_result(result: dict[str, Any]) -> None:
    who = f"{READERS:,} readers follow {FOLLOWED} of {AUTHORS:,} authors by Zipf's law, {PER_DAY} article a day each"
    print(f"  first pages by one instance that keeps cards for {KEPT_MS / 1_000:.0f} s; {who}\n")
    print(f"  {'pages/s':>9} {'cards kept':>12} {'read CU a page':>16} {'requests a page':>17}")
    for rate, one in result["pages_per_s"].items():
        print(f"  {rate:>9} {one['hit_rate']:>12.1%} {one['read_cu']:>16.1f} {one['requests']:>17.2f}")
    print()


def _at(stage: Stage, rate: int, readers: Sequence[int]) -> dict[str, Any]:
    """The visits evenly in time; the first ones fill the cache."""
    stage.clock.advance(10 * KEPT_MS)
    wiring.forget()
    unmeasured = len(readers) - PAGES
    asked = _Asked()
    requests = read_cu = 0
    for visit, reader in enumerate(tqdm(readers, desc=f"{rate} pages/s", unit="page", leave=False, mininterval=1)):
        if visit == unmeasured:
            asked = _Asked()
        _, measured = stage.meter.measure(lambda reader=reader, asked=asked: _first_page(stage, reader, asked))  # type: ignore[misc]
        if visit >= unmeasured:
            requests += measured.cost.requests
            read_cu += measured.cost.read_cu
        stage.clock.advance(1_000 // rate)
    return {"hit_rate": asked.kept / asked.cards, "read_cu": read_cu / PAGES, "requests": requests / PAGES}


def _first_page(stage: Stage, reader: int, asked: _Asked) -> None:
    """By the operation itself: who they are was looked up before."""
    fresh = Cards.fresh

    def counted(cards: Cards, article_ids: Iterable[int], now_ms: int) -> dict[int, Article]:
        wanted = list(article_ids)
        found = fresh(cards, wanted, now_ms)
        asked.cards += len(wanted)
        asked.kept += len(found)
        return found

    now = stage.clock.monotonic()
    call = Call("timeline", "benchmark", stage.clock.now_ms(), now + 60, FIRST_READER + reader, began=now)
    world = World(call, Grant(tuple(KEY_NAMES)), wiring.settings(), Credentials("local", "local", ""))
    with patch.object(Cards, "fresh", counted):
        page = read_timeline.run(read_timeline.Request(), call, world)
    assert len(page.items) == 20
    assert page.source == "follow"


def _put(stage: Stage, readers: Sequence[int], random: np.random.Generator) -> None:
    """Only the inboxes of those who will come, and what is in them."""
    now_ms = stage.clock.now_ms()
    published = np.sort(random.integers(1, DAYS * DAY_MS, (AUTHORS, DAYS * PER_DAY)))
    popularity = 1 / np.arange(1, AUTHORS + 1)
    popularity /= popularity.sum()
    held: dict[int, list[Article]] = {}
    for reader in readers:
        followed = random.choice(AUTHORS, FOLLOWED, replace=False, p=popularity)
        theirs = [(int(ago), int(author)) for author in followed for ago in published[author]]
        held[reader] = [_article(author, now_ms - ago) for ago, author in sorted(theirs)[:HELD]]
    known = {article.id: article for inbox in held.values() for article in inbox}
    rows.put(stage.tables, map(articles.create, known.values()), "articles")
    rows.put(stage.tables, _inbox_rows(held), "inbox rows")
    today = now_ms // DAY_MS
    here = (sessions.note(FIRST_READER + reader, seen_day=today, refreshed_day=today) for reader in readers)
    rows.put(stage.tables, here, "sessions")


def _article(author: int, published_ms: int) -> Article:
    return rows.article(FIRST_AUTHOR + author, published_ms, author)


def _inbox_rows(held: dict[int, list[Article]]) -> Iterator[Any]:
    for reader, inbox in held.items():
        yield from (rows.inbox_row(FIRST_READER + reader, article) for article in inbox)
