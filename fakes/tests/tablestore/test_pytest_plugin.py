"""The plugin in a pytest of its own, as somebody else's project would load it."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

OTHERS = """
import pytest
import tablestore as ots

def make(client):
    client.create_table(
        ots.TableMeta("t", [("k", "STRING")], [("c", "STRING")]), ots.TableOptions(),
        ots.ReservedThroughput(ots.CapacityUnit(0, 0)), [ots.SecondaryIndexMeta("i", ["c"], [])],
    )
    client.put_row("t", ots.Row([("k", "a")], [("c", "x")]))

@pytest.mark.parametrize("time", [1, 2])
def test_every_test_begins_with_nothing(tablestore, tablestore_client, time):
    assert list(tablestore_client.list_table()) == []
    make(tablestore_client)
    assert tablestore.requests()["PutRow"]["t"]["rows"] == 1
    tablestore.clock.advance(10**9)
    tablestore.faults.add("throttle")

@pytest.mark.tablestore(index_lag_ms=60_000)
def test_options(tablestore, tablestore_client):
    make(tablestore_client)
    bounds = [("c", ots.INF_MIN), ("k", ots.INF_MIN)], [("c", ots.INF_MAX), ("k", ots.INF_MAX)]
    assert len(tablestore_client.get_range("i", "FORWARD", *bounds)[2]) == 0
    tablestore.clock.advance(60_000)
    assert len(tablestore_client.get_range("i", "FORWARD", *bounds)[2]) == 1

def test_many_at_once(tablestore):
    import asyncio
    async def work():
        async with tablestore.async_client() as client:
            return list(await client.list_table())
    assert asyncio.run(work()) == []
"""


def test_fixtures_and_marker(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(OTHERS)
    done = pytester.runpytest_subprocess(
        "-p", "alifakes.tablestore.pytest_plugin", "--strict-markers", "-p", "no:randomly"
    )
    done.assert_outcomes(passed=4)


def test_it_says_what_it_offers(pytester: pytest.Pytester) -> None:
    done = pytester.runpytest_subprocess("-p", "alifakes.tablestore.pytest_plugin", "--fixtures", "--markers")
    done.stdout.fnmatch_lines(["*pytest.mark.tablestore(*options)*"])
