"""Searches that no client would send: every message answers or is refused, and none is a bug or takes for ever."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import tablestore as ots_sdk
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alifakes.tablestore.actions.registry import ACTIONS
from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.wire import search_pb2 as pb

from .noise import fields, index_request, scan_request, search_request

LONGEST_S = 5
LEAST_ACCEPTED = 0.6  # of searches and scans: the others show that checks hold, these reach what lies behind them


@contextmanager
def indexed() -> Iterator[Engine]:
    """With a table `t` of 30 rows and an index `i` of one field of each type."""
    with TablestoreFake() as fake:
        client = fake.client("fuzz")
        client.create_table(
            ots_sdk.TableMeta("t", [("pk", "STRING")]),
            ots_sdk.TableOptions(),
            ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(0, 0)),
        )
        client.create_search_index("t", "i", ots_sdk.SearchIndexMeta(fields()))
        for at in range(30):
            cells = [("l", at % 7), ("d", at / 3), ("k", "abc"[at % 3]), ("t", "a b c d"[: at % 8]), ("b", at % 2 == 0)]
            cells += [
                ("g", f"{at},{at}"),
                ("n", f'[{{"x": {at}}}, {{"x": {at % 4}}}]'),
                ("day", f"2024-01-{at + 1:02}"),
            ]
            client.put_row("t", ots_sdk.Row([("pk", f"{at:02}")], cells[: 2 + at % 7]))
        client.connection.pool.clear()
        yield fake._instances.get("fuzz")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with indexed() as engine:
        yield engine


def check(engine: Engine, api: str, request: Message) -> bool:
    """Whether the request is answered; raises AssertionError when a refusal tells of a bug, or it takes too long."""
    began = time.monotonic()
    status = 200
    try:
        ACTIONS[api](request.SerializeToString()).run(engine, frozenset())
    except OtsError as error:
        status = error.status
    assert status < 500
    assert time.monotonic() - began < LONGEST_S
    return status == 200


def try_both(engine: Engine, seed: int) -> dict[str, bool]:
    requests = {"Search": search_request(seed), "ParallelScan": scan_request(seed)}
    return {api: check(engine, api, request) for api, request in requests.items()}


seeds = st.integers(0, 2**32)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seeds)
def test_searches_and_scans(engine: Engine, seed: int) -> None:
    try_both(engine, seed)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seeds)
def test_schemas(engine: Engine, seed: int) -> None:
    if check(engine, "CreateSearchIndex", index_request(seed)):
        check(engine, "DescribeSearchIndex", pb.DescribeSearchIndexRequest(table_name="t", index_name="z"))
        assert check(engine, "DeleteSearchIndex", pb.DeleteSearchIndexRequest(table_name="t", index_name="z"))


def accepted(engine: Engine, first: int, count: int) -> Counter[str]:
    told: Counter[str] = Counter()
    for seed in range(first, first + count):
        told.update(try_both(engine, seed))
    return told


def test_most_get_past_the_checks(engine: Engine) -> None:
    told = accepted(engine, 0, 300)
    assert min(told["Search"], told["ParallelScan"]) > LEAST_ACCEPTED * 300


@pytest.mark.slow
def test_many_searches_and_scans(engine: Engine) -> None:
    told = accepted(engine, 1_000, 40_000)
    assert min(told["Search"], told["ParallelScan"]) > LEAST_ACCEPTED * 40_000
