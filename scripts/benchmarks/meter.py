"""What a call costs: how many requests, how many of them had to wait for one another, and what the emulator billed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from alifakes.tablestore.app import TablestoreFake
from feed.store.client import Connection
from feed.store.schema import ARTICLES

_T = TypeVar("_T")


@dataclass(frozen=True, order=True)
class Cost:
    """`depth` is the longest chain of requests of which each had to wait for the one before it."""

    requests: int
    depth: int
    read_cu: int
    write_cu: int


@dataclass(frozen=True)
class Measured:
    """`cards` are articles that were read in batches: those that the instance's cache lacked."""

    cost: Cost
    cards: int


class Meter:
    """Counts between the product and the SDK's client, and asks the emulator for capacity units.

    A request waits for another when the code that sends it could have known the other's answer: sent before in the same
    thread, or before a thread was handed its work, or in work whose result was taken. That follows from the code
    alone, so the depth is the same however fast the machine is.
    """

    def __init__(self, tablestore: TablestoreFake) -> None:
        self._tablestore = tablestore
        self._counting = threading.Lock()
        self._chain = _Chain()
        self._requests = self._depth = 0

    def opening(self, open_connection: Callable[..., Connection]) -> Callable[..., Connection]:
        """`Connection.open` whose requests are counted."""

        def open(*arguments: Any) -> Connection:
            connection = open_connection(*arguments)
            threads = cast(Any, _Threads(connection.threads, self._chain))
            return connection._replace(sdk=_Client(connection.sdk, self._sent), threads=threads)

        return open

    def measure(self, call: Callable[[], _T]) -> tuple[_T, Measured]:
        """Of a call in this thread; nothing else may use the emulator meanwhile."""
        self._requests = self._depth = self._chain.length = 0
        self._tablestore.reset_requests()
        answer = call()
        counted = self._tablestore.requests()
        units = [count for tables in counted.values() for count in tables.values()]
        read, written = (sum(count[unit] for count in units) for unit in ("read_cu", "write_cu"))
        cards = counted.get("BatchGetRow", {}).get(ARTICLES, {}).get("rows", 0)
        return answer, Measured(Cost(self._requests, self._depth, read, written), cards)

    def _sent(self) -> None:
        self._chain.length += 1
        with self._counting:
            self._requests += 1
            self._depth = max(self._depth, self._chain.length)


class _Chain(threading.local):
    """How many requests, one after the other, this thread's next one has to wait for."""

    length = 0


class _Client:
    def __init__(self, sdk: Any, sent: Callable[[], None]) -> None:
        self._sdk = sdk
        self._sent = sent

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._sdk, name)

        def request(*arguments: Any) -> Any:
            self._sent()
            return method(*arguments)

        return request


class _Threads:
    """The store's pool; whoever takes a result waits for all that led to it."""

    def __init__(self, threads: Any, chain: _Chain) -> None:
        self._threads = threads
        self._chain = chain

    def submit(self, work: Callable[[], object]) -> _Task:
        began = self._chain.length

        def run() -> tuple[object, int]:
            self._chain.length = began
            return work(), self._chain.length

        return _Task(self._threads.submit(run), self._chain)

    def shutdown(self) -> None:
        self._threads.shutdown()


@dataclass(frozen=True)
class _Task:
    future: Future[tuple[object, int]]
    chain: _Chain

    def result(self) -> object:
        answer, length = self.future.result()
        self.chain.length = max(self.chain.length, length)
        return answer
