"""What work takes, in the units that are billed: invocations, memory and processor seconds, capacity units, bytes."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(slots=True)
class Quantities:
    """Sums. `invocations` are attempts that ran. `requests` to `write_cu` and `ots_in`, `ots_out` are of Tablestore.

    `bytes_in` and `bytes_out` are events and answers of functions.
    """

    invocations: int = 0
    gb_s: float = 0.0
    vcpu_s: float = 0.0
    requests: int = 0
    rows: int = 0
    read_cu: int = 0
    write_cu: int = 0
    ots_in: int = 0
    ots_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0

    def add(self, other: Quantities) -> None:
        self.invocations += other.invocations
        self.gb_s += other.gb_s
        self.vcpu_s += other.vcpu_s
        self.requests += other.requests
        self.rows += other.rows
        self.read_cu += other.read_cu
        self.write_cu += other.write_cu
        self.ots_in += other.ots_in
        self.ots_out += other.ots_out
        self.bytes_in += other.bytes_in
        self.bytes_out += other.bytes_out

    def as_list(self) -> list[float]:
        """In the order of NAMES."""
        return [round(getattr(self, name), 6) for name in NAMES]


NAMES = tuple(field.name for field in fields(Quantities))
