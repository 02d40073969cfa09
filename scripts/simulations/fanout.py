"""Time and cost of one article to 10^4 ... 10^8 followers, pushed by the product's rules, beside pulling it at read."""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tqdm import tqdm

from feed.domain.prices import Prices
from simulations import parameters as given_parameters
from simulations.delivery import Delivery
from simulations.parameters import Parameters
from simulations.pull import pulled

FOLLOWERS = tuple(10**power for power in range(4, 9))
SHARES = (0.5, 0.99, 1.0)
POINTS = 60
"""Of a curve."""


@dataclass(frozen=True)
class Pushed:
    """One delivery. `reached_s` is when each of SHARES of those who are pushed to had it, None where that never came.

    `curve`: the seconds after which each of POINTS equal parts of them had been reached.
    """

    width: int
    depth: int
    reached_s: Sequence[float | None]
    curve: Sequence[float]
    used: Mapping[str, float]
    yuan: float
    dead: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    about = "sizes of the audience (default 10^4 to 10^8)"
    parser.add_argument("--followers", type=int, nargs="+", default=FOLLOWERS, metavar="N", help=about)
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of all that is drawn (default 1)")
    about = "deliveries of each size, of which the medians are printed (default 1)"
    parser.add_argument("--runs", type=int, default=1, metavar="N", help=about)
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw it, too: .svg or .png")
    given_parameters.add_arguments(parser.add_argument_group("the cloud, its failures and the readers"))


def run(given: argparse.Namespace) -> dict[str, object]:
    parameters, prices = Parameters.of(given), Prices.load()
    sizes = [(followers, given.seed + number) for followers in given.followers for number in range(given.runs)]
    runs = [
        (followers, push(followers, parameters, prices, seed)) for followers, seed in tqdm(sizes, desc="deliveries")
    ]
    results = []
    for followers in given.followers:
        pushes = [pushed for size, pushed in runs if size == followers]
        results.append(_result(followers, pushes, parameters, prices))
    _print(results, prices)
    if given.plot is not None:
        from simulations.plot import draw

        draw(results, given.plot)
    return {"results": results, "seed": given.seed, "runs": given.runs, "parameters": asdict(parameters)}


def push(followers: int, parameters: Parameters, prices: Prices, seed: int) -> Pushed:
    """One delivery; the same seed draws the same one."""
    random.seed(f"{seed} {followers}")
    delivery = Delivery(followers, parameters)
    delivery.run()
    wanted = sum(delivery.warm(shard.rows) for shard in delivery.shards)
    parts = [(part + 1) / POINTS for part in range(POINTS)]
    curve = reached(delivery.arrivals, wanted, parts)
    return Pushed(
        width=delivery.width,
        depth=delivery.depth,
        reached_s=reached(delivery.arrivals, wanted, SHARES),
        curve=[seconds for seconds in curve if seconds is not None],
        used=asdict(delivery.spent),
        yuan=prices.yuan(delivery.spent.billed()),
        dead=delivery.dead,
    )


def reached(arrivals: Sequence[tuple[float, int]], wanted: int, shares: Sequence[float]) -> list[float | None]:
    """When so many of those who are wanted had it, for each of these shares, which grow."""
    moments: list[float | None] = []
    there, last_s = 0, 0.0
    later = iter(sorted(arrivals))
    for share in shares:
        while there < share * wanted:
            arrival = next(later, None)
            if arrival is None:
                break
            last_s, there = arrival[0], there + arrival[1]
        moments.append(last_s if there >= share * wanted else None)
    return moments


def _result(followers: int, pushes: Sequence[Pushed], parameters: Parameters, prices: Prices) -> dict[str, Any]:
    """The medians of the runs, beside what the readers pay where it is left to them."""
    random.seed(followers)
    pull = pulled(followers, parameters)
    middle = {name: median(pushed.used[name] for pushed in pushes) for name in pushes[0].used}
    yuan, pull_yuan = median(pushed.yuan for pushed in pushes), prices.yuan(pull.spent)
    return {
        "followers": followers,
        "push": {
            "width": pushes[0].width,
            "depth": median(pushed.depth for pushed in pushes),
            "reached_s": [_median(moments) for moments in zip(*(pushed.reached_s for pushed in pushes), strict=True)],
            "curve": [median(moments) for moments in zip(*(pushed.curve for pushed in pushes), strict=False)],
            "dead_shards": max(pushed.dead for pushed in pushes),
            "yuan": yuan,
            **middle,
        },
        "pull": {
            "readers": pull.readers,
            "longer_page_ms": [pull.extra_ms, pull.extra_p99_ms],
            "yuan": pull_yuan,
            **asdict(pull.spent),
        },
        "pull_by_push": pull_yuan / yuan,
    }


def _median(moments: Sequence[float | None]) -> float | None:
    known = [moment for moment in moments if moment is not None]
    return median(known) if len(known) == len(moments) else None


def _print(results: Sequence[Mapping[str, Any]], prices: Prices) -> None:
    print(f"\n  {'pushed to':>11} {'width':>5} {'invocations':>11} {'depth':>5}", end="")
    print(
        f" {'50 %':>8} {'99 %':>8} {'100 %':>8} {'GB-s':>9} {'requests':>9} {'write CU':>11} {'read CU':>9} {'yuan':>8}"
    )
    for result in results:
        one = result["push"]
        moments = " ".join(f"{_seconds(moment):>8}" for moment in one["reached_s"])
        print(
            f"  {result['followers']:>11,} {one['width']:>5} {one['invocations']:>11,.0f} {one['depth']:>5.0f}", end=""
        )
        print(f" {moments} {one['gb_s']:>9,.0f} {one['requests']:>9,.0f} {one['write_cu']:>11,.0f}", end="")
        print(f" {one['read_cu']:>9,.0f} {one['yuan']:>8,.2f}")
    print(
        f"\n  {'left to':>11} {'who read it':>11} {'requests':>11} {'write CU':>11} {'read CU':>11} {'yuan':>8}", end=""
    )
    print(f" {'yuan, pull : push':>18}   their page is longer by")
    for result in results:
        one, (middle, worst) = result["pull"], result["pull"]["longer_page_ms"]
        print(f"  {result['followers']:>11,} {one['readers']:>11,.0f} {one['requests']:>11,.0f}", end="")
        print(f" {one['write_cu']:>11,.0f} {one['read_cu']:>11,.0f} {one['yuan']:>8,.2f}", end="")
        print(f" {result['pull_by_push']:>18.1f}   {middle:.0f} ms (99 %: {worst:.0f} ms)")
    for line in _notes(results, prices):
        print(f"  {line}".rstrip())
    print()


def _notes(results: Sequence[Mapping[str, Any]], prices: Prices) -> list[str]:
    names = ", ".join(prices.unverified) or "none"
    notes = [
        "",
        "Seconds from the publish time until so many have it. Push ends when the sweeper has seen the ledger complete.",
        f"Prices of {prices.date} in yuan (feed/domain/prices.json); unverified: {names}.",
        "Where each default comes from, and how to change it: scripts/simulate fanout --help",
    ]
    for result in results:
        one = result["push"]
        if one["refused"] or one["lost"] or one["dead_shards"]:
            told = f"{one['refused']:,.0f} requests refused, {one['lost']:,.0f} answers lost"
            notes.append(f"{result['followers']:,}: {told}, {one['dead_shards']} shards given up.")
    return notes


def _seconds(moment: float | None) -> str:
    if moment is None:
        return "never"
    return f"{moment:.1f} s" if moment < 100 else f"{moment:,.0f} s"
