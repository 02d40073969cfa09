"""One release's functions in a process of their own, whose path says which: an order a line, answered by a line."""

from __future__ import annotations

import base64
import importlib
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests import steps


class Clock:
    monotonic = staticmethod(time.monotonic)

    def __init__(self) -> None:
        self.ahead_ms = 0

    def time_ns(self) -> int:
        return time.time_ns() + self.ahead_ms * 1_000_000


def main(functions: str) -> None:
    """What the functions log goes to standard error."""
    answers, sys.stdout = sys.stdout, sys.stderr
    steps.ROOT = Path(functions)
    driver = steps.InProcess(token=lambda _: "")
    clock = Clock()
    vars(importlib.import_module("feed.edge.endpoints"))["time"] = clock
    # one process stands for the instances of all functions: a card that one has kept would be everybody's
    for name in ("feed.store.cards", "feed.store.bans", "feed.operations._rebuild"):
        _keep_nothing(name)
    for line in sys.stdin:
        order = json.loads(line)
        clock.ahead_ms = order["ahead_ms"]
        print(json.dumps(_carry_out(order, driver)), file=answers, flush=True)


def _keep_nothing(module: str) -> None:
    """Not every release has each of them."""
    try:
        vars(importlib.import_module(module))["KEPT_MS"] = 0
    except ModuleNotFoundError:
        assert module == "feed.store.bans"


def _carry_out(order: Mapping[str, Any], driver: steps.InProcess) -> Any:
    body = base64.b64decode(order["body"])
    if "function" in order:
        try:
            return {"said": driver.invoke(order["function"], body)}
        except Exception as error:
            return {"raised": type(error).__name__}
    answer = driver.send(order["method"], order["path"], None, body, order["headers"])
    return {"status": answer.status, "headers": dict(answer.headers), "body": answer.body}


if __name__ == "__main__":
    main(sys.argv[1])
