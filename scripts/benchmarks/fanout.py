"""Fan-out counted against its floor for ever more followers, or on a real graph, every inbox read back."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import fanout_graph, fanout_growth


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--followers",
        type=int,
        nargs="+",
        default=[10_000, 100_000, 1_000_000],
        metavar="N",
        help="how many follow the author, one article each (default 10000 100000 1000000: ten minutes)",
    )
    parser.add_argument(
        "--edges", type=Path, metavar="FILE", help="instead: follows, `from<TAB>to` per line, on the whole local cloud"
    )
    parser.add_argument(
        "--authors", type=int, default=50, help="of that graph, how many of the most-followed publish (default 50)"
    )


def run(given: argparse.Namespace) -> dict[str, object]:
    if given.edges is not None:
        return fanout_graph.run(given.edges, given.authors)
    return fanout_growth.run(given.followers)
