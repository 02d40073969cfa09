"""What grows with the rows in the Tablestore emulator, and what does not: operations, memory, opening, dropping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.tablestore_peers import Ours

MAX_MB = 300  # of memory, of a server whose rows are in a file
MAX_WAIT_MS = 1000  # of a request while a table of any size is dropped


def growth(ours: Ours, most: int, measure: Callable[[], Mapping[str, float]]) -> dict[str, object]:
    """In tables of 1,000 rows, 10,000 ... `most`; `measure` gives us by operation.

    `passed` is False when the server took more memory than a file's rows may, or a request waited for a drop.
    """
    figures: dict[int, dict[str, float]] = {}
    rows, size = 0, 1_000
    while size <= most:
        ours.grow(rows, size)
        rows = size
        figures[size] = _at(ours, measure)
        print(f"{size:>10} rows  " + "  ".join(f"{name} {figure:,.2f}" for name, figure in figures[size].items()))
        size *= 10
    dropped, longest = ours.drop()
    print(f"\n  dropped in {dropped:.1f} ms; the longest put of a thousand after it {longest:.1f} ms")
    peak = max(at["peak_mb"] for at in figures.values())
    passed = (ours.path is None or peak <= MAX_MB) and max(dropped, longest) <= MAX_WAIT_MS
    return {"rows": figures, "drop_ms": dropped, "longest_ms": longest, "passed": passed}


def _at(ours: Ours, measure: Callable[[], Mapping[str, float]]) -> dict[str, float]:
    """Of a file also how long it takes to start with it and answer, and its size."""
    filled = _peak_mb(ours)
    opened = {} if ours.path is None else {"open_ms": round(ours.reopen(), 1)}
    taken = dict(measure())
    peak = {"peak_mb": max(filled, _peak_mb(ours))}
    return {**taken, **opened, **peak, **({} if ours.path is None else {"file_mb": _file_mb(ours.path)})}


def _peak_mb(ours: Ours) -> float:
    status = Path(f"/proc/{ours.pid}/status").read_text()
    kb = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return round(int(kb) / 1024)


def _file_mb(path: Path) -> float:
    return round(sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*")) / 2**20, 1)
