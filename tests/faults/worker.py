"""A worker in a process of its own: an order a line, to be carried out by the clock and constants that it names."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from feed import wiring
from feed.errors import RetryLater
from feed.observability import quiet_sdks
from tests.faults.actors import FANOUT, TIMEOUT_S
from tests.faults.cast import Narrow
from tests.steps import ROOT, load_handler


class Clock:
    """It stands still, except for who waits."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def time_ns(self) -> int:
        return self._now_ms * 1_000_000

    def monotonic(self) -> float:
        return self._now_ms / 1_000

    def sleep(self, seconds: float) -> None:
        self._now_ms += round(seconds * 1_000)


def main() -> None:
    """Answers go to standard output, a line each; what the handler logs does not."""
    quiet_sdks()
    answers, sys.stdout = sys.stdout, sys.stderr
    handler = load_handler(ROOT / "functions" / FANOUT.replace("-", "_") / "index.py")
    for line in sys.stdin:
        print(json.dumps(_carry_out(json.loads(line), handler)), file=answers, flush=True)


def _carry_out(order: Mapping[str, Any], handler: Any) -> dict[str, object]:
    narrow, clock = Narrow(**order["narrow"]), Clock(order["now_ms"])
    os.environ.update(narrow.variables)
    wiring.forget()
    function = SimpleNamespace(name=FANOUT, timeout=TIMEOUT_S[FANOUT])
    context = SimpleNamespace(request_id=order["request_id"], function=function)
    with narrow.in_force(), patch("feed.edge.endpoints.time", clock), patch("feed.call.time", clock):
        try:
            return json.loads(handler(order["event"].encode(), context))  # type: ignore[no-any-return]
        except RetryLater:
            return {"outcome": "raised"}


if __name__ == "__main__":
    main()
