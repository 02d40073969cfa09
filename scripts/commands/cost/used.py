"""What calls, months and recorded runs have used, and what that costs in yuan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from feed.domain.prices import Prices
from simulations.spent import Spent


@dataclass
class Used(Spent):
    """`bytes_out`: what was sent to the internet."""

    bytes_out: float = 0

    def __add__(self, other: Used) -> Used:
        mine, its = asdict(self), asdict(other)
        return Used(**{name: mine[name] + its[name] for name in mine})

    def __mul__(self, times: float) -> Used:
        figures: dict[str, Any] = {name: figure * times for name, figure in asdict(self).items()}
        return Used(**figures)


class Yuan(NamedTuple):
    """By whose bill it is."""

    tables: float
    functions: float
    traffic: float

    @property
    def whole(self) -> float:
        return sum(self)


def total(parts: Iterable[Used]) -> Used:
    return sum(parts, Used())


def yuan(used: Used, prices: Prices) -> Yuan:
    part = prices.by_part(used.billed())
    return Yuan(
        tables=part["read_cu"] + part["write_cu"],
        functions=part["invocations"] + part["gb_s"] + part["vcpu_s"],
        traffic=used.bytes_out / 2**30 * prices.traffic_gb,
    )
