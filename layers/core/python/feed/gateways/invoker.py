"""How one function starts another: queued by Function Compute, at least once, never waited for."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from feed.config import Credentials, Settings
from feed.errors import Busy, Misconfigured
from feed.gateways.sending import Sender

# An asynchronous event may hold 128 KB: https://help.aliyun.com/zh/functioncompute/fc/product-overview/limits-of-usage
MAX_EVENT_BYTES = 128 * 1024
BUDGET_S = 5.0
FIRST_PAUSE_S = 0.1


class Invoker(Protocol):
    """Starts other functions."""

    def invoke_async(self, function: str, payload: dict[str, object]) -> None:
        """Return once the event is queued. Raises Misconfigured where it never can be, Busy where it was not, and
        OutcomeUnknown where it may have been; the callee must stand a repeated event in any case."""


class QueueingInvoker(NamedTuple):
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
