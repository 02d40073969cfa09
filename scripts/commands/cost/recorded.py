"""The bill of a recorded run, by operation, from the lines that the functions have logged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from alifakes.console.recording import VCPU_OF_GB
from alifakes.function_compute.project import read_project
from commands.cost.used import Used, total, yuan
from commands.local_cloud import PROJECT_FILES, deployment_variables
from commands.status.from_logs import _ours
from feed.domain.prices import Prices


@dataclass
class Bill:
    """By operation, the calls and what they used, in the order in which they came."""

    calls: dict[str, int] = field(default_factory=dict)
    used: dict[str, Used] = field(default_factory=dict)

    def add(self, operation: str, used: Used, calls: int = 1) -> None:
        self.calls[operation] = self.calls.get(operation, 0) + calls
        self.used[operation] = self.used.get(operation, Used()) + used

    @property
    def whole(self) -> Used:
        return total(self.used.values())

    def as_json(self, prices: Prices) -> dict[str, Any]:
        operations = {
            name: {"calls": self.calls[name], **asdict(used), "yuan": yuan(used, prices).whole}
            for name, used in self.used.items()
        }
        return {"operations": operations, "yuan": yuan(self.whole, prices).whole}


def bill_of(lines: Iterable[str]) -> Bill:
    """Of those that are a call's; Tablestore does not tell the product what a search took, and lines hold no bytes."""
    bill = Bill()
    memory_gb = _memory_gb()
    for line in lines:
        said = _ours(line)
        if said is None or "outcome" not in said:
            continue
        operation = str(said["operation"])
        gb_s = float(said.get("duration_ms", 0)) / 1000 * memory_gb.get(operation.split()[0], 0.5)
        used = Used(
            requests=int(said.get("requests", 0)),
            read_cu=int(said.get("read_cu", 0)),
            write_cu=int(said.get("write_cu", 0)),
            invocations=1,
            gb_s=gb_s,
            vcpu_s=gb_s * VCPU_OF_GB,
        )
        bill.add(operation, used)
    return bill


@cache
def _memory_gb() -> dict[str, float]:
    """Of each function by s.yaml."""
    project = read_project(PROJECT_FILES["fc3"], deployment_variables(*["http://127.0.0.1"] * 4))
    return {name: function.memory / 1024 for name, function in project.by_address().items()}
