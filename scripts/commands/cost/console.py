"""The bill of what the local cloud's console has recorded, held against the Tablestore emulator's own counters."""

from __future__ import annotations

import http.client
import json
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tqdm import tqdm

from commands.cost.recorded import Bill
from commands.cost.used import Used

COUNTERS = ("requests", "rows", "read_cu", "write_cu")
_PRICED = ("requests", "read_cu", "write_cu", "invocations", "gb_s", "vcpu_s", "bytes_out")
TRIES = 5
_TIMEOUT_S = 30

Counts = dict[str, int]
"""What COUNTERS name."""


class NotReadable(Exception):
    """The message is a sentence."""


@dataclass(frozen=True)
class Recording:
    """`counted`: by table, by the emulator itself; `by_table`: by the invocations, None where some are forgotten.

    `functions` are the sums of all invocations; what nobody's invocation has asked for is `outside`.
    """

    bill: Bill
    functions: Counts
    outside: Counts
    by_table: dict[str, Counts] | None
    counted: dict[str, Counts]

    def differences(self) -> list[str]:
        """Sentences; none where both agree to the last unit.

        What was asked for outside is known as a sum alone: where there is any, a table may have been counted more often
        than the invocations tell, and the sums must agree all the same.
        """
        return [*self._of_sums(), *self._of_tables()]

    def _of_sums(self) -> Iterator[str]:
        for name in COUNTERS[1:]:  # a request counts in every table that it names
            recorded = self.functions[name] + self.outside[name]
            counted = sum(counts[name] for counts in self.counted.values())
            if recorded != counted:
                yield f"{name}: {recorded} recorded, {counted} counted"

    def _of_tables(self) -> Iterator[str]:
        if self.by_table is None:
            return
        for name in COUNTERS[1:]:
            told = sum(counts[name] for counts in self.by_table.values())
            if told != self.functions[name]:
                yield f"{name}: {told} by table, {self.functions[name]} in all"
        for table, counts in sorted(self.by_table.items()):
            counted = self.counted.get(table, dict.fromkeys(COUNTERS, 0))
            for name in COUNTERS:
                if counts[name] > counted[name]:
                    yield f"{name} of {table}: {counts[name]} recorded, {counted[name]} counted"


def recording(url: str) -> Recording:
    """Of the console at this address of a local cloud that is at rest. Raises NotReadable."""
    full = url if "://" in url else f"http://{url}"
    api = f"{full.rstrip('/').removesuffix('/_console')}/_console/api"
    try:
        state = _get(f"{api}/state")
        counters = f"{state['emulators']['tablestore']}/_fake/requests"
        for _ in range(TRIES):
            before = _get(counters)
            found = _read(api, state["quantities"], before)
            if _get(counters) == before:
                return found
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError) as error:
        raise NotReadable(f"There is no console with a Tablestore at {url}: {error or type(error).__name__}.") from None
    raise NotReadable("The local cloud does not come to rest; what it counts changes while it is read.")


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:
        return json.loads(answer.read())


def _read(api: str, names: list[str], counters: Mapping[str, Mapping[str, Counts]]) -> Recording:
    costs = _get(f"{api}/costs")
    bill = Bill()
    for operation in costs["operations"]:
        bill.add(operation["name"], _used(names, operation["sums"]), operation["calls"])
    for key, sums in costs["outside"].items():
        bill.add(f"({key})", _used(names, sums), 0)
    functions = _sums(names, [function["sums"] for function in costs["functions"]])
    tables = [_get(f"{api}/invocation?number={number}")["tables"] for number in _numbers(api)]
    whole = len(tables) == sum(function["calls"] for function in costs["functions"])
    by_table = _added(counts for one in tables for counts in one.items()) if whole else None
    counted = _added(counts for tables in counters.values() for counts in tables.items())
    return Recording(bill, functions, _sums(names, [*costs["outside"].values()]), by_table, counted)


def _numbers(api: str) -> Iterator[int]:
    """Of the invocations that the console keeps, the newest first."""
    before = ""
    with tqdm(desc="invocations", leave=False, mininterval=1, delay=2) as progress:
        while True:
            page = _get(f"{api}/invocations{before}")
            for record in reversed(page["records"]):
                yield record["number"]
                progress.update()
            if not page["more"]:
                return
            before = f"?before={page['records'][0]['number']}"


def _used(names: list[str], figures: list[float]) -> Used:
    found: dict[str, Any] = dict(zip(names, figures, strict=True))
    return Used(**{name: found[name] for name in _PRICED})


def _sums(names: list[str], rows: list[list[float]]) -> Counts:
    return {name: int(sum(row[names.index(name)] for row in rows)) for name in COUNTERS}


def _added(tables: Iterable[tuple[str, Counts]]) -> dict[str, Counts]:
    found: defaultdict[str, Counts] = defaultdict(lambda: dict.fromkeys(COUNTERS, 0))
    for table, counts in tables:
        for name in COUNTERS:
            found[table][name] += counts[name]
    return dict(found)
