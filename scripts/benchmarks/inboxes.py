"""Inboxes of any length, of which a part may not be seen, and walks through them page by page."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from benchmarks import rows
from benchmarks.meter import Cost, Measured
from benchmarks.rows import FIRST_AUTHOR, FIRST_READER
from benchmarks.stage import Stage
from feed import wiring
from feed.domain.articles import Article, State
from feed.store import articles

SIZE = 20
MINUTE_MS = 60_000
BETWEEN_MS = 10 * MINUTE_MS
"""Between the articles of an inbox: ten thousand reach back ten weeks."""
TOO_OLD_MS = 3_000
"""Older than any card that is kept."""
AUTHORS = 50
SEED = 20

Fate = Literal["shown", "withdrawn", "unfollowed", "blocked"]
Spread = Literal["even", "random"]


@dataclass(frozen=True)
class Hiding:
    """Of ten articles in a row, these are hidden by a change of their author's or reader's."""

    name: str
    of_ten: tuple[Fate, ...] = ()

    def fates(self, rows: int, spread: Spread) -> list[Fate]:
        """Newest first."""
        ten: list[Fate] = ["shown"] * 10
        for number, fate in enumerate(self.of_ten):
            ten[3 * number + 1] = fate
        if spread == "even":
            return [ten[row % 10] for row in range(rows)]
        return random.Random(SEED).choices(ten, k=rows)


NOTHING = Hiding("nothing")
WITHDRAWN = Hiding("30 % withdrawn", ("withdrawn",) * 3)
HIDINGS = (
    NOTHING,
    WITHDRAWN,
    Hiding("30 % unfollowed", ("unfollowed",) * 3),
    Hiding("30 % blocked", ("blocked",) * 3),
    Hiding("10 % each way", ("withdrawn", "unfollowed", "blocked")),
)

# every fifth author is left by whoever leaves somebody, every fifth is blocked
AUTHORS_OF: dict[Fate, tuple[int, ...]] = {
    "shown": tuple(FIRST_AUTHOR + n for n in range(AUTHORS) if n % 5 < 3),
    "unfollowed": tuple(FIRST_AUTHOR + n for n in range(AUTHORS) if n % 5 == 3),
    "blocked": tuple(FIRST_AUTHOR + n for n in range(AUTHORS) if n % 5 == 4),
}
AUTHORS_OF["withdrawn"] = AUTHORS_OF["shown"]


@dataclass(frozen=True)
class Inbox:
    """Whose it is, how long, and the articles that they may see of it, newest first."""

    reader: int
    rows: int
    visible: list[int]


@dataclass(frozen=True)
class Page:
    """What one page showed, and what it cost an instance without and with its articles' cards."""

    items: list[int]
    last: bool
    cold: Measured
    warm: Measured


def given_authors(stage: Stage) -> None:
    rows.put(stage.tables, (rows.user(FIRST_AUTHOR + number) for number in range(AUTHORS)), "authors")


def fill(stage: Stage, number: int, fates: Sequence[Fate]) -> Inbox:
    """The inbox of the reader of that number, who has left and blocked whom the fates say, and came here today."""
    reader = FIRST_READER + number
    stage.product.given_people(reader)
    newest_ms = stage.clock.now_ms() - BETWEEN_MS
    there = [_article(number, row, fate, newest_ms - row * BETWEEN_MS) for row, fate in enumerate(fates)]
    rows.put(stage.tables, map(articles.create, there), "articles")
    rows.put(stage.tables, (rows.inbox_row(reader, article) for article in there), "inbox rows")
    for author in _authors(fates, "unfollowed"):
        stage.product.follow(reader, author)
        stage.product.unfollow(reader, author)
    for author in _authors(fates, "blocked"):
        stage.product.follow(reader, author)
        assert stage.product.call("PUT", f"/v1/blocks/{author}", reader).status == 200
    stage.product.call("GET", "/v1/timeline", reader)
    stage.product.settle()
    stage.later(MINUTE_MS)
    return Inbox(
        reader, len(there), [article.id for article, fate in zip(there, fates, strict=True) if fate == "shown"]
    )


def on_new_instance(stage: Stage, inbox: Inbox) -> Inbox:
    """An instance that knows of this reader that they exist, and nothing else."""
    wiring.forget()
    stage.product.call("GET", "/v1/timeline/unread", inbox.reader)
    return inbox


def walk(stage: Stage, reader: int) -> Iterator[Page]:
    """Every page of the inbox, each first by an instance that has no card, then once more by the same."""
    page, cursor = None, ""
    while True:
        stage.later(TOO_OLD_MS)
        get = partial(stage.product.call, "GET", f"/v1/timeline?size={SIZE}{cursor}", reader)
        answer, cold = stage.meter.measure(get)
        again, warm = stage.meter.measure(get)
        assert again.body == answer.body
        body = answer.body
        if page is not None:
            yield replace(page, last=body["source"] != "follow")
        if body["source"] != "follow":
            return
        page = Page([item["article"]["id"] for item in body["items"]], False, cold, warm)
        cursor = f"&cursor={body['next_cursor']}"


def within_aim(measured: Measured) -> bool:
    """Three requests, two of them one after the other, three units and one for each card that the cache lacked."""
    cost = measured.cost
    return cost.requests <= 3 and cost.depth <= 2 and cost.read_cu <= 3 + measured.cards and cost.write_cu == 0


def worst(measured: Sequence[Measured]) -> Cost:
    """Of each figure by itself."""
    costs = [one.cost for one in measured]
    return Cost(*(max(getattr(cost, name) for cost in costs) for name in ("requests", "depth", "read_cu", "write_cu")))


def _authors(fates: Sequence[Fate], fate: Fate) -> tuple[int, ...]:
    return AUTHORS_OF[fate] if fate in fates else ()


def _article(number: int, row: int, fate: Fate, published_ms: int) -> Article:
    authors = AUTHORS_OF[fate]
    state = State.PRIVATE if fate == "withdrawn" else State.PUBLIC
    return rows.article(authors[row % len(authors)], published_ms, number, state)
