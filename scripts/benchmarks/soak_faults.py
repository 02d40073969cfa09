"""What goes wrong during a soak: throttles and lost answers of Tablestore, and instances that are killed."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commands.local_cloud import LocalCloud

THROTTLED = 0.05
"""Of all requests."""
LOST = 0.005
"""Answers, connections, and rows of a batch."""
LOOKS_EVERY_S = 2.0
WORKER = "sandbox/worker.py"
_FUNCTION = "FC_FUNCTION_NAME"


def strike(cloud: LocalCloud, seed: int) -> None:
    """From now on, until `calm`."""
    rules = [
        {"kind": "throttle", "probability": THROTTLED, "seed": seed},
        {"kind": "partial", "probability": LOST, "seed": seed + 1},
        {"kind": "lost_answer", "probability": LOST, "seed": seed + 2},
        {"kind": "disconnect", "probability": LOST, "seed": seed + 3},
    ]
    _control(cloud, "POST", rules)


def calm(cloud: LocalCloud) -> None:
    _control(cloud, "DELETE", None)
    cloud.alipay.faults.clear()


def _control(cloud: LocalCloud, method: str, rules: Any) -> None:
    body = None if rules is None else json.dumps(rules).encode()
    request = urllib.request.Request(f"{cloud.ots_endpoint}/_fake/faults", data=body, method=method)
    urllib.request.urlopen(request, timeout=10).close()


class Strikes(threading.Thread):
    """Counts by kind what has struck, from the log of Tablestore, which keeps the last of it only."""

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(name="strikes", daemon=True)
        self.counted: Counter[str] = Counter()
        self._log = f"{cloud.ots_endpoint}/_fake/log?since_ms="
        self._since_ms = 0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(LOOKS_EVERY_S):
            self._look()

    def _look(self) -> None:
        with urllib.request.urlopen(f"{self._log}{self._since_ms}", timeout=30) as answer:
            entries = json.loads(answer.read())
        self.counted.update(entry["fault"] for entry in entries if entry["fault"])
        self._since_ms = max((entry["at_ms"] + 1 for entry in entries), default=self._since_ms)

    def stop(self) -> None:
        self._over.set()
        self.join()
        self._look()


class Killer(threading.Thread):
    """Every so often, and as often for fan-out as for all others together, SIGKILL to every instance of a function."""

    def __init__(self, every_s: float, seed: int) -> None:
        super().__init__(name="killer", daemon=True)
        self.killed: Counter[str] = Counter()
        self._every_s = every_s
        self._chance = random.Random(seed)
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(self._every_s):
            running = sorted(set(instances().values()))
            if not running:
                continue
            often = [name for name in running if name.endswith("fanout-batch")] * len(running)
            self._kill(self._chance.choice(running + often))

    def _kill(self, function: str) -> None:
        for pid, name in instances().items():
            if name == function:
                os.kill(pid, signal.SIGKILL)
                self.killed[function] += 1

    def stop(self) -> None:
        self._over.set()
        self.join()


def instances() -> dict[int, str]:
    """The functions that this process's instances are of, by process."""
    return {pid: name for pid in children(os.getpid()) if (name := _function_of(pid))}


def children(parent: int) -> Iterator[int]:
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = file.read_text()
        except OSError:
            continue
        if int(text.rpartition(")")[2].split()[1]) == parent:
            yield int(file.parent.name)


def _function_of(pid: int) -> str:
    """Nothing for what is no instance, or has just ended."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return ""
    if WORKER.encode() not in command:
        return ""
    named = [entry.decode() for entry in environment if entry.startswith(_FUNCTION.encode())]
    return named[0].partition("=")[2] if named else ""
