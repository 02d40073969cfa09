"""What quantities cost by a file of prices, which is the project's: no price is known here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from alifakes.console.quantities import Quantities


@dataclass(frozen=True)
class Prices:
    """`of_each` names what a price is of, as the file does: 10,000 units or invocations, a second, or a GB."""

    date: str
    currency: str
    of_each: Mapping[str, float]
    unverified: tuple[str, ...]

    @classmethod
    def load(cls, file: Path) -> Prices:
        """`{"date", "currency", "prices": {NAME: {"yuan" or "units", "verified"}}}`; raises ValueError.

        `units` are Function Compute's, whose price is `function_unit`; a price that the file lacks is 0 and unverified.
        """
        try:
            document = json.loads(file.read_text("utf-8"))
            prices = document["prices"]
            unit = float(prices.get("function_unit", {}).get("yuan", 0))
            found = {
                name: float(price["units"]) * unit if "units" in price else float(price["yuan"])
                for name, price in prices.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"The prices in {file} cannot be used: {error}.") from None
        missing = [name for name in _NAMES if name not in found]
        doubtful = [name for name, price in prices.items() if not price.get("verified", True)]
        return cls(
            str(document.get("date", "")),
            str(document.get("currency", "")),
            {name: found.get(name, 0.0) for name in _NAMES},
            (*doubtful, *missing),
        )

    def of(self, quantities: Quantities) -> float:
        each = self.of_each
        thousands = quantities.read_cu * each["tablestore_read"] + quantities.write_cu * each["tablestore_write"]
        thousands += quantities.invocations * each["invocation"]
        time = quantities.vcpu_s * each["vcpu_second"] + quantities.gb_s * each["gb_second"]
        return thousands / 10_000 + time + quantities.bytes_out / 2**30 * each["traffic_gb"]


_NAMES = ("tablestore_read", "tablestore_write", "invocation", "vcpu_second", "gb_second", "traffic_gb")
