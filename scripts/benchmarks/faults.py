"""The long campaign of faults: runs from consecutive seeds, after each of which every inbox and page is audited."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from tqdm import tqdm

from commands.running import LOCAL

SEEDS = 5_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"how many runs (default {SEEDS})")
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="the first one's seed (default 0)")


def run(given: argparse.Namespace) -> dict[str, object]:
    """The steps of every run that fails are printed; `--first SEED --seeds 1` plays it again."""
    from tests.faults.campaign import Totals, play
    from tests.faults.stage import Stage

    totals = Totals()
    with Stage(LOCAL) as stage, tqdm(total=given.seeds, desc="faults", unit="run", mininterval=1) as bar:
        for seed in range(given.first, given.first + given.seeds):
            run = play(stage, seed)
            totals.add(run)
            if run.findings:
                tqdm.write(run.story())
            bar.update()
            bar.set_postfix(failed=len(totals.failed), refresh=False)
    result = totals.as_json()
    _print(result)
    return result


def _print(result: Mapping[str, Any]) -> None:
    print(f"\n  {result['seeds']} runs, {result['injected']} faults\n")
    for name, number in result["faults"].items():
        print(f"  {name:24} {number:>8}")
    print()
    for name in ("lost", "doubled", "forbidden", "stuck"):
        print(f"  {name:24} {result[name]:>8}")
    print(f"\n  {result['renewed']} rows came a second time from a worker that had lost its shard, as they may")
    failed = f"failed seeds: {' '.join(map(str, result['failed']))}" if result["failed"] else "no seed failed"
    print(f"  {failed}\n")
