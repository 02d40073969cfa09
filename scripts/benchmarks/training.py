"""Neighbours of a made-up log of any size: time and memory of what the training does between reading and writing."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from benchmarks.memory import peak_mb
from feed.config import Training
from feed.domain.recommendation import NEWEST_ACTS
from feed.operations.train_recommendations._acts import Acts
from feed.operations.train_recommendations._neighbors import matrix, neighbors

DAY_MS = 86_400_000
PER_READER = 40
"""On average; a few read hundreds."""
TOGETHER = 5_000
"""Readers whose acts are made at once, about as many acts as forty pages of the log hold."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--acts", type=int, default=1_000_000, help="rows of the log (default a million)")
    parser.add_argument("--articles", type=int, default=100_000, help="the n-th is read 1/n as often (default 100,000)")


def run(given: argparse.Namespace) -> dict[str, object]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        result = process.submit(_trained, given.acts, given.articles).result()
    print(f"\n  {result['acts']} acts of {result['readers']} readers on {result['articles']} articles")
    print(f"  {result['cpu_seconds']} s of one processor, {result['peak_mb']} MB at most, {result['rows']} rows\n")
    return result


def _trained(acts: int, articles: int) -> dict[str, object]:
    """In a process of its own, which holds nothing else than the training would."""
    training = Training.from_env({})
    parts = list(_log(acts, articles))
    began = time.process_time()
    ids, weights = matrix(_joined(parts), training.half_life_days * DAY_MS)
    rows = sum(1 for _ in neighbors(ids, weights, training.neighbors))
    return {
        "acts": weights.nnz,
        "readers": weights.shape[0],
        "articles": len(ids),
        "rows": rows,
        "cpu_seconds": round(time.process_time() - began, 1),
        "peak_mb": peak_mb(),
    }


def _joined(parts: list[Acts]) -> Acts:
    joined = Acts.joined(parts)
    parts.clear()
    return joined


def _log(acts: int, articles: int) -> Iterator[Acts]:
    """Readers by lognormal diligence, articles by Zipf's law."""
    random = np.random.default_rng(0)
    popularity = np.cumsum(1 / np.arange(1, articles + 1))
    made = readers = 0
    while made < acts:
        diligence = random.lognormal(np.log(PER_READER) - 0.5, 1.0, TOGETHER).astype(int).clip(1, NEWEST_ACTS)
        reader = np.repeat(np.arange(readers, readers + TOGETHER), diligence)
        article = np.searchsorted(popularity, random.random(len(reader)) * popularity[-1])
        reader, article = np.divmod(np.unique(reader * articles + article)[: acts - made], articles)
        weights = random.choice([1.0, 1.5, 2.0, 3.0], len(reader), p=[0.8, 0.12, 0.06, 0.02])
        yield Acts(reader, article, weights, random.integers(0, 90 * DAY_MS, len(reader)))
        made += len(reader)
        readers += TOGETHER
