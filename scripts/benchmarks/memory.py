"""How much memory a process has needed."""

from __future__ import annotations

import resource
from pathlib import Path


def peak_mb() -> int:
    """Of this process so far. Linux carries the parent's peak over into ru_maxrss; VmHWM is this program's own."""
    status = Path("/proc/self/status")
    if status.exists():
        kb = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return round(int(kb) / 1024)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
