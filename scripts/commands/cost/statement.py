"""The bill of a recorded run as text, and where the console and the emulator agree."""

from __future__ import annotations

from commands.cost.console import COUNTERS, Recording
from commands.cost.recorded import Bill
from commands.cost.text import notes, table
from commands.cost.used import Used, yuan
from feed.domain.prices import Prices

_HEAD = ["operation", "calls", "requests", "read CU", "write CU", "GB-s", "KB out", "yuan", "share", "a million, yuan"]


def told(bill: Bill, prices: Prices, left_out: str) -> list[str]:
    """The dearest operation first."""
    whole = yuan(bill.whole, prices)
    paid = {name: yuan(used, prices).whole for name, used in bill.used.items()}
    rows = []
    for name in sorted(paid, key=paid.__getitem__, reverse=True):
        calls, share = bill.calls[name], paid[name] / whole.whole if whole.whole else 0.0
        million = f"{paid[name] / calls * 1_000_000:,.2f}" if calls else ""
        rows.append([name, *_used(calls, bill.used[name]), f"{paid[name]:,.6f}", f"{share:.1%}", million])
    rows.append(["all", *_used(sum(bill.calls.values()), bill.whole), f"{whole.whole:,.6f}", "", ""])
    parts = f"Tablestore {whole.tables:,.6f}, Function Compute {whole.functions:,.6f}, traffic {whole.traffic:,.6f}"
    return [*table(_HEAD, rows), "", f"  Yuan: {parts}.", *notes(prices, left_out)]


def _used(calls: int, used: Used) -> list[str]:
    counts = [f"{figure:,.0f}" for figure in (calls, used.requests, used.read_cu, used.write_cu)]
    return [*counts, f"{used.gb_s:,.3f}", f"{used.bytes_out / 1024:,.1f}"]


def compared(found: Recording) -> list[str]:
    """By table, what all invocations tell and what the emulator has counted."""
    by_table = found.by_table or {}
    rows = [
        [
            table_name or "(of no table)",
            *(f"{by_table.get(table_name, {}).get(name, 0):,} / {counts[name]:,}" for name in COUNTERS),
        ]
        for table_name, counts in sorted(found.counted.items())
    ]
    outside = ", ".join(f"{found.outside[name]:,} {name}" for name in COUNTERS)
    lines = [*table(["recorded / counted", *COUNTERS], rows), f"  Asked for by no invocation: {outside}."]
    if found.by_table is None:
        lines.append(
            "  The console has forgotten some invocations, so that nothing is told by table; the sums hold all."
        )
    return lines
