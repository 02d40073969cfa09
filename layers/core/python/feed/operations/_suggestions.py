"""What to suggest to a reader: by their latest acts, with a few articles that nobody knows yet; and what is hot."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import BaseModel

from feed.domain.recommendation import profile, ranking
from feed.operations._unseen import reader
from feed.store import hotlists, logs, neighbors
from feed.store.hotlists import Order

if TYPE_CHECKING:
    from feed.call import Call
    from feed.wiring import World

LATEST_ACTS = 450
"""Of the reader's own: nine capacity units, so that a page of twenty stays within sixty."""
HOT = 300
FRESH = 200
FRESH_MS = 48 * 3_600_000
FRESH_READS = 50
EVERY = 10
"""Every tenth place goes to an article that is young and that few have read."""
LISTS_MS = 3_000
"""How long an instance keeps what a search has found; what is hidden meanwhile is left out when cards are read."""


class Because(BaseModel):
    """`article_id` is the article to which the caller did the kind of act; of a hot author, the article that is hot."""

    kind: Literal["tip", "comment", "collect", "like", "read", "fresh", "hot"]
    article_id: int | None = None
    author_id: int | None = None


class Suggestion(NamedTuple):
    article_id: int
    because: Because


def by_taste(call: Call, world: World) -> tuple[list[Suggestion], frozenset[int]]:
    """What suits the reader, and what they have done something to of late, which is not among it.

    Two requests: the newest acts by the log's index by time, and the neighbours of ten articles. Older
    acts, and those that the index does not show yet, are not known.
    """
    acts = logs.newest(world.tables, reader(call), LATEST_ACTS)
    acted = frozenset(act.article_id for act in acts)
    spoken = profile([(act.article_id, act.acts) for act in acts], world.kinds)
    near = neighbors.find(world.tables, (source.article_id for source in spoken)) if spoken else {}
    ranked = [
        Suggestion(pick.article_id, Because(kind=pick.because.kind, article_id=pick.because.article_id))
        for pick in ranking(spoken, near, acted)
    ]
    return ranked, acted


def hot(order: Order, world: World) -> list[Suggestion]:
    found = world.lately(f"{order} list", LISTS_MS, lambda: hotlists.hottest(world.tables, order, HOT))
    return [Suggestion(article_id, Because(kind="hot")) for article_id in found]


def fresh(call: Call, world: World) -> list[Suggestion]:
    """Young articles that few have read, in an order of their own for each reader and hour."""
    since = call.now_ms - FRESH_MS
    found = world.lately("fresh list", LISTS_MS, lambda: hotlists.fresh(world.tables, since, FRESH_READS, FRESH))
    seed = f"{reader(call)} {call.now_ms // 3_600_000}"
    # by a hash of each: a new article among them must not shuffle the others
    drawn = sorted(found, key=lambda article_id: hashlib.blake2b(f"{seed} {article_id}".encode()).digest())
    return [Suggestion(article_id, Because(kind="fresh")) for article_id in drawn]


def mixed(
    ranked: Sequence[Suggestion], young: Sequence[Suggestion], passed: Collection[int], without: Collection[int]
) -> list[Suggestion]:
    """What is left of a walk: the ranked, every tenth place of the walk with one of the young; each article once."""
    known = {*passed, *without}

    def new(source: Sequence[Suggestion]) -> Iterator[Suggestion]:
        for suggestion in source:
            if suggestion.article_id not in known:
                known.add(suggestion.article_id)
                yield suggestion

    first, second = new(ranked), new(young)
    merged: list[Suggestion] = []
    while True:
        is_tenth = (len(passed) + len(merged)) % EVERY == EVERY - 1
        following = (next(second, None) if is_tenth else None) or next(first, None)
        if following is None:
            return merged
        merged.append(following)
