"""What a simulated piece of work has used."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass
class Spent:
    """`requests` are Tablestore's; `refused` and `lost` of them were throttled, or had no answer.

    `waiting_gb_s` is the memory of instances that were kept for a next request.
    """

    requests: float = 0
    read_cu: float = 0
    write_cu: float = 0
    refused: int = 0
    lost: int = 0
    invocations: float = 0
    gb_s: float = 0
    vcpu_s: float = 0
    waiting_gb_s: float = 0

    def billed(self) -> Spent:
        """As prices are asked: memory costs the same while an instance waits."""
        return replace(self, gb_s=self.gb_s + self.waiting_gb_s, waiting_gb_s=0)
