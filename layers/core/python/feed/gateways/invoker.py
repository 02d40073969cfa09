"""How one function starts another: queued by Function Compute, at least once, never waited for."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from feed.config import Credentials, Settings
from feed.errors import Busy, Misconfigured, OutcomeUnknown

# An asynchronous event may hold 128 KB: https://help.aliyun.com/zh/functioncompute/fc/product-overview/limits-of-usage
MAX_EVENT_BYTES = 128 * 1024
BUDGET_S = 5.0
FIRST_PAUSE_S = 0.1
CONNECT_TIMEOUT_S = 2.0
READ_TIMEOUT_S = 3.0


class Invoker(Protocol):
    """Starts other functions."""

    def invoke_async(self, function: str, payload: dict[str, object]) -> None:
        """Return once the event is queued. Raises Misconfigured where it never can be, Busy where it was not, and
        OutcomeUnknown where it may have been; the callee must stand a repeated event in any case."""


class Sender(Protocol):
    """One adapter: hands one event over once."""

    def send(self, function: str, body: bytes) -> None:
        """Raises Misconfigured, Busy or OutcomeUnknown; never repeats by itself."""


@dataclass(frozen=True)
class QueueingInvoker:
    """Checks, then sends until the event is accepted or the budget (seconds) is spent.

    Repeating an asynchronous invocation whose outcome is unknown is harmless: Function Compute itself delivers at
    least once.
    """

    sender: Sender
    allowed: tuple[str, ...]
    budget_s: float = BUDGET_S
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def invoke_async(self, function: str, payload: dict[str, object]) -> None:
        if function not in self.allowed:
            raise Misconfigured(f"This function may not invoke {function!r}; its grant does not name it.")
        body = json.dumps(payload, separators=(",", ":")).encode()
        if len(body) > MAX_EVENT_BYTES:
            raise Misconfigured(
                f"The event for {function!r} has {len(body)} bytes; Function Compute queues at most {MAX_EVENT_BYTES}."
            )
        ends = self.clock() + self.budget_s
        pause = FIRST_PAUSE_S
        while True:
            try:
                return self.sender.send(function, body)
            except Busy:
                wait = pause * random.uniform(0.5, 1.0)
                if self.clock() + wait >= ends:
                    raise
            self.pause(wait)
            pause *= 2


def open_invoker(settings: Settings, credentials: Credentials, allowed: tuple[str, ...]) -> Invoker:
    """The adapter that the deployment's own yaml names: `fc2` reaches FC 2.0 services, `fc3` FC 3.0 functions."""
    return QueueingInvoker(_open_sender(settings, credentials), allowed)


def _open_sender(settings: Settings, credentials: Credentials) -> Sender:
    if settings.invoker == "fc2":
        from feed.gateways.fc2_sender import Fc2Sender

        return Fc2Sender.open(settings.fc_endpoint, settings.fc_service, credentials)
    from feed.gateways.fc3_sender import Fc3Sender

    return Fc3Sender.open(settings.fc_endpoint, credentials)


def refusal(function: str, status: int, code: str) -> Busy | Misconfigured:
    """What an answer other than 202 means. The service's message stays out: it may quote the signed headers."""
    if status == 429:
        return Busy(f"Function Compute has no room to queue {function!r} ({code}).")
    if status >= 500:
        return OutcomeUnknown(f"Function Compute failed while queueing {function!r} ({status} {code}).")
    return Misconfigured(f"Function Compute refused to queue {function!r} ({status} {code}).")
