"""The benchmarks' meter: which requests had to wait for which, however fast they were answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.meter import Cost
from benchmarks.stage import Stage
from feed.store import users
from feed.store.client import Tables

Play = Callable[[Tables], object]


@pytest.fixture(scope="module")
def stage(keys: Path) -> Iterator[Stage]:
    with Stage(keys) as stage:
        yield stage


def one(tables: Tables) -> object:
    return users.find(tables, 1)


def two(tables: Tables) -> object:
    return one(tables) or one(tables)


@pytest.mark.parametrize(
    ("play", "requests", "depth"),
    [
        (one, 1, 1),
        (two, 2, 2),
        (lambda tables: tables.pair(lambda: one(tables), lambda: one(tables)), 2, 1),
        (lambda tables: tables.pair(lambda: two(tables), lambda: one(tables)), 3, 2),
        (lambda tables: tables.pair(lambda: one(tables), lambda: two(tables)), 3, 2),
        # more than there are threads: nothing in the code makes the last ones wait
        (lambda tables: tables.together(*[lambda: one(tables)] * 30), 30, 1),
        (lambda tables: [one(tables), tables.together(*[lambda: two(tables)] * 3), one(tables)], 8, 4),
        (lambda tables: [tables.pair(lambda: one(tables), lambda: one(tables)) for _ in range(3)], 6, 3),
    ],
)
def test_the_longest_chain_is_what_had_to_wait(stage: Stage, play: Play, requests: int, depth: int) -> None:
    for _ in range(3):
        _, measured = stage.meter.measure(lambda: play(stage.tables))
        assert measured.cost == Cost(requests, depth, read_cu=requests, write_cu=0)
