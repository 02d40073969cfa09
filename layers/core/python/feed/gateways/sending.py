"""What the two adapters to Function Compute have in common: how they are called, wait, and read an answer."""

from __future__ import annotations

from typing import Protocol

from feed.errors import Busy, Misconfigured, OutcomeUnknown

CONNECT_TIMEOUT_S = 2.0
READ_TIMEOUT_S = 3.0


class Sender(Protocol):
    """One adapter: hands one event over once."""

    def send(self, function: str, body: bytes) -> None:
        """Raises Misconfigured, Busy or OutcomeUnknown; never repeats by itself."""


def refusal(function: str, status: int, code: str) -> Busy | Misconfigured:
    """What an answer other than 202 means. The service's message stays out: it may quote the signed headers."""
    if status == 429:
        return Busy(f"Function Compute has no room to queue {function!r} ({code}).")
    if status >= 500:
        return OutcomeUnknown(f"Function Compute failed while queueing {function!r} ({status} {code}).")
    return Misconfigured(f"Function Compute refused to queue {function!r} ({status} {code}).")
