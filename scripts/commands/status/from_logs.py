"""What the functions' log lines say of errors, throttling and units; read once, line by line, whatever their number."""

from __future__ import annotations

import json
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from commands.status.reading import Reading

MEASURED = ("error_rate", "throttle_rate", "limited_rate", "alerts")
BUSY = frozenset({"503", "busy"})
"""The outcomes of calls that may be repeated: an answer's status, or what an invoked function has raised."""
LIMITED = "429"
_TOP = 4
_TIMEOUT_S = 30


@dataclass
class Tally:
    """Calls by outcome and units by operation; `alerts` by what they say."""

    outcomes: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)

    def add(self, line: Mapping[str, Any]) -> None:
        if "outcome" in line:
            self.outcomes[str(line["outcome"])] += 1
            self.units[str(line["operation"])] += int(line.get("read_cu", 0)) + int(line.get("write_cu", 0))
        elif "alert" in line and "job" not in line:  # a dead letter is counted from its row
            self.alerts[str(line["alert"])] += 1

    def readings(self) -> list[Reading]:
        calls = self.outcomes.total()
        errors = Counter({outcome: n for outcome, n in self.outcomes.items() if is_error(outcome)})
        busy = sum(self.outcomes[outcome] for outcome in BUSY)
        kinds = ", ".join(f"{n} {outcome}" for outcome, n in errors.most_common(3))
        first = next(iter(self.alerts), "none")
        return [
            _share("error_rate", errors.total(), calls, kinds),
            _share("throttle_rate", busy, calls, "503"),
            _share("limited_rate", self.outcomes[LIMITED], calls, "429, over a budget"),
            Reading("alerts", self.alerts.total(), f"{self.alerts.total()}: {first}" if self.alerts else "none"),
        ]

    def spent(self) -> str:
        """Of all units, those of the most expensive operations."""
        total = self.units.total()
        top = (f"{operation} {n / total:.0%}" for operation, n in self.units.most_common(_TOP) if n)
        return f"{total} in {self.outcomes.total()} calls: {', '.join(top)}" if total else "none spent"


def is_error(outcome: str) -> bool:
    """Codes sort behind statuses: whatever an invoked function raised, and 500."""
    return outcome >= "500" and outcome not in BUSY and outcome != "ok"


def _share(name: str, part: int, calls: int, kinds: str) -> Reading:
    return Reading(
        name, part / calls if calls else 0.0, f"{part} of {calls} calls" + (f" ({kinds})" if part else ""), calls
    )


def tally(lines: Iterable[str]) -> Tally:
    found = Tally()
    for line in lines:
        if ours := _ours(line):
            found.add(ours)
    return found


def _ours(line: str) -> Mapping[str, Any] | None:
    """One of the lines that feed.observability writes, as it stands, behind a name, or within an exported record."""
    start = line.find("{")
    try:
        value = json.loads(line[start:]) if start >= 0 else None
        if isinstance(value, dict) and isinstance(value.get("message"), str):
            value = json.loads(value["message"])
    except ValueError:
        return None
    return value if isinstance(value, dict) and "operation" in value and "request_id" in value else None


def read_lines(source: str) -> Iterator[str]:
    """From a file, `-` for standard input, or the local runtime's /_fake/logs. Raises OSError, ValueError."""
    if source == "-":
        yield from sys.stdin
    elif source.startswith(("http://", "https://")):
        with urllib.request.urlopen(source, timeout=_TIMEOUT_S) as answer:
            yield from (str(entry["line"]) for entry in json.loads(answer.read())["lines"])
    else:
        with open(source, encoding="utf-8", errors="replace") as file:
            yield from file
