"""One instance of the product in this process, against the emulator, by a clock that moves only when it is told to."""

from __future__ import annotations

import io
import os
import time
from contextlib import ExitStack, redirect_stdout
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any
from unittest.mock import patch

from alifakes.alipay.keys import make_keys
from alifakes.server import HttpServer, Request, Response
from alifakes.tablestore.app import TablestoreFake
from benchmarks.meter import Meter
from commands import table_admin
from commands.local_alipay import merchant_variables
from commands.running import ACCESS_KEY, INSTANCE, SECRET
from commands.token import AUDIENCE, ISSUER, local_jwks, sign
from feed import wiring
from feed.call import Spent
from feed.config import Credentials
from feed.domain.budgets import BUDGETS
from feed.store.client import Connection, Tables
from feed.store.schema import KEY_NAMES
from tests.steps import InProcess, Product

NOWHERE = "http://127.0.0.1:9"
DAY_MS = 86_400_000
LIFETIME_S = 30 * 86_400
_COUNTED = [budget.name for budget in BUDGETS if budget.of_user] + [f"{budget.name}@address" for budget in BUDGETS]
AMPLE = ",".join(f"{name}=999999999" for name in _COUNTED)
"""FEED_BUDGETS where one person, at one address, does what thousands would."""


class Clock:
    """The product's and the emulator's. It begins at the next midnight, so that no run sees two days."""

    def __init__(self) -> None:
        self._ms = (time.time_ns() // 1_000_000 // DAY_MS + 1) * DAY_MS

    def now_ms(self) -> int:
        return self._ms

    def time_ns(self) -> int:
        return self._ms * 1_000_000

    def monotonic(self) -> float:
        return self._ms / 1_000

    def sleep(self, seconds: float) -> None:
        self.advance(int(seconds * 1_000))

    def advance(self, ms: int) -> None:
        self._ms += ms


class Quiet(InProcess):
    """Keeps the functions' log lines from the benchmark's own output.

    `answered`: bytes of the newest answer to an HTTP request, headers and body.
    """

    answered = 0

    def invoke(self, function: str, event: bytes, *, timeout_s: int = 60) -> Any:
        with redirect_stdout(io.StringIO()):
            answer = super().invoke(function, event, timeout_s=timeout_s)
        if isinstance(answer, dict):
            lines = (f"{name}: {value}\r\n" for name, value in answer["headers"].items())
            self.answered = len("".join(lines)) + len(answer["body"].encode())
        return answer


class Stage:
    """Runs while the `with` block does, with the environment of a deployment; `keys` is where signing keys are kept."""

    def __init__(self, keys: Path) -> None:
        self._keys = keys
        self._stack = ExitStack()
        self.clock = Clock()
        self.driver = Quiet(token=cache(lambda user: sign(user, LIFETIME_S, keys)))
        self.product = Product(self.driver)
        self._tablestore = TablestoreFake(clock=self.clock.now_ms)
        self.meter = Meter(self._tablestore)

    def __enter__(self) -> Stage:
        with self._stack:
            self._stack.enter_context(self._tablestore)
            invocations = HttpServer(self._queue)
            invocations.start_in_thread()
            self._stack.callback(invocations.stop_thread)
            self._stack.enter_context(
                patch.dict(os.environ, environment(self._tablestore.endpoint, invocations.endpoint, self._keys))
            )
            for module in ("feed.edge.endpoints", "feed.call"):
                self._stack.enter_context(patch(f"{module}.time", self.clock))
            opened = self.meter.opening(Connection.open)
            self._stack.enter_context(patch.object(Connection, "open", opened))
            wiring.forget()
            self._stack.callback(wiring.forget)
            table_admin.create(self._tablestore.client(INSTANCE), lambda _: None)
            connection = Connection.open(self._tablestore.endpoint, INSTANCE, Credentials(ACCESS_KEY, SECRET, ""), 30)
            self._stack.callback(connection.threads.shutdown)
            self.tables = Tables(connection, Spent(), KEY_NAMES)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def later(self, ms: int) -> None:
        """Who is banned has been read then by another call: every two seconds one pays for all of its instance."""
        self.clock.advance(ms)
        assert self.product.call("GET", "/v1/follows/1").status == 200

    def _queue(self, request: Request) -> Response:
        function = request.target.split("/functions/")[1].split("/")[0]
        self.driver.queue.append((function, request.body))
        return Response(202, [("x-fc-request-id", "queued")])


def environment(tablestore: str, invocations: str, keys: Path) -> dict[str, str]:
    """Of a deployment on the emulators at these endpoints; `keys` is where signing keys are kept."""
    return {
        "OTS_ENDPOINT": tablestore,
        "OTS_INSTANCE": INSTANCE,
        "FEED_INVOKER": "fc3",
        "FEED_FC_ENDPOINT": invocations,
        "FEED_JWKS": local_jwks(keys),
        "FEED_JWT_ISSUER": ISSUER,
        "FEED_JWT_AUDIENCE": AUDIENCE,
        "FEED_BUDGETS": AMPLE,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": ACCESS_KEY,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET,
        **merchant_variables(NOWHERE, f"{NOWHERE}/gateway.do", make_keys(keys / "alipay")),
    }
