"""scripts/cost: a forecast from counted figures, or the bill of a recorded run."""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from commands.cost.assumed import Assumed, add_arguments
from feed.domain.prices import Prices
from feed.observability import quiet_sdks

FOLLOWERS = (0, 300, 10_000, 1_000_000)
SEED = 1
"""Of the latencies that are drawn for pulling pages."""
USERS = (10_000, 1_000_000, 100_000_000)
LINES_LEAVE_OUT = "what no log line knows: units of searches, traffic, starts of instances, and instances that wait"
CONSOLE_LEAVES_OUT = "starts of instances, and instances that wait; traffic is of every answer"


def main(arguments: Sequence[str] | None = None) -> int:
    """0; 1 where recording and counters differ, or nothing can be read; 2 for arguments that cannot be."""
    parser = _parser()
    given = parser.parse_args(arguments)
    quiet_sdks()
    prices = Prices.load()
    try:
        assumed = Assumed.of(given)
    except ValueError as error:
        parser.error(str(error))
    try:
        if given.console is not None:
            return _of_console(given, prices)
        if given.recorded is not None:
            return _of_lines(given, prices)
        return _forecast(given, assumed, prices)
    except OSError as error:
        return _refuse(f"{error.filename or 'A file'} cannot be written: {error.strerror or error}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/cost",
        description="Yuan for a million publications, pages, tips and other calls, and for the month of communities, "
        "pushed beside pulled: everything counted on the local cloud (half a minute), times what is assumed of people, "
        "times the prices in layers/core/python/feed/domain/prices.json. Or the bill of a run that was recorded.",
    )
    ways = parser.add_mutually_exclusive_group()
    about = "bill these log lines of the functions, by operation; - reads standard input, an http URL is asked"
    ways.add_argument("--recorded", metavar="FILE", help=about)
    about = "bill what the console of this local cloud has recorded (127.0.0.1:PORT), by operation and by table, "
    about += "and exit with 1 unless Tablestore has counted the same to the last unit"
    ways.add_argument("--console", metavar="URL", help=about)
    about = "sizes of the audience of a publication (default 0 300 10000 1000000)"
    parser.add_argument("--followers", type=_number, nargs="+", default=FOLLOWERS, metavar="N", help=about)
    about = "users of a community (default 10^4, 10^6 and 10^8)"
    parser.add_argument("--users", type=_positive, nargs="+", default=USERS, metavar="N", help=about)
    parser.add_argument("--plot", type=_picture, metavar="FILE", help="draw the forecast, too: .svg or .png")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there, too")
    add_arguments(parser.add_argument_group("what is assumed: a reader's day, the community, the cloud"))
    return parser


def _number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a whole number, not {text!r}")
    return int(text)


def _picture(text: str) -> Path:
    if not text.endswith((".svg", ".png")):
        raise argparse.ArgumentTypeError(f"a file of .svg or .png, not {text!r}")
    return Path(text)


def _positive(text: str) -> int:
    if not (number := _number(text)):
        raise argparse.ArgumentTypeError("a community of nobody has no price")
    return number


def _forecast(given: argparse.Namespace, assumed: Assumed, prices: Prices) -> int:
    from commands.cost import report
    from commands.cost.counted import count
    from commands.cost.forecast import Forecast

    counted = count(assumed, _progress)
    random.seed(SEED)
    found = Forecast.of(assumed, counted, prices, given.followers, given.users)
    _print(report.told(found, prices))
    if given.plot is not None:
        from commands.cost.plot import draw

        draw(found, prices, given.plot)
    _write(given.json, {**found.as_json(prices), "assumed": asdict(assumed), "prices": asdict(prices)})
    return 0


def _of_lines(given: argparse.Namespace, prices: Prices) -> int:
    from commands.cost import statement
    from commands.cost.recorded import bill_of
    from commands.status.from_logs import read_lines

    try:
        bill = bill_of(read_lines(given.recorded))
    except (OSError, ValueError) as error:
        return _refuse(f"{given.recorded} cannot be read: {error}.")
    if not bill.used:
        return _refuse(f"No line in {given.recorded} is of a call of ours.")
    _print(statement.told(bill, prices, LINES_LEAVE_OUT, traffic=False))
    _write(given.json, bill.as_json(prices))
    return 0


def _of_console(given: argparse.Namespace, prices: Prices) -> int:
    from commands.cost import statement
    from commands.cost.console import NotReadable, recording

    try:
        found = recording(given.console)
    except NotReadable as error:
        return _refuse(str(error))
    _print([*statement.told(found.bill, prices, CONSOLE_LEAVES_OUT, traffic=True), "", *statement.compared(found)])
    _write(given.json, {**found.bill.as_json(prices), "recorded": found.by_table, "counted": found.counted})
    differences = found.differences()
    for difference in differences:
        print(difference, file=sys.stderr)
    if not differences:
        print("  Recording and counters agree to the last unit.\n")
    return 1 if differences else 0


def _print(lines: Sequence[str]) -> None:
    print("\n".join(["", *lines, ""]))


def _write(file: Path | None, figures: dict[str, Any]) -> None:
    if file is not None:
        file.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _progress(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
