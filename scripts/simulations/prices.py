"""What capacity units and functions cost in yuan, from a dated file that names the page of each price."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulations.spent import Spent

FILE = Path(__file__).with_name("prices.json")


@dataclass(frozen=True)
class Prices:
    """`read` and `write`: yuan per 10,000 capacity units; `unit`: yuan per unit of Function Compute.

    `invocation` (10,000 of them), `vcpu_s` and `gb_s` are in those units; no page was found for what is `unverified`.
    """

    date: str
    read: float
    write: float
    unit: float
    invocation: float
    vcpu_s: float
    gb_s: float
    unverified: tuple[str, ...]

    @classmethod
    def load(cls, file: Path = FILE) -> Prices:
        document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        prices: dict[str, dict[str, Any]] = document["prices"]
        return cls(
            date=document["date"],
            read=prices["tablestore_read"]["yuan"],
            write=prices["tablestore_write"]["yuan"],
            unit=prices["function_unit"]["yuan"],
            invocation=prices["invocation"]["units"],
            vcpu_s=prices["vcpu_second"]["units"],
            gb_s=prices["gb_second"]["units"],
            unverified=tuple(name for name, price in prices.items() if not price["verified"]),
        )

    def yuan(self, spent: Spent) -> float:
        tables = (spent.read_cu * self.read + spent.write_cu * self.write) / 10_000
        units = spent.invocations * self.invocation / 10_000
        units += spent.vcpu_s * self.vcpu_s + (spent.gb_s + spent.waiting_gb_s) * self.gb_s
        return tables + units * self.unit
