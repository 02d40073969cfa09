"""How much memory a process holds with all that it started; 0 where the system does not tell."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


def held_mb(process: int) -> float:
    """Pages that a fork shares with its parent count once, as they do in a container."""
    children = _descendants(process)
    return sum(map(_share_mb, [process, *children])) if children else _resident_mb(process)


def _descendants(process: int) -> list[int]:
    found = []
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in file.read_text().split()]
    return found + [each for child in found for each in _descendants(child)]


def _resident_mb(process: int) -> float:
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE_MB
    return 0.0


def _share_mb(process: int) -> float:
    """Its proportional set; slower to find than what is resident."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
