"""The product for one seed after another: empty tables, invocations that wait, every process with clocks of its own."""

from __future__ import annotations

import os
import random
import sys
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from alifakes.server import HttpServer, Request, Response
from alifakes.tablestore.app import TablestoreFake
from benchmarks.stage import environment
from commands import table_admin, token
from commands.running import ACCESS_KEY, INSTANCE, SECRET
from feed import wiring
from feed.call import Call, Spent
from feed.config import Credentials, Settings
from feed.gateways.fc3_sender import Fc3Sender
from feed.gateways.invoker import QueueingInvoker
from feed.observability import quiet_sdks
from feed.operations import _rebuild
from feed.store import cards
from feed.store.client import Connection, Tables
from feed.store.schema import KEY_NAMES
from tests.faults.actors import Actor
from tests.operations.crashes import Door, current, guarded
from tests.steps import InProcess, Product

BEGIN_MS = 1_893_456_000_000
"""The first of January 2030: after the tokens were signed, and the same for every run."""
TEN_YEARS_S = 315_360_000
ANSWER_S = 30
SWITCH_S = 0.0002
"""Client and emulator are threads of one process, and each request waits twice for the other's to be let in."""


class Clock:
    """The time, which the campaign alone moves on; a process may see it ahead or behind, or stand still for it."""

    def __init__(self) -> None:
        self._ahead_ms = 0

    def restart(self) -> None:
        self._ahead_ms = 0

    def advance(self, ms: int) -> None:
        self._ahead_ms += ms

    def now_ms(self) -> int:
        """The true one, which is Tablestore's."""
        return BEGIN_MS + self._ahead_ms

    def time_ns(self) -> int:
        actor = current()
        return (self.now_ms() + (actor.ahead_ms if isinstance(actor, Actor) else 0)) * 1_000_000

    def monotonic(self) -> float:
        actor = current()
        return (self._ahead_ms - (actor.frozen_ms if isinstance(actor, Actor) else 0)) / 1_000

    def sleep(self, seconds: float) -> None:
        self.advance(round(seconds * 1_000))


class Stage:
    """Runs while the `with` block does; `keys` is where signing keys are kept."""

    def __init__(self, keys: Path) -> None:
        quiet_sdks()
        self._keys = keys
        self._stack = ExitStack()
        self.clock = Clock()
        self.tablestore = TablestoreFake(clock=self.clock.now_ms)
        self.driver = InProcess(token=cache(lambda user: token.sign(user, TEN_YEARS_S, keys)))
        self.product = Product(self.driver)
        self._chance = random.Random()

    def __enter__(self) -> Stage:
        with self._stack:
            self._stack.callback(sys.setswitchinterval, sys.getswitchinterval())
            sys.setswitchinterval(SWITCH_S)
            self._stack.enter_context(self.tablestore)
            invocations = HttpServer(self._queue)
            invocations.start_in_thread()
            self._stack.callback(invocations.stop_thread)
            given = environment(self.tablestore.endpoint, invocations.endpoint, self._keys)
            self._stack.enter_context(patch.dict(os.environ, {**given, "FEED_REQUEST_TIMEOUT_S": "2"}))
            self.patch("commands.token._private_key", cache(token._private_key))  # checking it takes as long as a run
            self.patch("feed.edge.endpoints.time", self.clock)
            self.patch("feed.edge.endpoints.Call", self._call)
            self.patch("feed.call.time", self.clock)
            self.patch("feed.gateways.invoker.open_invoker", _guarded_invoker)
            for module in (cards, _rebuild):  # one process stands for the instances of all functions
                self.patch(f"{module.__name__}.KEPT_MS", 0)
            connection = Connection.open(
                self.tablestore.endpoint, INSTANCE, Credentials(ACCESS_KEY, SECRET, ""), ANSWER_S
            )
            self._stack.callback(connection.threads.shutdown)
            self.store = Tables(connection, Spent(), KEY_NAMES)
            self._stack.enter_context(patch.object(Connection, "open", guarded(Connection.open)))
            self._stack.callback(wiring.forget)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def patch(self, name: str, value: object) -> None:
        """As long as the stage stands."""
        self._stack.enter_context(patch(name, value))

    def clear(self, variables: Mapping[str, str], chance: random.Random) -> None:
        """As on the first day, with these environment variables."""
        self.driver.queue.clear()
        self.tablestore.faults.clear()
        request = urllib.request.Request(f"{self.tablestore.endpoint}/_fake/reset", data=b"", method="POST")
        urllib.request.urlopen(request).close()
        self.clock.restart()
        os.environ.update(variables)
        wiring.forget()
        self._chance = chance
        table_admin.create(self.tablestore.client(INSTANCE), say=lambda _: None)

    def _call(self, name: str, request_id: str, now_ms: int, ends_at: float, began: float) -> Call:
        """As the edge makes it, with random bits and a trace that are drawn from the run's seed."""
        draw = self._chance.getrandbits
        trace_id = f"{draw(128):032x}"
        return Call(name, request_id, now_ms, ends_at, began=began, random_bits=draw, trace_id=trace_id)

    def _queue(self, request: Request) -> Response:
        function = request.target.split("/functions/")[1].split("/")[0]
        self.driver.queue.append((function, request.body))
        return Response(202, [("x-fc-request-id", "queued")])


def _guarded_invoker(settings: Settings, credentials: Credentials, allowed: tuple[str, ...]) -> QueueingInvoker:
    """Its requests go through the door, too; none is repeated within its own call, so that no time passes."""
    sender = Fc3Sender.open(settings.fc_endpoint, credentials)
    pool: Any = Door(sender.pool)
    return QueueingInvoker(sender._replace(pool=pool), allowed, budget_s=0.0)
