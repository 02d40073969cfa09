"""The month that docs/deploying.md speaks of: units times calls, rows of inboxes, timers."""

from __future__ import annotations

import pytest

from benchmarks import operations
from commands.deploy.cost import CALLS, DAYS, TICK_CU, TICKS, Size, month

UNITS = dict.fromkeys(CALLS, (2.0, 1.0))


def test_without_people_only_the_timers_run() -> None:
    spent = month(Size(0, 100), UNITS)
    assert (spent.invocations, spent.read_cu, spent.write_cu) == (TICKS * DAYS, TICKS * DAYS * TICK_CU, 0)


def test_a_row_of_an_inbox_is_a_unit_and_an_article_an_invocation() -> None:
    alone, followed = month(Size(1_000, 0), UNITS), month(Size(1_000, 500), UNITS)
    articles = 1_000 * CALLS["publish"] * DAYS
    assert followed.write_cu - alone.write_cu == pytest.approx(articles * 500)
    assert followed.read_cu == alone.read_cu
    calls = sum(CALLS.values()) * 1_000 * DAYS
    assert alone.write_cu == pytest.approx(calls)
    assert alone.invocations == pytest.approx(calls + articles + TICKS * DAYS)
    assert followed.gb_s > alone.gb_s


def test_every_call_is_an_operation_that_is_counted() -> None:
    assert CALLS.keys() <= operations._READS.keys() | operations._WRITES.keys()
