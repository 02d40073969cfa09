"""Memory and open files of the local cloud's processes over time, and whether they are flat."""

from __future__ import annotations

import os
import threading
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, mean

from benchmarks.soak_faults import children, instances
from commands.local_cloud import LocalCloud

EVERY_S = 5.0
WARM_UP = 0.4
"""Part of the time that is not judged: caches fill, instances start."""
MOST_GROWTH = 0.10
SPARE = {"MB": 16.0, "files": 8.0}
"""What may be gained in half an hour on top, for what a stage keeps on purpose: payments, and rows that wait."""
HALF_HOUR_S = 1_800.0
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Series:
    """Samples by seconds since the start."""

    unit: str
    at: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, at: float, value: float) -> None:
        self.at.append(at)
        self.values.append(value)

    def settled(self) -> tuple[Sequence[float], Sequence[float]]:
        begin = self.at[-1] * WARM_UP
        kept = [(at, value) for at, value in zip(self.at, self.values, strict=True) if at >= begin]
        return [at for at, _ in kept], [value for _, value in kept]

    @property
    def growth(self) -> float:
        """What half an hour would add, by the slope after the warm-up."""
        at, values = self.settled()
        return linear_regression(at, values).slope * HALF_HOUR_S if len(at) > 2 else 0.0

    def is_flat(self, kept: float = 0.0) -> bool:
        """Whether half an hour adds no more than its share of the mean, what is spare, and what is `kept` for good."""
        _, values = self.settled()
        return self.growth <= MOST_GROWTH * mean(values) + SPARE[self.unit] + kept


class Watch(threading.Thread):
    """Of the runtime with Function Compute, Alipay and the clients; of Tablestore; and of an instance on average."""

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(name="watch", daemon=True)
        self._forget = f"{cloud.fc_endpoint}/_fake/invocations/reset"
        self.series = {
            f"{who}, {unit}": Series(unit) for who in ("cloud", "tablestore", "an instance") for unit in SPARE
        }
        self._over = threading.Event()

    def run(self) -> None:
        began = time.monotonic()
        while not self._over.wait(EVERY_S):
            # the emulator keeps 20,000 invocations for those who ask, which would take a quarter of an hour to fill
            urllib.request.urlopen(urllib.request.Request(self._forget, method="POST"), timeout=30).close()
            workers = list(instances())
            groups = {
                "cloud": [os.getpid()],
                "tablestore": [pid for pid in children(os.getpid()) if pid not in workers],
                "an instance": workers,
            }
            for who, pids in groups.items():
                found = [each for pid in pids if (each := _taken(pid)) is not None]
                for place, unit in enumerate(SPARE):
                    if found:
                        self.series[f"{who}, {unit}"].add(time.monotonic() - began, mean(each[place] for each in found))

    def stop(self) -> None:
        self._over.set()
        self.join()


def _taken(pid: int) -> tuple[float, float] | None:
    """MB in memory and open files; None for a process that has ended."""
    try:
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        files = len(os.listdir(f"/proc/{pid}/fd"))
    except (OSError, IndexError):
        return None
    return (resident * _PAGE / 2**20, float(files)) if resident else None
