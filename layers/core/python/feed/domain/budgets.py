"""How often somebody may do what writes or costs: the budgets as data, and the windows in which it is counted."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

HOUR_S, MINUTE_S = 3_600, 60
PENDING_TIPS = 5
"""So many orders of one payer may wait to be paid."""


@dataclass(frozen=True)
class Budget:
    """So much `of_user` and `of_address` in `per_s` seconds; None: only guests are counted.

    `exact`: by all instances together, in a table. The others are of cheap calls: each instance counts its own.
    """

    name: str
    of_user: int | None
    of_address: int
    per_s: int
    exact: bool


BUDGETS = (
    # an address may be a campus or a mobile network: it has twenty users' budgets
    Budget("follow", 60, 1_200, HOUR_S, exact=True),
    Budget("publish", 30, 600, HOUR_S, exact=True),
    # an editor that saves while its author writes
    Budget("edit", 600, 12_000, HOUR_S, exact=True),
    Budget("act", 600, 12_000, HOUR_S, exact=True),
    Budget("tip", 10, 200, MINUTE_S, exact=True),
    # an instance serves one call at a time, some thousands a minute: one address gets a part of it
    Budget("mark", 120, 600, MINUTE_S, exact=False),
    Budget("search", 30, 120, MINUTE_S, exact=False),
    Budget("read", None, 600, MINUTE_S, exact=False),
)


class Share(NamedTuple):
    """What somebody may use of a budget in one window of time; `who` is a key that tells no address."""

    who: str
    budget: str
    window: int
    most: int
    ends_ms: int


def budgets_with(given: Mapping[str, int]) -> dict[str, Budget]:
    """The budgets by name, with the numbers that an operator has given in the place of ours: see `config.budgets`."""
    return {
        budget.name: replace(
            budget,
            of_user=budget.of_user and given.get(budget.name, budget.of_user),
            of_address=given.get(f"{budget.name}@address", budget.of_address),
        )
        for budget in BUDGETS
    }


def shares(budget: Budget, user: str | None, address: str | None, now_ms: int) -> list[Share]:
    """What one call is counted against; None is a guest, or an address that the platform did not tell."""
    if user is not None and budget.of_user is None:
        return []
    both = ((user, budget.of_user), (address, budget.of_address))
    return [_share(budget, who, most, now_ms) for who, most in both if who is not None and most is not None]


def wait_s(full: Share, now_ms: int) -> int:
    """Whole seconds after which the share's window is over for certain."""
    return -(-(full.ends_ms - now_ms) // 1000)


def _share(budget: Budget, who: str, most: int, now_ms: int) -> Share:
    """Windows of one length begin at another moment for everybody, so that not all are refilled at the full hour."""
    length_ms = budget.per_s * 1000
    offset_ms = zlib.crc32(f"{who} {budget.name}".encode()) % length_ms
    window = (now_ms + offset_ms) // length_ms
    return Share(who, budget.name, window, most, (window + 1) * length_ms - offset_ms)
