"""What a month costs at three sizes: counted units of each operation, times what is assumed of people, times prices.

Left out, because nothing here counts them: storage, traffic, API Gateway, logs, search indexes, instances kept ready,
the range reads of fan-out.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from simulations.prices import Prices
from simulations.spent import Spent

DAYS = 30
CALLS = {
    "timeline_first_of_day": 1.0,
    "timeline_page": 6.0,
    "timeline_unread": 6.0,
    "mark_read": 2.0,
    "read_article": 5.0,
    "action": 3.0,
    "notifications": 1.0,
    "recommendations": 0.5,
    "hot": 0.5,
    "search": 0.2,
    "follow": 0.1,
    "publish": 0.01,
    "tip": 0.002,
}
"""By one reader on one day; assumed."""
CALL_S = 0.05
"""A call on a warm instance; assumed, for Tablestore in the same region."""
MEMORY_GB, VCPU = 0.5, 0.35
"""Of a function by s.yaml; the vCPU is assumed, for the file leaves it to the service."""
ROWS_PER_S = 4_000
"""Inbox rows of one fan-out worker: README, "What it costs"."""
TICKS = 2 * 60 * 24
"""Invocations of the two timers of every minute, a day; each reads the work table, one unit a bucket."""
TICK_CU = 8


@dataclass(frozen=True)
class Size:
    """`readers` are people who come on one day, `followers` those of an article."""

    readers: int
    followers: int


SIZES = (Size(1_000, 100), Size(50_000, 500), Size(1_000_000, 2_000))


def main() -> int:
    prices = Prices.load()
    units = counted()
    months = [month(size, units) for size in SIZES]
    print(
        f"A month, prices of {prices.date}"
        + (f", unverified: {', '.join(prices.unverified)}" * bool(prices.unverified))
    )
    _row("readers a day", [size.readers for size in SIZES])
    _row("followers of an article", [size.followers for size in SIZES])
    _row("invocations", [spent.invocations for spent in months])
    _row("read units", [spent.read_cu for spent in months])
    _row("write units", [spent.write_cu for spent in months])
    tables = [prices.yuan(Spent(read_cu=spent.read_cu, write_cu=spent.write_cu)) for spent in months]
    _row("Tablestore, yuan", tables)
    _row("Function Compute, yuan", [prices.yuan(spent) - part for spent, part in zip(months, tables, strict=True)])
    return 0


def _row(name: str, values: list[float] | list[int]) -> None:
    print(f"  {name:26}" + "".join(f"{value:18,.0f}" for value in values))


def counted() -> dict[str, tuple[float, float]]:
    """Read and write units of each operation on an instance that has kept nothing."""
    from benchmarks.operations import costs_of_all
    from benchmarks.stage import Stage

    with TemporaryDirectory() as keys, Stage(Path(keys)) as stage:
        costs = costs_of_all(stage)
    return {name: (of.cold.cost.read_cu, of.cold.cost.write_cu) for name, of in costs.items()}


def month(size: Size, units: Mapping[str, tuple[float, float]]) -> Spent:
    """What people call, what articles bring to inboxes (a unit a row, and a worker's time), and the timers."""
    calls = {name: size.readers * times * DAYS for name, times in CALLS.items()}
    rows = calls["publish"] * size.followers
    ticks = TICKS * DAYS
    seconds = (sum(calls.values()) + ticks) * CALL_S + rows / ROWS_PER_S
    return Spent(
        read_cu=sum(calls[name] * units[name][0] for name in calls) + ticks * TICK_CU,
        write_cu=sum(calls[name] * units[name][1] for name in calls) + rows,
        invocations=sum(calls.values()) + calls["publish"] + ticks,
        gb_s=seconds * MEMORY_GB,
        vcpu_s=seconds * VCPU,
    )


if __name__ == "__main__":
    sys.exit(main())
