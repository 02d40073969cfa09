"""Requests, dependent requests and capacity units of every operation, and of whole walks through long inboxes."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from statistics import median_low
from typing import Any, get_args

from tqdm import tqdm

from benchmarks.inboxes import (
    HIDINGS,
    NOTHING,
    SIZE,
    WITHDRAWN,
    Hiding,
    Inbox,
    Page,
    Spread,
    fill,
    given_authors,
    on_new_instance,
    walk,
    within_aim,
    worst,
)
from benchmarks.meter import Measured
from benchmarks.operations import costs_of_all
from benchmarks.stage import Stage
from commands.running import LOCAL

ROWS = (20, 1_000, 10_000)
FIGURES = ("requests", "depth", "read_cu", "write_cu")
MOST_UNREAD_CU = 3
RANDOMLY_OVER = 0.01
"""Share of pages that may need another request because chance has hidden more than the page reckons with."""
AMONG = 1_000
"""Rows of inboxes that are read after others."""

Summaries = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Walk:
    """A walk through one inbox; `right` is whether it showed exactly what its reader may see, in order."""

    rows: int
    hiding: Hiding
    spread: Spread
    pages: list[Page]
    right: bool

    @property
    def full(self) -> bool:
        return all(len(page.items) == SIZE for page in self.pages if not page.last)

    def summary(self) -> dict[str, Any]:
        caches = {"cold": [page.cold for page in self.pages], "warm": [page.warm for page in self.pages]}
        found = {name: _summary(measured) for name, measured in caches.items()}
        most_over = RANDOMLY_OVER if self.spread == "random" else 0
        return {
            "rows": self.rows,
            "hidden": self.hiding.name,
            "spread": self.spread,
            "pages": len(self.pages),
            "full": self.full,
            "right": self.right,
            **found,
            "passed": self.full and self.right and all(found[name]["share_over"] <= most_over for name in caches),
        }


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS, help="lengths of the inboxes (20 1000 10000)")


def run(given: argparse.Namespace) -> dict[str, object]:
    """`passed`: what every walk shows is full, right and within its aim, and the unread are counted for 3 units.

    After others only the even spread is held to it: an instance has to learn first how much chance hides.
    """
    with Stage(LOCAL) as stage:
        costs = costs_of_all(stage)
    with Stage(LOCAL) as stage:
        given_authors(stage)
        numbers = count()
        after_others = [walked_after_others(stage, numbers, spread).summary() for spread in get_args(Spread)]
    walks = [one.summary() for one in tqdm(_walks(given.rows), desc="walks", total=_number(given.rows))]
    counted = costs["timeline_unread"].cold.cost.read_cu <= MOST_UNREAD_CU
    passed = counted and all(one["passed"] for one in [*walks, *after_others[:1]])
    operations = {name: {**_one(of.cold), "cold": _one(of.cold), "warm": _one(of.warm)} for name, of in costs.items()}
    _print(operations, walks, after_others, passed)
    return {**operations, "walks": walks, "after_others": after_others, "passed": passed}


def walked(stage: Stage, number: int, rows: int, hiding: Hiding, spread: Spread) -> Walk:
    """By a new reader of this number, on a new instance."""
    inbox = on_new_instance(stage, fill(stage, number, hiding.fates(rows, spread)))
    return _walk(stage, inbox, hiding, spread)


def _walk(stage: Stage, inbox: Inbox, hiding: Hiding, spread: Spread) -> Walk:
    pages = list(walk(stage, inbox.reader))
    right = [item for page in pages for item in page.items] == inbox.visible
    return Walk(inbox.rows, hiding, spread, pages, right)


def walked_after_others(stage: Stage, numbers: Iterator[int], spread: Spread) -> Walk:
    """On an instance that has just served fifty pages of somebody from whom nothing is hidden."""
    others = fill(stage, next(numbers), NOTHING.fates(AMONG, spread))
    inbox = fill(stage, next(numbers), WITHDRAWN.fates(AMONG, spread))
    on_new_instance(stage, inbox)
    list(walk(stage, others.reader))
    return _walk(stage, inbox, WITHDRAWN, spread)


def kinds() -> list[tuple[Hiding, Spread]]:
    return [
        (hiding, spread)
        for hiding in HIDINGS
        for spread in get_args(Spread)
        if hiding is not NOTHING or spread == "even"
    ]


def _number(rows: Sequence[int]) -> int:
    return len(rows) * len(kinds())


def _walks(rows: Sequence[int]) -> Iterator[Walk]:
    """Each length on a stage of its own, so that what lies beyond the inbox stays small."""
    for many in rows:
        with Stage(LOCAL) as stage:
            given_authors(stage)
            for number, (hiding, spread) in enumerate(kinds()):
                yield walked(stage, number, many, hiding, spread)


def _one(measured: Measured) -> dict[str, int]:
    return {**asdict(measured.cost), "articles_lacked": measured.cards}


def _summary(measured: Sequence[Measured]) -> dict[str, Any]:
    over = sum(not within_aim(one) for one in measured)
    return {
        "worst": asdict(worst(measured)),
        "median": {name: median_low(getattr(one.cost, name) for one in measured) for name in FIGURES},
        "most_articles_lacked": max(one.cards for one in measured),
        "pages_over": over,
        "share_over": round(over / len(measured), 4),
    }


def _print(operations: Mapping[str, Any], walks: Summaries, after_others: Summaries, passed: bool) -> None:
    print(f"\n  {'':24} {'cold: requests':>16} {'depth':>6} {'read CU':>8} {'write CU':>9}", end="")
    print(f" {'warm: requests':>16} {'depth':>6} {'read CU':>8} {'write CU':>9}")
    for name, costs in operations.items():
        print(f"  {name:24} {_cells(costs['cold'])} {_cells(costs['warm'])}")
    print(
        f"\n  Whole walks in pages of {SIZE}; worst (median) of each figure, articles that the cache lacked at most\n"
    )
    _print_walks(walks)
    print("\n  The same on an instance that has just served a reader from whom nothing is hidden\n")
    _print_walks(after_others)
    aim = "3 requests, depth 2, 3 read CU and 1 for each article that the cache lacked; pages full and right"
    print(f"\n  gate {'passed' if passed else 'FAILED'}: {aim}; unread counted for {MOST_UNREAD_CU} CU\n")


def _print_walks(walks: Summaries) -> None:
    for one in walks:
        spread = f", {one['spread']}" if one["hidden"] != NOTHING.name else ""
        label = f"{one['rows']:,} rows, {one['hidden']} hidden{spread}"
        over = "" if one["passed"] else f"  OVER: {one['cold']['share_over']:.1%} of pages cold"
        print(f"  {label:42} {one['pages']:>4} pages  {_walk_cells(one['cold'])}  {_walk_cells(one['warm'])}{over}")


def _cells(cost: Mapping[str, int]) -> str:
    return f"{cost['requests']:>16} {cost['depth']:>6} {cost['read_cu']:>8} {cost['write_cu']:>9}"


def _walk_cells(cost: Mapping[str, Any]) -> str:
    pairs = [f"{cost['worst'][name]} ({cost['median'][name]})" for name in FIGURES[:3]]
    return f"{pairs[0]:>6} {pairs[1]:>6} {pairs[2]:>8} lacked {cost['most_articles_lacked']:>2}"
