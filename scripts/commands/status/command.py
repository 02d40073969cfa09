"""scripts/status: health in ten lines, from the tables and the functions' log, with an exit code by thresholds."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from commands.instance import EXPLAINED, TIMEOUT_S, Instance, NoTarget, chosen
from commands.running import LOCAL, NotRunning
from commands.status.from_logs import MEASURED, Tally, read_lines, tally
from commands.status.from_tables import TABLES, readings
from commands.status.reading import Reading
from commands.status.thresholds import Level, thresholds
from feed.call import Call
from feed.config import Credentials
from feed.errors import FeedError
from feed.observability import quiet_sdks
from feed.store.client import Connection, Tables

_NOT_KNOWN = 3
_NO_LOGS = "not known without --logs"
_BESIDE = {"throttle_rate": "limited_rate"}
_ABOUT = f"""Tells the product's health in ten lines.

From the tables: how long the newest deliveries took (a hundred articles, spread over the window), shards that have
stopped, orders that stay unsettled, dead letters, and the oldest work that is due. That is at most 200 requests and
some hundred read units, whatever the tables hold; "+" stands where there is more than was read, and the last line says
what it took. scripts/fanout status and scripts/payments audit read everything.

From --logs: errors, throttling, refusals by budgets, what a person must decide, and units by operation. Give it the
lines of the time you ask about: .local/functions.log of scripts/dev, the local runtime's /_fake/logs, or what the log
store exports (JSON, one record a line; `message` holds ours).

Exit code: 0 fine, 1 a warning, 2 critical, 3 if that could not be found out. What was not measured is "unknown" and
does not count. Thresholds and their reasons: deploy/observability/thresholds.json; what to do: docs/runbooks.

{EXPLAINED}"""


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    quiet_sdks()
    call = Call("status", "scripts/status", time.time_ns() // 1_000_000, math.inf)
    try:
        on = chosen(given.local)
        found = list(readings(_open(on, call), call.now_ms, given.hours))
        logged = tally(read_lines(given.logs)) if given.logs else None
    except (NoTarget, NotRunning) as refused:
        print(refused, file=sys.stderr)
        return _NOT_KNOWN
    except FeedError as error:
        print(f"{error.message} It is safe to repeat the command.", file=sys.stderr)
        return _NOT_KNOWN
    except (OSError, ValueError, KeyError) as error:
        print(f"The logs cannot be read from {given.logs}: {error}", file=sys.stderr)
        return _NOT_KNOWN
    found += logged.readings() if logged else [Reading(name, None, _NO_LOGS) for name in MEASURED]
    if given.json:
        print(json.dumps(_as_json(found, logged, on, call), ensure_ascii=False))
    else:
        print(*_lines(found, logged, on, call), sep="\n")
    return _worst(found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/status", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    about = "the window in which deliveries are measured (24)"
    parser.add_argument("--hours", type=_hours, default=24.0, metavar="N", help=about)
    about = "log lines: a file, - for standard input, or http://…/_fake/logs of the local runtime"
    parser.add_argument("--logs", metavar="FILE|-|URL", help=about)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    about = "use the local cloud that scripts/dev has started (with --data DIR)"
    parser.add_argument("--local", nargs="?", type=Path, const=LOCAL, metavar="DIR", help=about)
    return parser


def _open(on: Instance, call: Call) -> Tables:
    credentials = Credentials(on.key_id, on.secret, on.token)
    return Tables(Connection.open(on.endpoint, on.name, credentials, TIMEOUT_S), call.spent, TABLES)


def _worst(found: Sequence[Reading]) -> Level:
    limits = thresholds()
    return max((level for reading in found if (level := reading.level(limits)) is not None), default=Level.OK)


def _lines(found: Sequence[Reading], logged: Tally | None, on: Instance, call: Call) -> Iterator[str]:
    """Ten: one a reading, or two; then units, and what this took."""
    limits = thresholds()
    for group in _grouped(found):
        known = [level for reading in group if (level := reading.level(limits)) is not None]
        text = "; ".join(dict.fromkeys(reading.text for reading in group))
        yield f"{_word(max(known, default=None)):9}{limits[group[0].name].title:18}{text}"
    yield f"{'':9}{'units':18}{logged.spent() if logged else _NO_LOGS}"
    spent = call.spent
    took = f"{spent.requests} requests, {spent.read_cu} read and {spent.write_cu} write units"
    yield f"{_word(_worst(found)):9}{on.label}, after {took}"


def _grouped(found: Sequence[Reading]) -> Iterator[list[Reading]]:
    """Who is refused by a budget stands beside who is refused because something is busy."""
    for reading in found:
        beside = [other for other in found if other.name == _BESIDE.get(reading.name)]
        if reading.name not in _BESIDE.values():
            yield [reading, *beside]


def _word(level: Level | None) -> str:
    return "unknown" if level is None else level.name.lower()


def _as_json(found: Sequence[Reading], logged: Tally | None, on: Instance, call: Call) -> dict[str, object]:
    limits = thresholds()
    told = {
        reading.name: {"level": _word(reading.level(limits)), "figure": reading.figure, "text": reading.text}
        for reading in found
    }
    units = dict(logged.units.most_common()) if logged else None
    worst = _word(_worst(found))
    return {"level": worst, "instance": on.label, "readings": told, "units": units, "spent": asdict(call.spent)}


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = math.nan
    if not 0 < hours <= 24 * 30:
        raise argparse.ArgumentTypeError(f"a window is up to 720 hours, the time that ledgers are kept, not {text!r}")
    return hours
