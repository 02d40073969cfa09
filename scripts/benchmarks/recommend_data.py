"""MovieLens ratings as acts, the last fifth of each reader's held out, and what a list is worth against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feed.domain.actions import REWARD_BIT, Flag

HELD_OUT = 0.2
LENGTH = 20
NDCG_AT = 10
RESAMPLED = 1000
STARS = {5: ("reward", REWARD_BIT), 4: ("comment", Flag.COMMENT.bit), 3: ("like", Flag.LIKE.bit)}
"""What a rating stands for, besides that the article was read."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Lists = Mapping[int, Sequence[int]]
"""Articles by reader, the best first."""


@dataclass(frozen=True)
class Ratings:
    """One entry per rating; ids as in the file."""

    readers: Ints
    articles: Ints
    stars: Ints
    times_ms: Ints

    @classmethod
    def read(cls, file: Path) -> Ratings:
        """RecBole's format: tab-separated user, item, rating, seconds, below a line of names."""
        columns = np.loadtxt(file, skiprows=1, delimiter="\t").astype(np.int64).T
        return cls(columns[0], columns[1], columns[2], columns[3] * 1000)

    def __len__(self) -> int:
        return len(self.readers)

    def only(self, which: Bools) -> Ratings:
        return Ratings(self.readers[which], self.articles[which], self.stars[which], self.times_ms[which])

    def since(self, ms: int) -> Ratings:
        return self.only(self.times_ms >= ms)

    @property
    def now_ms(self) -> int:
        return int(self.times_ms.max())

    @property
    def acts(self) -> Ints:
        """As the log packs them."""
        bits = np.full(6, Flag.READ.bit)
        for stars, (_, bit) in STARS.items():
            bits[stars] |= bit
        return bits[self.stars].astype(np.int64)

    def table(self, values: Any, shape: tuple[int, int]) -> Any:
        """A sparse matrix of readers and articles; `values` is one for all, or one for each."""
        data = np.broadcast_to(np.asarray(values, np.float64), len(self))
        return sparse.csr_matrix((data, (self.readers, self.articles)), shape)

    def by_reader(self) -> dict[int, list[tuple[int, int]]]:
        """(article, acts), the newest first; of equal times the higher id, as the log's index by time has them."""
        order = np.lexsort((-self.articles, -self.times_ms))
        found: dict[int, list[tuple[int, int]]] = {}
        columns = (self.readers[order], self.articles[order], self.acts[order])
        for reader, article, acts in zip(*(column.tolist() for column in columns), strict=True):
            found.setdefault(reader, []).append((article, acts))
        return found


def split(ratings: Ratings) -> tuple[Ratings, Ratings]:
    """What is known, and the last fifth of each reader's ratings by time; of equal times the higher id is later.

    Many ratings of this data share a second, so that the order of equals moves every figure; this one is fixed.
    """
    order = np.lexsort((ratings.articles, ratings.times_ms, ratings.readers))
    readers = ratings.readers[order]
    first, count = np.searchsorted(readers, readers), np.bincount(readers)[readers]
    later = np.empty(len(ratings), bool)
    later[order] = np.arange(len(readers)) - first >= count - np.round(count * HELD_OUT)
    return ratings.only(~later), ratings.only(later)


def best(scores: Floats, known: Any) -> dict[int, list[int]]:
    """The highest of a reader's row that the reader does not know; equals by id."""
    seen = known.tocoo()
    scores[seen.row, seen.col] = -np.inf
    scores[:, 0] = -np.inf  # ids begin at 1
    order = np.argsort(-scores, axis=1, kind="stable")[:, :LENGTH]
    return dict(enumerate(order.tolist()))


@dataclass(frozen=True)
class Quality:
    """One value per reader of whom something was held out, in the order of their ids."""

    ndcg: Floats
    recall: Floats

    @classmethod
    def of(cls, lists: Lists, held_out: Ratings) -> Quality:
        """NDCG@10 against the best order possible, Recall@20; every article that was held out counts 1."""
        gains = 1 / np.log2(np.arange(2, NDCG_AT + 2))
        ndcg, recall = [], []
        for reader in np.unique(held_out.readers).tolist():
            wanted = set(held_out.articles[held_out.readers == reader].tolist())
            hits = np.array([article in wanted for article in lists.get(reader, ())][:LENGTH], float)
            ndcg.append(hits[:NDCG_AT] @ gains[: len(hits[:NDCG_AT])] / gains[: min(NDCG_AT, len(wanted))].sum())
            recall.append(hits.sum() / len(wanted))
        return cls(np.array(ndcg), np.array(recall))

    def __sub__(self, other: Quality) -> Quality:
        return Quality(self.ndcg - other.ndcg, self.recall - other.recall)

    def summary(self) -> dict[str, Any]:
        """Means, and the interval in which 95 % of their bootstrap samples over readers lie."""
        return {
            "ndcg@10": round(float(self.ndcg.mean()), 4),
            "recall@20": round(float(self.recall.mean()), 4),
            "interval": {"ndcg@10": _interval(self.ndcg), "recall@20": _interval(self.recall)},
        }


def _interval(values: Floats) -> list[float]:
    drawn = np.random.default_rng(0).integers(0, len(values), (RESAMPLED, len(values)))
    return [round(float(bound), 4) for bound in np.percentile(values[drawn].mean(axis=1), [2.5, 97.5])]
