"""Operations in process: real handlers, the real SDK, a Tablestore fake on a socket, a queue for invocations."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import pytest

from alifakes.alipay.app import AlipayFake
from alifakes.alipay.keys import Keys, make_keys
from alifakes.server import HttpServer, Request, Response
from alifakes.tablestore.app import TablestoreFake
from benchmarks.stage import AMPLE
from commands import table_admin, token
from commands.local_alipay import merchant_variables
from feed import wiring
from feed.call import Spent
from feed.config import Credentials
from feed.operations import _rebuild
from feed.store import bans, cards
from feed.store.client import Connection, Tables
from feed.store.schema import KEY_NAMES
from tests.operations import crashes
from tests.steps import InProcess, Product

TEN_YEARS_S = 315_360_000
"""Longer than any test moves the clock."""

FOREVER_MS = 2**60
DAY_MS = 86_400_000
NOON_MS = 4 * 3_600_000
"""In Shanghai, of a day of UTC."""

API = "http://127.0.0.1:9"
"""Where nobody listens: tests deliver notifications themselves."""


def pytest_configure(config: pytest.Config) -> None:
    crashes.is_quick = config.option.markexpr == "not slow"


Calls = Callable[[], list[dict[str, Any]]]


class Meanwhile(Protocol):
    """Lets `happen` run to its end just before the next call of a module's function, once: the other party's turn."""

    def __call__(self, module: ModuleType, name: str, happen: Callable[[], object]) -> None: ...


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def jwks(keys: Path) -> str:
    return token.local_jwks(keys)


@pytest.fixture(scope="session")
def signed(keys: Path) -> Callable[[int], str]:
    """A user's token, signed once for all tests: reading the private key takes as long as a dozen requests."""
    return cache(lambda user: token.sign(user, TEN_YEARS_S, keys))


@pytest.fixture(scope="session")
def alipay_keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return make_keys(tmp_path_factory.mktemp("alipay"))


class Clock:
    """The time that tests move on: the edge's, which leases and due times follow, and the Tablestore fake's.

    It begins at the next noon of Shanghai, so that no test meets a midnight but those that go there.
    """

    monotonic = staticmethod(time.monotonic)

    def __init__(self) -> None:
        self.ahead_ms = -(time.time_ns() // 1_000_000 - NOON_MS) % DAY_MS

    def time_ns(self) -> int:
        return time.time_ns() + self.ahead_ms * 1_000_000

    def now_ms(self) -> int:
        return self.time_ns() // 1_000_000

    def advance(self, ms: int) -> None:
        self.ahead_ms += ms


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr("feed.edge.endpoints.time", moved)
    return moved


@pytest.fixture
def tablestore(clock: Clock) -> Iterator[TablestoreFake]:
    with TablestoreFake(clock=clock.now_ms) as fake:
        yield fake


@pytest.fixture
def driver(
    tablestore: TablestoreFake,
    jwks: str,
    signed: Callable[[int], str],
    alipay_keys: Keys,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[InProcess]:
    queueing = InProcess(token=signed)

    def accept(request: Request) -> Response:
        function = request.target.split("/functions/")[1].split("/")[0]
        queueing.queue.append((function, request.body))
        return Response(202, [("x-fc-request-id", "queued")])

    invocations = HttpServer(accept)
    invocations.start_in_thread()
    for name, value in {
        "OTS_ENDPOINT": tablestore.endpoint,
        "OTS_INSTANCE": "feed",
        "FEED_INVOKER": "fc3",
        "FEED_FC_ENDPOINT": invocations.endpoint,
        "FEED_JWKS": jwks,
        "FEED_JWT_ISSUER": token.ISSUER,
        "FEED_JWT_AUDIENCE": token.AUDIENCE,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "local",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local",
        "FEED_FANOUT_BATCH_FOLLOWERS": "3",
        "FEED_FANOUT_WIDTH": "1",
        "FEED_REQUEST_TIMEOUT_S": "2",
        **merchant_variables(API, "http://127.0.0.1:9/gateway.do", alipay_keys),
    }.items():
        monkeypatch.setenv(name, value)
    # one process stands for the instances of all functions: a card that one has kept would be everybody's
    monkeypatch.setattr(cards, "KEPT_MS", 0)
    monkeypatch.setattr(_rebuild, "KEPT_MS", 0)
    # who is banned is read once: what a call costs must not depend on how long ago another one was
    monkeypatch.setattr(bans, "KEPT_MS", FOREVER_MS)
    wiring.forget()
    table_admin.create(tablestore.client("feed"), say=lambda _: None)
    yield queueing
    wiring.forget()
    invocations.stop_thread()


@pytest.fixture
def ample_budgets(driver: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (it sets the others)
    """For tests in which one person does within the hour what many would."""
    monkeypatch.setenv("FEED_BUDGETS", AMPLE)
    wiring.forget()


@pytest.fixture
def settled_profiles(driver: InProcess, clock: Clock) -> Callable[[], None]:
    """Lets the sweeper carry new profiles to the articles, so that what it says afterwards is about something else."""

    def sweep() -> None:
        clock.advance(61_000)
        driver.sweep()

    return sweep


@pytest.fixture
def alipay(
    driver: InProcess,  # noqa: ARG001 (it sets the environment first)
    alipay_keys: Keys,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[AlipayFake]:
    """Alipay itself, by the tests' clock; it notifies nobody."""
    with AlipayFake(keys=alipay_keys, clock=lambda: clock.time_ns() // 1_000_000, deliver=False) as fake:
        monkeypatch.setenv("FEED_ALIPAY_GATEWAY", fake.gateway)
        wiring.forget()
        yield fake


@pytest.fixture
def product(driver: InProcess) -> Product:
    return Product(driver)


@pytest.fixture
def store(driver: InProcess) -> Iterator[Tables]:  # noqa: ARG001 (it sets the environment)
    """Every table, for looking behind the product's answers and for rows that no request leaves."""
    settings, credentials = wiring.settings(), Credentials.of_invocation(None, os.environ)
    connection = Connection.open(settings.ots_endpoint, settings.ots_instance, credentials, settings.request_timeout_s)
    yield Tables(connection, Spent(), KEY_NAMES)
    connection.threads.shutdown()


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    def arrange(module: ModuleType, name: str, happen: Callable[[], object]) -> None:
        real = getattr(module, name)

        def interrupted(*args: Any, **named: Any) -> Any:
            monkeypatch.setattr(module, name, real)
            happen()
            return real(*args, **named)

        monkeypatch.setattr(module, name, interrupted)

    return arrange


@pytest.fixture
def calls(capsys: pytest.CaptureFixture[str]) -> Calls:
    """The log lines that the functions have written since the last time it was asked."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
