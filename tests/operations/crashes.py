"""Calls that die at one of their requests to Tablestore, each as if it ran in a process of its own."""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from urllib3.exceptions import ProtocolError

from feed.store.client import Connection

_T = TypeVar("_T")
_in_this_thread = threading.local()


class Kind(enum.Enum):
    BEFORE = "before"  # nothing is sent, and the process is gone
    AFTER = "after"  # done and acknowledged, and the process is gone
    LOST = "lost"  # done, but the connection breaks: the process lives on without the answer


GONE = (Kind.BEFORE, Kind.AFTER)

is_quick = False
"""Whether the slow tests are left out: set by conftest.py."""


@dataclass(frozen=True)
class Fault:
    """What happens at a process' n-th request; the first is 1."""

    kind: Kind
    at: int

    def __str__(self) -> str:
        return f"{self.kind.value} {self.at}"


def faults(requests: int, kinds: tuple[Kind, ...] = tuple(Kind)) -> list[Fault]:
    """Every fault that can happen to a call of that many requests; if it has to be quick, the kinds in turn."""
    if is_quick:  # two requests each, so that whoever does something else at every second one meets it with each kind
        return [Fault(kinds[at // 2 % len(kinds)], at) for at in range(1, requests + 1)]
    return [Fault(kind, at) for at in range(1, requests + 1) for kind in kinds]


def leads(requests: int) -> range:
    """How many requests the first of two may be ahead, up to all of its own; if it has to be quick, every other one."""
    return range(0, requests + 1, 2 if is_quick else 1)


class _Gone(BaseException):
    """No `except Exception` stops it."""


class Process(Generic[_T]):
    """One call in a thread of its own, which waits before each request to Tablestore until it is its turn.

    `answer` stays None when the process is gone before it could give one.
    """

    def __init__(self, call: Callable[[], _T], fault: Fault | None = None) -> None:
        self.fault = fault
        self.requests = 0
        self.answer: _T | None = None
        self.ended = False
        self._error: Exception | None = None
        self._gone = False
        self._turn = threading.Semaphore(0)
        self._waits = threading.Semaphore(0)
        threading.Thread(target=self._run, args=(call,), daemon=True).start()
        self._waits.acquire()

    @property
    def met_its_fault(self) -> bool:
        return self.fault is not None and self.fault.at <= self.requests

    def step(self) -> None:
        """Let it send one request, and go on to where it would send the next, or to its end."""
        if not self.ended:
            self._turn.release()
            self._waits.acquire()
        if self._error is not None:
            raise self._error

    def run(self, requests: int | None = None) -> Process[_T]:
        """To its end, or for some requests."""
        while not self.ended and requests != 0:
            self.step()
            requests = None if requests is None else requests - 1
        return self

    def send(self, request: Callable[[], Any]) -> Any:
        """Called in its own thread, by the door."""
        self._waits.release()
        self._turn.acquire()
        self.requests += 1
        kind = self.fault.kind if self.fault is not None and self.fault.at == self.requests else None
        self._gone = self._gone or kind in GONE
        if self._gone and kind is not Kind.AFTER:
            raise _Gone
        try:
            return request()
        finally:
            if kind is Kind.AFTER:
                raise _Gone
            if kind is Kind.LOST:
                raise ProtocolError("Connection aborted.")

    def _run(self, call: Callable[[], _T]) -> None:
        _in_this_thread.process = self
        try:
            answer = call()
            self.answer = None if self._gone else answer
        except _Gone:
            pass
        except Exception as error:
            self._error = error
        finally:
            self.ended = True
            self._waits.release()


def current() -> Process[Any] | None:
    """The one in whose thread this is asked."""
    process: Process[Any] | None = getattr(_in_this_thread, "process", None)
    return process


def alternately(first: Process[_T], second: Process[_T], lead: int = 0) -> None:
    """Their requests in turn, to both ends, after `lead` requests of the first."""
    first.run(lead)
    while not (first.ended and second.ended):
        first.step()
        second.step()


class Door:
    """Stands before a client: a process' requests wait here for their turn and meet their faults."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def request(*arguments: Any, **named: Any) -> Any:
            process = current()
            if process is None:
                return method(*arguments, **named)
            return process.send(partial(method, *arguments, **named))

        return request


class _OneByOne(ThreadPoolExecutor):
    """What would run side by side runs in the process' own thread, one after the other."""

    def submit(self, work: Callable[..., _T], /, *arguments: Any, **named: Any) -> Future[_T]:
        done: Future[_T] = Future()
        try:
            done.set_result(work(*arguments, **named))
        except (Exception, _Gone) as error:
            done.set_exception(error)
        return done


def guarded(open_connection: Callable[..., Connection]) -> Callable[..., Connection]:
    """`Connection.open` whose requests go through the door, one by one."""

    def open(*arguments: Any) -> Connection:
        connection = open_connection(*arguments)
        connection.threads.shutdown()
        return connection._replace(sdk=Door(connection.sdk), threads=_OneByOne())

    return open
