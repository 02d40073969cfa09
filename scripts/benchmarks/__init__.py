"""Benchmarks: each counts first, then times, against something else in the same run."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from importlib import import_module

from feed.observability import quiet_sdks

NAMES = (
    "coldstart console contract counts encoder fanout faults fuzz recommend soak tablestore timeline training"
).split()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark that is named; with --json the last line is one JSON object.

    1 when a benchmark has a gate and its result did not pass it.
    """
    quiet_sdks()
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Count and time the product on the local cloud.")
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name in NAMES:
        benchmark = import_module(f"benchmarks.{name}")
        sentence = (benchmark.__doc__ or "").splitlines()[0]
        sub = names.add_parser(name, help=sentence, description=sentence)
        sub.add_argument("--json", action="store_true", help="end with one line of JSON")
        benchmark.add_arguments(sub)
        sub.set_defaults(run=benchmark.run)
    given = parser.parse_args(arguments)
    result: dict[str, object] = given.run(given)
    if given.json:
        print(json.dumps(result))
    return 0 if result.get("passed", True) else 1
