"""The users' log within the window, as columns: read side by side in stretches of the hashed key."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from feed.domain.fanout import shard_range
from feed.domain.recommendation import KINDS, Kinds, weight_of
from feed.store import logs

if TYPE_CHECKING:
    from feed.call import Call
    from feed.wiring import World

STRETCHES = 64

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Acts(NamedTuple):
    """One entry per reader and article, in any order; the weight is that of the heaviest act."""

    readers: Ints
    articles: Ints
    weights: Floats
    acted_ms: Ints

    @classmethod
    def of(cls, rows: Iterable[logs.Logged], kinds: Kinds = KINDS) -> Acts:
        """Without what was taken back."""
        weighed = [
            (row.user_id, row.article_id, heaviest[1], row.acted_ms)
            for row in rows
            if (heaviest := weight_of(row.acts, kinds)) is not None
        ]
        readers, articles, weights, acted_ms = zip(*weighed, strict=True) if weighed else ((), (), (), ())
        return cls(
            np.array(readers, np.int64),
            np.array(articles, np.int64),
            np.array(weights, np.float64),
            np.array(acted_ms, np.int64),
        )

    @classmethod
    def joined(cls, parts: list[Acts]) -> Acts:
        return cls(
            np.concatenate([part.readers for part in parts]),
            np.concatenate([part.articles for part in parts]),
            np.concatenate([part.weights for part in parts]),
            np.concatenate([part.acted_ms for part in parts]),
        )

    def __len__(self) -> int:
        return len(self.readers)


class Reading:
    """Reads until the log ends, `most` acts are there or only `until_s` seconds of the call are left.

    When it stops early, what was read is as good as a sample of readers drawn by lot, since keys are hashed.
    """

    def __init__(self, call: Call, world: World, since_ms: int, most: int, until_s: float) -> None:
        self.complete = True
        self._call = call
        self._tables = world.tables
        self._kinds = world.kinds
        self._since_ms = since_ms
        self._most = most
        self._until_s = until_s
        self._parts = [Acts.of(())]

    def read(self) -> Acts:
        self._tables.together(*(partial(self._stretch, number) for number in range(STRETCHES)))
        return Acts.joined(self._parts)

    def _stretch(self, number: int) -> None:
        pages = logs.stretch(self._tables, *shard_range(number, STRETCHES))
        while not self._full():
            page = next(pages, None)
            if page is None:
                return
            self._parts.append(Acts.of((row for row in page if row.acted_ms >= self._since_ms), self._kinds))
        self.complete = False

    def _full(self) -> bool:
        return sum(map(len, self._parts)) > self._most or self._call.seconds_left() < self._until_s
