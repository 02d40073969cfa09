"""The bill of a recorded run as text, and where the console and the emulator agree."""

from __future__ import annotations

from collections.abc import Iterable

from commands.cost.console import COUNTERS, Counts, Recording
from commands.cost.recorded import Bill
from commands.cost.text import notes, table
from commands.cost.used import Used, yuan
from feed.domain.prices import Prices

UNKNOWN = "–"
_HEAD = ["operation", "calls", "requests", "read CU", "write CU", "GB-s", "KB out", "yuan", "share", "a million, yuan"]


def told(bill: Bill, prices: Prices, left_out: str, *, traffic: bool) -> list[str]:
    """The dearest operation first; `traffic`: whether the bill knows it."""
    whole = yuan(bill.whole, prices)
    paid = {name: yuan(used, prices).whole for name, used in bill.used.items()}
    rows = []
    for name in sorted(paid, key=paid.__getitem__, reverse=True):
        calls, share = bill.calls[name], paid[name] / whole.whole if whole.whole else 0.0
        million = f"{paid[name] / calls * 1_000_000:,.2f}" if calls else ""
        rows.append([name, *_used(calls, bill.used[name], traffic), f"{paid[name]:,.6f}", f"{share:.1%}", million])
    rows.append(["all", *_used(sum(bill.calls.values()), bill.whole, traffic), f"{whole.whole:,.6f}", "", ""])
    sent = f"{whole.traffic:,.6f}" if traffic else UNKNOWN
    parts = f"Tablestore {whole.tables:,.6f}, Function Compute {whole.functions:,.6f}, traffic {sent}"
    return [*table(_HEAD, rows), "", f"  Yuan: {parts}.", *notes(prices, left_out)]


def _used(calls: int, used: Used, traffic: bool) -> list[str]:
    counts = [f"{figure:,.0f}" for figure in (calls, used.requests, used.read_cu, used.write_cu)]
    return [*counts, f"{used.gb_s:,.3f}", f"{used.bytes_out / 1024:,.1f}" if traffic else UNKNOWN]


def compared(found: Recording) -> list[str]:
    """By table, what all invocations tell, what the emulator has counted, and what the former do not explain."""
    by_table, none = found.by_table or {}, dict.fromkeys(COUNTERS, 0)
    pairs = {
        name or "(of no table)": (by_table.get(name, none), found.counted.get(name, none))
        for name in sorted({*by_table, *found.counted})
    }
    pairs["all"] = (_sum(recorded for recorded, _ in pairs.values()), _sum(counted for _, counted in pairs.values()))
    known = found.by_table is not None
    rows = [
        [name, *(_three(recorded[counter], counted[counter], known) for counter in COUNTERS)]
        for name, (recorded, counted) in pairs.items()
    ]
    outside = ", ".join(f"{found.outside[name]:,} {name}" for name in COUNTERS)
    lines = [
        *table(["in invocations / counted / outside them", *COUNTERS], rows),
        f"  Asked for by no invocation: {outside}; the table counts a request in every table that it names.",
    ]
    if not known:
        lines.append(
            "  The console has forgotten some invocations, so that nothing is told by table; the sums hold all."
        )
    return lines


def _three(recorded: int, counted: int, known: bool) -> str:
    return f"{recorded:,} / {counted:,} / {counted - recorded:,}" if known else f"{UNKNOWN} / {counted:,} / {UNKNOWN}"


def _sum(tables: Iterable[Counts]) -> Counts:
    each = list(tables)
    return {name: sum(counts[name] for counts in each) for name in COUNTERS}
