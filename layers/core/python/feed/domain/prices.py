"""What capacity units and functions cost in yuan, from a dated file that names the page of each price."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

FILE = f"{__file__.removesuffix('.py')}.json"
"""Part of this module: shipped beside it and read as it is."""


class Spent(Protocol):
    """What is billed: Tablestore's capacity units; invocations, GB- and vCPU-seconds of Function Compute."""

    @property
    def read_cu(self) -> float: ...

    @property
    def write_cu(self) -> float: ...

    @property
    def invocations(self) -> float: ...

    @property
    def gb_s(self) -> float: ...

    @property
    def vcpu_s(self) -> float: ...


@dataclass(frozen=True)
class Prices:
    """`read` and `write`: yuan per 10,000 capacity units; `unit`: yuan per unit of Function Compute.

    `invocation` (10,000 of them), `vcpu_s` and `gb_s` are in those units; `traffic_gb`: yuan per GB to the internet.
    No page was found for what is `unverified`.
    """

    date: str
    read: float
    write: float
    unit: float
    invocation: float
    vcpu_s: float
    gb_s: float
    traffic_gb: float
    unverified: tuple[str, ...]

    @classmethod
    def load(cls) -> Prices:
        with open(FILE, encoding="utf-8") as file:
            document: dict[str, Any] = json.load(file)
        prices: dict[str, dict[str, Any]] = document["prices"]
        return cls(
            date=document["date"],
            read=prices["tablestore_read"]["yuan"],
            write=prices["tablestore_write"]["yuan"],
            unit=prices["function_unit"]["yuan"],
            invocation=prices["invocation"]["units"],
            vcpu_s=prices["vcpu_second"]["units"],
            gb_s=prices["gb_second"]["units"],
            traffic_gb=prices["traffic_gb"]["yuan"],
            unverified=tuple(name for name, price in prices.items() if not price["verified"]),
        )

    def yuan(self, spent: Spent) -> float:
        return sum(self.by_part(spent).values())

    def by_part(self, spent: Spent) -> dict[str, float]:
        """Yuan for each of what Spent names; traffic is not among them."""
        return {
            "read_cu": spent.read_cu * self.read / 10_000,
            "write_cu": spent.write_cu * self.write / 10_000,
            "invocations": spent.invocations * self.invocation / 10_000 * self.unit,
            "gb_s": spent.gb_s * self.gb_s * self.unit,
            "vcpu_s": spent.vcpu_s * self.vcpu_s * self.unit,
        }
