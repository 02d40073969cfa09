"""What to suggest to a reader: by their latest acts, with a few articles that nobody knows yet; and what is hot."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from feed.domain.recommendation import Pick, profile, ranking
from feed.operations._unseen import reader
from feed.store import hotlists, logs, neighbors
from feed.store.hotlists import Order

if TYPE_CHECKING:
    from feed.call import Call
    from feed.wiring import World

NEWEST_ACTS = 500
HOT = 300
FRESH = 200
FRESH_MS = 48 * 3_600_000
FRESH_READS = 50
EVERY = 10
"""Every tenth place goes to an article that is young and that few have read."""
LISTS_MS = 3_000
"""How long an instance keeps what a search has found; what is hidden meanwhile is left out when cards are read."""


class Because(BaseModel):
    """`article_id` is the own article to which the kind of act was done."""

    kind: Literal["tip", "comment", "collect", "like", "read", "fresh", "hot"]
    article_id: int | None = None
    author_id: int | None = None


@dataclass(frozen=True)
class Suggestion:
    article_id: int
    because: Because


@dataclass(frozen=True)
class Taste:
    """`ranked` leaves out `acted`, which is all that the reader has done something to unless `more`."""

    ranked: list[Pick]
    acted: frozenset[int]
    more: bool


def taste(call: Call, world: World) -> Taste:
    """Two requests: the newest five hundred acts by the log's index by time, and the neighbours of ten articles."""
    acts, more = logs.newest(world.tables, reader(call), NEWEST_ACTS)
    acted = frozenset(act.article_id for act in acts)
    spoken = profile([(act.article_id, act.acts) for act in acts])
    near = neighbors.find(world.tables, (source.article_id for source in spoken)) if spoken else {}
    return Taste(ranking(spoken, near, acted), acted, more)


def by_taste(known: Taste) -> list[Suggestion]:
    return [
        Suggestion(pick.article_id, Because(kind=pick.because.kind, article_id=pick.because.article_id))
        for pick in known.ranked
    ]


def hot(order: Order, world: World) -> list[Suggestion]:
    found = world.lately(f"{order} list", LISTS_MS, lambda: hotlists.hottest(world.tables, order, HOT))
    return [Suggestion(article_id, Because(kind="hot")) for article_id in found]


def fresh(call: Call, world: World) -> list[Suggestion]:
    """Young articles that few have read, drawn anew for each reader and hour."""
    since = call.now_ms - FRESH_MS
    found = world.lately("fresh list", LISTS_MS, lambda: hotlists.fresh(world.tables, since, FRESH_READS, FRESH))
    drawn = random.Random(f"{reader(call)} {call.now_ms // 3_600_000}").sample(found, len(found))
    return [Suggestion(article_id, Because(kind="fresh")) for article_id in drawn]


def mixed(ranked: Sequence[Suggestion], young: Sequence[Suggestion], without: Sequence[int]) -> list[Suggestion]:
    """Nine of the ranked, one of the young, and so on; each article once, none of `without`."""
    known = set(without)

    def new(source: Sequence[Suggestion]) -> Iterator[Suggestion]:
        for suggestion in source:
            if suggestion.article_id not in known:
                known.add(suggestion.article_id)
                yield suggestion

    first, second = new(ranked), new(young)
    merged: list[Suggestion] = []
    while part := list(islice(first, EVERY - 1)):
        merged += [*part, *islice(second, 1)]
    return merged
