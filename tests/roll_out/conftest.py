"""The last release's functions and this one's, on one Tablestore fake with this release's tables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from alifakes.server import HttpServer, Request, Response
from alifakes.tablestore.app import TablestoreFake
from benchmarks.stage import environment
from commands import table_admin, token
from commands.running import ACCESS_KEY, INSTANCE, SECRET
from feed.call import Spent
from feed.config import Credentials
from feed.store.client import Connection, Tables
from feed.store.schema import KEY_NAMES
from tests.roll_out.stage import Release, Shared, unpacked
from tests.steps import ROOT

YEAR_S = 31_536_000


class Both:
    """`old` and `new` share everything but their code."""

    def __init__(self, old: Release, new: Release, fake: TablestoreFake, store: Tables, keys: Path) -> None:
        self.old, self.new, self.fake, self.store, self.keys = old, new, fake, store, keys
        self.shared = old.shared

    @property
    def releases(self) -> tuple[Release, Release]:
        return self.old, self.new

    def first_and_second(self, order: str) -> tuple[Release, Release]:
        return self.releases if order == "old, new" else self.releases[::-1]

    def later(self, ms: int) -> None:
        self.shared.ahead_ms += ms


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    keys, shared = tmp_path_factory.mktemp("keys"), Shared()
    invocations = HttpServer(lambda request: _queued(shared, request))
    invocations.start_in_thread()
    with TablestoreFake(clock=shared.now_ms) as fake:
        given = {
            **environment(fake.endpoint, invocations.endpoint, keys),
            "FEED_FANOUT_BATCH_FOLLOWERS": "2",
            "FEED_FANOUT_WIDTH": "1",
            "FEED_REQUEST_TIMEOUT_S": "2",
        }
        signed = cache(lambda user: token.sign(user, YEAR_S, keys))
        old = Release(unpacked(tmp_path_factory.mktemp("old")), given, shared, signed)
        new = Release(ROOT, given, shared, signed)
        connection = Connection.open(fake.endpoint, INSTANCE, Credentials(ACCESS_KEY, SECRET, ""), 30)
        yield Both(old, new, fake, Tables(connection, Spent(), KEY_NAMES), keys)
        connection.threads.shutdown()
        old.stop()
        new.stop()
    invocations.stop_thread()


@pytest.fixture
def both(running: Both) -> Both:
    running.fake.reset()
    running.shared.queue.clear()
    table_admin.create(running.fake.client(INSTANCE), lambda _: None)
    return running


def _queued(shared: Shared, request: Request) -> Response:
    function = request.target.split("/functions/")[1].split("/")[0]
    shared.queue.append((function, request.body))
    return Response(202, [("x-fc-request-id", "queued")])
