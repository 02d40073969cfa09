"""Budgets: whoever has used theirs up is refused before anything is done for them, and again without a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feed.domain.budgets import Share, shares, wait_s
from feed.domain.ids import hashed
from feed.edge.addresses import BUDGETS, hidden, line_of
from feed.errors import TooManyRequests

if TYPE_CHECKING:
    from feed.wiring import World


def spend(name: str, client_ip: str, world: World) -> None:
    """Count the call against its caller's budget and its address's. Raises TooManyRequests; Busy, see `rate_limits`."""
    call, budget = world.call, world.budgets[name]
    user = hashed(call.caller) if call.caller is not None else None
    # without an address everybody would share one budget
    address = hidden(line_of(client_ip), world.settings.jwt_issuer, BUDGETS) if client_ip else None
    ours = shares(budget, user, address, call.now_ms)
    full = [share for share in ours if world.floods.full(share)]
    if ours and not full:
        full = _counted_by_all(ours, world) if budget.exact else _counted_here(ours, world)
    if full:
        raise _too_many(full, call.now_ms)


def _counted_by_all(ours: list[Share], world: World) -> list[Share]:
    """In the table, by one request."""
    from feed.store import rate_limits

    full = rate_limits.use(world.tables, ours)
    for share in full:
        world.floods.fill(share)
    return full


def _counted_here(ours: list[Share], world: World) -> list[Share]:
    return [share for share in ours if not world.floods.use(share)]


def _too_many(full: list[Share], now_ms: int) -> TooManyRequests:
    wait = max(wait_s(share, now_ms) for share in full)
    return TooManyRequests(f"That is too often for now; try again in {wait} seconds.", retry_after=wait)
