"""Simulations: the product's own rules on a cloud that is told how fast, how large and how reliable it is."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from feed.observability import quiet_sdks


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulation that is named; with --json the last line is one JSON object."""
    quiet_sdks()
    from simulations import fanout

    parser = argparse.ArgumentParser(prog="scripts/simulate", description="Run the product's rules on a made-up cloud.")
    names = parser.add_subparsers(dest="name", required=True)
    for simulation in (fanout,):
        name = simulation.__name__.rpartition(".")[2]
        sentence = (simulation.__doc__ or "").splitlines()[0]
        sub = names.add_parser(name, help=sentence, description=sentence)
        sub.add_argument("--json", action="store_true", help="end with one line of JSON")
        simulation.add_arguments(sub)
        sub.set_defaults(run=simulation.run)
    given = parser.parse_args(arguments)
    result: dict[str, object] = given.run(given)
    if given.json:
        print(json.dumps(result))
    return 0
