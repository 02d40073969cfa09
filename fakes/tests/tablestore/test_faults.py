"""Rules of faults: which requests they strike and how often. What the SDK makes of them: test_retries.py."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import tablestore as ots_sdk
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from alifakes.tablestore.actions.partial import execute_partly
from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.faults import FaultKind, Faults


def struck(
    faults: Faults, times: int, api: str = "PutRow", tables: tuple[str, ...] = ("t",), rows: int = 0
) -> list[bool]:
    return [faults.draw(api, tables, rows).failure is not None for _ in range(times)]


def test_without_rules_nothing_happens() -> None:
    assert struck(Faults(), 2) == [False, False]


def test_count_and_after() -> None:
    faults = Faults()
    faults.add("throttle", after=1, count=2)
    assert struck(faults, 5) == [False, True, True, False, False]


def test_only_matching_requests_are_counted() -> None:
    faults = Faults()
    faults.add("throttle", api="PutRow", table="t", after=1, count=1)
    assert struck(faults, 3, api="GetRow") == [False] * 3
    assert struck(faults, 3, tables=("other",)) == [False] * 3
    assert struck(faults, 3, tables=("other", "t")) == [False, True, False]


def test_probability_is_drawn_alike_for_the_same_seed() -> None:
    runs = []
    for seed in (1, 1, 2):
        faults = Faults()
        faults.add("disconnect", probability=0.5, seed=seed)
        runs.append(struck(faults, 200))
    assert runs[0] == runs[1] != runs[2]
    assert 60 < sum(runs[0]) < 140


def test_delays_add_up_and_the_first_failure_ends_the_search() -> None:
    faults = Faults()
    faults.add("delay", delay_ms=5)
    faults.add("delay", delay_ms=7)
    faults.add("unavailable")
    faults.add("throttle", count=1)
    effect = faults.draw("PutRow", ("t",), 0)
    assert (effect.delay_ms, effect.failure) == (12, FaultKind.UNAVAILABLE)


def test_rows_are_refused_in_batches_only() -> None:
    faults = Faults()
    faults.add("partial", rows=[0, 2], count=1)
    assert faults.draw("PutRow", ("t",), 0).refused == frozenset()
    assert faults.draw("BatchWriteRow", ("t",), 3).refused == {0, 2}
    assert faults.draw("BatchWriteRow", ("t",), 3).refused == frozenset()


def test_rows_are_drawn_by_the_seed() -> None:
    draws = []
    for _ in range(2):
        faults = Faults()
        faults.add("partial", probability=0.3, seed=4)
        draws.append([faults.draw("BatchWriteRow", ("t",), 200).refused for _ in range(5)])
    assert draws[0] == draws[1]
    assert len(set(draws[0])) == 5
    assert 200 < sum(len(refused) for refused in draws[0]) < 400


def test_clear() -> None:
    faults = Faults()
    faults.add("throttle")
    faults.clear()
    assert struck(faults, 1) == [False]


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({"kind": "explode"}, "There is no fault 'explode'; there are partial, lost_answer"),
        ({}, "at least a kind"),
        ("throttle", "at least a kind"),
        ({"kind": "throttle", "often": 1}, "A fault has no field 'often'"),
        ({"kind": "throttle", "count": "3"}, "The count of a fault cannot be '3'"),
        ({"kind": "throttle", "count": True}, "The count of a fault cannot be True"),
        ({"kind": "throttle", "count": -1}, "The count of a fault cannot be negative: -1"),
        ({"kind": "throttle", "probability": 1.5}, "between 0 and 1, not 1.5"),
        ({"kind": "delay", "delay_ms": -1}, "The delay_ms of a fault cannot be negative"),
        ({"kind": "partial", "rows": ["a"]}, "The rows of a fault are numbers from 0 on, not 'a'"),
    ],
)
def test_wrong_rules_are_refused_and_none_is_kept(rule: object, complaint: str) -> None:
    faults = Faults()
    with pytest.raises(ValueError, match=complaint):
        faults.add_json([{"kind": "throttle"}, rule])
    assert struck(faults, 1) == [False]


def test_rules_come_as_a_list() -> None:
    with pytest.raises(ValueError, match="a JSON list"):
        Faults().add_json({"kind": "throttle"})


@given(st.lists(st.integers(0, 4), max_size=5), st.data())
def test_partial_execution_keeps_every_row_in_its_place(sizes: list[int], data: st.DataObject) -> None:
    tables = [[(table, row) for row in range(size)] for table, size in enumerate(sizes)]
    flat = [row for rows in tables for row in rows]
    refused = data.draw(st.frozensets(st.integers(0, max(0, len(flat) - 1))))

    def execute(kept: list[tuple[int, list[tuple[int, int]]]]) -> list[list[Any]]:
        assert all(rows or not tables[table] for table, rows in kept)
        return [list(rows) for _, rows in kept]

    results = execute_partly(tables, refused, execute)
    assert [len(rows) for rows in results] == sizes
    for at, (row, result) in enumerate(zip(flat, [result for rows in results for result in rows], strict=True)):
        if at in refused:
            assert isinstance(result, OtsError)
            assert (result.status, result.code) == (503, "OTSServerBusy")
        else:
            assert result == row


@pytest.fixture
def fake() -> Iterator[TablestoreFake]:
    with TablestoreFake() as fake:
        fake.client().create_table(
            ots_sdk.TableMeta("t", [("k", "STRING")]),
            ots_sdk.TableOptions(),
            ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(0, 0)),
        )
        yield fake


def put(client: Any, key: str) -> None:
    client.put_row("t", ots_sdk.Row([("k", key)], [("c", 1)]), ots_sdk.Condition("IGNORE"))


def test_the_control_plane_sets_and_clears_faults(fake: TablestoreFake) -> None:
    client = fake.client(retry_policy=ots_sdk.NoRetryPolicy())
    rules = [{"api": "PutRow", "table": None, "kind": "throttle", "count": None, "probability": 1, "seed": 3}]
    url = f"{fake.endpoint}/_fake/faults"
    assert urllib3.request("POST", url, body=json.dumps(rules).encode()).status == 200
    with pytest.raises(ots_sdk.OTSServiceError, match="OTSServerBusy"):
        put(client, "a")
    assert urllib3.request("DELETE", url).status == 200
    put(client, "a")


def test_a_delay_lets_others_pass(fake: TablestoreFake) -> None:
    fake.faults.add("delay", api="PutRow", delay_ms=400)
    slow = threading.Thread(target=put, args=(fake.client(), "slow"))
    started = time.monotonic()
    slow.start()
    while not fake.requests().get("PutRow"):
        assert time.monotonic() - started < 10
    assert fake.client().get_row("t", [("k", "slow")])[1] is None
    slow.join()
    assert time.monotonic() - started >= 0.4
    assert fake.client().get_row("t", [("k", "slow")])[1] is not None


def test_a_delayed_write_is_done_although_its_client_gave_up(fake: TablestoreFake) -> None:
    fake.faults.add("delay", api="PutRow", delay_ms=150)
    with pytest.raises(urllib3.exceptions.HTTPError):
        put(fake.client(socket_timeout=0.02, retry_policy=ots_sdk.NoRetryPolicy()), "late")
    deadline = time.monotonic() + 10
    while fake.client().get_row("t", [("k", "late")])[1] is None:
        assert time.monotonic() < deadline


def test_stopping_does_not_wait_for_a_delay() -> None:
    with TablestoreFake() as fake:
        fake.faults.add("delay", delay_ms=60_000)
        with pytest.raises(urllib3.exceptions.HTTPError):
            fake.client(socket_timeout=0.05, retry_policy=ots_sdk.NoRetryPolicy()).list_table()
        started = time.monotonic()
    assert time.monotonic() - started < 10
