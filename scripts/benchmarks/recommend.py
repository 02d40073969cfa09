"""Recommendations on MovieLens: how good they are against others, what one costs, and what its constants are worth."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from tqdm import tqdm

from benchmarks import recommend_baselines as baselines
from benchmarks.recommend_data import Lists, Quality, Ratings, split
from benchmarks.recommend_print import print_result
from benchmarks.recommend_product import Instance, Trained, hot_order
from benchmarks.recommend_variants import COMPARED, DAY_MS, DEFAULTS, PRODUCT
from commands.tablestore_process import TablestoreProcess
from feed.call import Spent
from feed.config import Training
from feed.domain.recommendation import NEWEST_ACTS, PROFILE
from feed.observability import quiet_sdks

PART, OF_PART = 10, 5
"""The smaller log is that of the readers whose ids leave this rest: 10,064 rows."""
ASKED = 100
ASKED_OF_SEED = 10
AT_LEAST = 0.98
"""Of implicit's score: the gate."""
OFF = Training(window_days=0, half_life_days=0, neighbors=PRODUCT.neighbors, most_acts=10**9)
SEED_OWN_DAYS, SEED_THEIRS_DAYS = 90, 15
"""How far the first algorithm looks back."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--interactions", type=Path, required=True, metavar="FILE", help="RecBole's ml-100k.inter")


def run(given: argparse.Namespace) -> dict[str, object]:
    """`passed` is the gate: at least AT_LEAST of implicit's scores, and above popularity beyond doubt."""
    if not given.interactions.is_file():
        sys.exit(f"There is no file {given.interactions}.")
    try:
        baselines.install_implicit()
    except baselines.NotInstalled as error:
        sys.exit(str(error))
    quiet_sdks()
    ratings = Ratings.read(given.interactions)
    known, held_out = split(ratings)
    lists, costs, training = _product(ratings, known, held_out)
    methods = {
        "ours": Quality.of(lists, held_out),
        "implicit_cosine": Quality.of(baselines.implicit_cosine(known, known, known), held_out),
        "implicit_cosine_newest": Quality.of(
            baselines.implicit_cosine(known, known, baselines.newest(known, PROFILE)), held_out
        ),
        "popularity": Quality.of(baselines.popularity(known, known), held_out),
        "seed": Quality.of(baselines.seed(known, known, known), held_out),
        "seed_50_rows": Quality.of(
            baselines.seed(known, *[baselines.newest(known, baselines.SEED_ROWS)] * 2), held_out
        ),
    }
    gate = _gate(methods)
    result: dict[str, Any] = {
        "readers": len(lists),
        "acts": {"known": len(known), "held_out": len(held_out)},
        "methods": {name: quality.summary() for name, quality in methods.items()},
        "windowed": _windowed(known, held_out),
        "variants": _variants(known, held_out),
        **costs,
        "training": training,
        "gate": gate,
        "passed": gate["passed"],
    }
    print_result(result)
    return result


def _product(ratings: Ratings, known: Ratings, held_out: Ratings) -> tuple[Lists, dict[str, Any], dict[str, Any]]:
    """What the operation recommends to everybody from what is known; then what it costs, with little and with all."""
    fake = TablestoreProcess(None, 0)
    try:
        tenth = ratings.only(ratings.readers % PART == OF_PART)
        part = Instance(fake.endpoint, "tenth")
        _prepare(part, tenth)
        small = _costs(part, tenth)
        instance = Instance(fake.endpoint, "all")
        trained = {"known": _prepare(instance, known)}
        lists, _ = instance.recommend_all(sorted(known.by_reader()), known.now_ms)
        _assert_functions_agree(instance, lists, known)
        instance.act(held_out)
        trained["all"] = instance.train(OFF, ratings.now_ms)
        large = _costs(instance, ratings)
    finally:
        fake.stop()
    costs = {unit: {"10k": small[unit], "100k": large[unit]} for unit in ("log_rows", "requests", "read_cu")}
    training = {
        name: {**one.response.model_dump(), "seconds": one.seconds, "peak_mb": one.peak_mb}
        for name, one in trained.items()
    }
    return lists, costs, training


def _prepare(instance: Instance, ratings: Ratings) -> Trained:
    instance.create_tables()
    instance.publish(ratings, ratings.now_ms)
    instance.act(ratings)
    return instance.train(OFF, ratings.now_ms)


def _assert_functions_agree(instance: Instance, lists: Lists, known: Ratings) -> None:
    """What is compared below without tables is what the tables hold and the operation answers."""
    near = PRODUCT.near(known)
    assert instance.neighbors(near) == near
    expected = PRODUCT.lists(known, hot_order(known))
    for reader, read in known.by_reader().items():
        # of longer logs the operation learns only while it looks at candidates, and gives up with a short page
        assert len(read) > NEWEST_ACTS or lists[reader] == expected[reader]


def _costs(instance: Instance, ratings: Ratings) -> dict[str, Any]:
    """Means over some readers, and the most that one of ours took."""
    readers = sorted(ratings.by_reader())
    _, ours = instance.recommend_all(_spread(readers, ASKED), ratings.now_ms)
    connection = instance.connect()
    asked = tqdm(_spread(readers, ASKED_OF_SEED), desc=f"{instance.name}: the first algorithm", unit="reader")
    seed = [baselines.seed_spends(connection, reader) for reader in asked]
    connection.threads.shutdown()
    return {"log_rows": len(ratings), "requests": _of(ours, seed, "requests"), "read_cu": _of(ours, seed, "read_cu")}


def _of(ours: Sequence[Spent], seed: Sequence[Spent], unit: str) -> dict[str, float]:
    mine = [getattr(spent, unit) for spent in ours]
    return {
        "ours": round(mean(mine), 1),
        "ours_most": max(mine),
        "seed": round(mean(getattr(spent, unit) for spent in seed), 1),
    }


def _spread(readers: Sequence[int], most: int) -> Sequence[int]:
    return readers[:: -(-len(readers) // most)]


def _gate(methods: Mapping[str, Quality]) -> dict[str, Any]:
    ours, implicit = methods["ours"], methods["implicit_cosine"]
    ratios = {
        "ndcg@10": round(float(ours.ndcg.mean() / implicit.ndcg.mean()), 3),
        "recall@20": round(float(ours.recall.mean() / implicit.recall.mean()), 3),
    }
    above = (ours - methods["popularity"]).summary()
    passed = min(ratios.values()) >= AT_LEAST and all(low > 0 for low, _ in above["interval"].values())
    differences = {"implicit_cosine": (ours - implicit).summary(), "popularity": above}
    return {"of_implicit": ratios, "ours_less": differences, "passed": passed}


def _windowed(known: Ratings, held_out: Ratings) -> dict[str, Any]:
    """The defaults' window and decay: on everything, and on training alone as the product has it."""
    recent = known.since(known.now_ms - DEFAULTS.window_days * DAY_MS)
    seed_own = known.since(known.now_ms - SEED_OWN_DAYS * DAY_MS)
    seed_theirs = known.since(known.now_ms - SEED_THEIRS_DAYS * DAY_MS)
    lists = {
        "ours": DEFAULTS.lists(known, hot_order(recent)),
        "ours_own_log_too": DEFAULTS.lists(known, hot_order(recent), own=recent),
        "implicit_cosine": baselines.implicit_cosine(known, recent, known),
        "implicit_cosine_own_log_too": baselines.implicit_cosine(known, recent, recent),
        "popularity": baselines.popularity(known, recent),
        "seed": baselines.seed(known, seed_own, seed_theirs),
    }
    return {name: Quality.of(found, held_out).summary() for name, found in lists.items()}


def _variants(known: Ratings, held_out: Ratings) -> dict[str, Any]:
    """Each with its difference to the one that it is compared with."""
    hot = hot_order(known)
    found: dict[str, Any] = {}
    for base, others in COMPARED.items():
        compared = Quality.of(base.lists(known, hot), held_out)
        found[base.name] = compared.summary()
        for variant in tqdm(others, desc=base.name, unit="variant"):
            quality = Quality.of(variant.lists(known, hot), held_out)
            found[variant.name] = {**quality.summary(), "difference": (quality - compared).summary()}
    return found
