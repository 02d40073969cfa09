"""What recommendations are measured against: popularity, the product's first algorithm, implicit's cosine."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.recommend_data import Bools, Ratings, best
from commands.running import LOCAL
from feed.call import Spent
from feed.domain.hot import WEIGHTS
from feed.domain.ids import hashed
from feed.store.client import Connection, Tables
from feed.store.rows import End
from feed.store.schema import LOG_BY_ARTICLE, LOG_BY_TIME

PACKAGES = Path(__file__).with_name("recommend.txt")
INSTALLED = LOCAL / "benchmarks"
IMPLICIT_NEIGHBORS = 20
SEED_ROWS = 50
"""Of one person's log, in the first algorithm."""
_TIE = 1e-6
"""Of an article's popularity, added where a method leaves articles equal."""


class NotInstalled(Exception):
    """The message is one sentence."""


def shape(ratings: Ratings) -> tuple[int, int]:
    return int(ratings.readers.max()) + 1, int(ratings.articles.max()) + 1


def popularity(known: Ratings, recent: Ratings) -> dict[int, list[int]]:
    """By the number of acts in `recent`; nobody is shown what they know."""
    size = shape(known)
    counts = np.asarray(recent.table(1, size).sum(axis=0))
    return best(np.tile(counts, (size[0], 1)), known.table(1, size))


def seed(known: Ratings, own: Ratings, theirs: Ratings) -> dict[int, list[int]]:
    """The weights in the logs of everyone who shares an article with the reader, each person's log once."""
    size = shape(known)
    weights = np.array([0, *(WEIGHTS[act] for act in ("read", "read", "like", "comment", "reward"))])
    shares = own.table(1, size) @ theirs.table(1, size).T
    scores = (shares > 0).astype(float) @ theirs.table(weights[theirs.stars], size)
    return best(scores.toarray() + _TIE * np.asarray(theirs.table(1, size).sum(axis=0)), known.table(1, size))


def newest(ratings: Ratings, most: int) -> Ratings:
    """Of each reader the newest."""
    order = np.lexsort((-ratings.articles, -ratings.times_ms, ratings.readers))
    readers = ratings.readers[order]
    kept: Bools = np.zeros(len(ratings), bool)
    kept[order[np.arange(len(readers)) - np.searchsorted(readers, readers) < most]] = True
    return ratings.only(kept)


def seed_spends(connection: Connection, reader: int) -> Spent:
    """One request of the first algorithm: 1 range of the own log, n of its articles' readers, m of those readers' logs.

    The indexes of today serve it, and each range is the smallest that holds what it needs; the answer is the same.
    """
    spent = Spent()
    read = Tables(connection, spent, (LOG_BY_TIME, LOG_BY_ARTICLE))
    people: set[str] = set()
    for article_id in _newest_articles(read, hashed(reader)):
        article = hashed(article_id)
        page = read.scan(LOG_BY_ARTICLE, (article, End.MIN, End.MIN), (article, End.MAX, End.MAX), columns=("acts",))
        people.update(str(row["user_key"]) for row in page.rows)
    for person in people - {hashed(reader)}:
        _newest_articles(read, person)
    return spent


def _newest_articles(tables: Tables, user_key: str) -> list[int]:
    page = tables.scan(
        LOG_BY_TIME,
        (user_key, End.MAX, End.MAX),
        (user_key, End.MIN, End.MIN),
        columns=("acts",),
        limit=SEED_ROWS,
        backward=True,
    )
    return [int(row["message_id"]) for row in page.rows]


def implicit_cosine(known: Ratings, recent: Ratings, own: Ratings) -> dict[int, list[int]]:
    """Learnt from `recent`, asked with `own`; every act counts 1, which is better for it than weights are."""
    from implicit.nearest_neighbours import CosineRecommender  # type: ignore[import-not-found, unused-ignore]

    size = shape(known)
    model = CosineRecommender(K=IMPLICIT_NEIGHBORS, num_threads=1)
    model.fit(recent.table(1, size), show_progress=False)
    scores = (own.table(1, size) @ model.similarity).toarray()
    return best(scores + _TIE * np.asarray(recent.table(1, size).sum(axis=0)), known.table(1, size))


def install_implicit() -> None:
    """Once, beside the locked packages; raises NotInstalled."""
    if str(INSTALLED) not in sys.path:
        sys.path.append(str(INSTALLED))
    if importlib.util.find_spec("implicit"):
        return
    print(f"Installing implicit into {INSTALLED} (once) ...", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--target", str(INSTALLED), "-r", str(PACKAGES)]
    if subprocess.run(command, stdout=sys.stderr).returncode:
        raise NotInstalled(f"implicit, which this compares with, cannot be installed: {' '.join(command)} failed.")
    importlib.invalidate_caches()
