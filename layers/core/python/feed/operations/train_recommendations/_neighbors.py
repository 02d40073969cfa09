"""Neighbours by numpy and scipy: the definition in domain/recommendation.py, block by block in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import sparse

from feed.domain.recommendation import (
    DIGITS,
    MIN_READERS,
    MOST_HALVINGS,
    NEWEST_ACTS,
    SHRINK,
    Neighbor,
    nearest,
)
from feed.operations.train_recommendations._acts import Acts, Floats, Ints

BLOCK = 5_000_000
"""Products of two acts that one block may need; about 300 MB."""


def matrix(acts: Acts, half_life_ms: int) -> tuple[Ints, Any]:
    """The articles' ids in ascending order, and a sparse matrix of weights: a row per reader, a column per article.

    Ages are counted from the newest act: what a day more does to all of them alike, the cosine does not see.
    """
    articles, column = np.unique(acts.articles, return_inverse=True)
    readers, row = np.unique(acts.readers, return_inverse=True)
    order = np.lexsort((-acts.articles, -acts.acted_ms, row))
    row = row[order]
    votes = np.arange(len(row)) - np.searchsorted(row, row) < NEWEST_ACTS
    row, order = row[votes], order[votes]
    weights = acts.weights[order]
    if half_life_ms and len(weights):
        ages = acts.acted_ms.max() - acts.acted_ms[order]
        weights = weights * 0.5 ** np.minimum(ages / half_life_ms, MOST_HALVINGS)
    return articles, sparse.csr_matrix((weights, (row, column[order])), (len(readers), len(articles)))


def neighbors(articles: Ints, weights: Any, most: int, block: int = BLOCK) -> Iterator[tuple[int, list[Neighbor]]]:
    """Each article that has neighbours, the newest first, with the `most` nearest."""
    acts_of_reader = np.diff(weights.indptr)
    votes = sparse.diags(1 / np.sqrt(acts_of_reader)) @ weights
    lengths = np.sqrt(np.asarray(votes.multiply(votes).sum(axis=0)).ravel())
    lengths[lengths == 0] = 1  # only articles whose every act is behind its reader's newest
    votes = (votes @ sparse.diags(1 / lengths)).tocsr()
    acted = weights.astype(bool).astype(np.float64)
    by_article, acted_by_article = votes.T.tocsr(), acted.T.tocsr()
    for first, last in _blocks(acted_by_article @ acts_of_reader.astype(np.float64), block):
        cosines = by_article[first:last] @ votes
        readers = acted_by_article[first:last] @ acted  # the same cells in the same order
        scores = np.round(cosines.data * (readers.data / (readers.data + SHRINK)), DIGITS)
        itself = np.repeat(np.arange(first, last), np.diff(cosines.indptr))
        near = (readers.data >= MIN_READERS) & (scores > 0) & (cosines.indices != itself)
        ends = np.concatenate([[0], np.cumsum(near)])[cosines.indptr]
        ids, scores = articles[cosines.indices[near]], scores[near]
        for row in reversed(range(last - first)):
            found = slice(ends[row], ends[row + 1])
            if ends[row + 1] > ends[row]:
                yield int(articles[first + row]), _nearest(ids[found], scores[found], most)


def _blocks(work: Floats, most: int) -> Iterator[tuple[int, int]]:
    """[first, last) of columns, from the last on, each of at most `most` work or of one column."""
    total = np.concatenate([[0.0], np.cumsum(work)])
    last = len(work)
    while last:
        first = min(last - 1, int(np.searchsorted(total, total[last] - most)))
        yield first, last
        last = first


def _nearest(ids: Ints, scores: Floats, most: int) -> list[Neighbor]:
    if len(ids) > most:
        among = scores >= np.partition(scores, -most)[-most]
        ids, scores = ids[among], scores[among]
    return nearest(zip(ids.tolist(), scores.tolist(), strict=True), most)
