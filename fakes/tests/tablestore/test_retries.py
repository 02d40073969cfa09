"""What the SDK's retry policies make of throttling, outages, lost answers and batches that fail in part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import NoDelayRetryPolicy, NoRetryPolicy, WriteRetryPolicy
from urllib3.exceptions import HTTPError

BUSY = (503, "OTSServerBusy", "Server is busy.")
DOWN = (503, "OTSServerUnavailable", "Server is not available.")


class NoDelayWriteRetryPolicy(WriteRetryPolicy):  # type: ignore[misc]
    def get_retry_delay(self, *_: Any) -> int:
        return 0


@pytest.fixture
def fake(start: Any) -> Any:
    return start()


@pytest.fixture
def using(fake: Any, connect: Any, create: Any, table_of: Any) -> Callable[..., Any]:
    """The test's table through a client with this retry policy."""
    made = create(connect(fake, "retries", retry_policy=NoRetryPolicy()))

    def use(policy: Any) -> Any:
        return table_of(connect(fake, "retries", retry_policy=policy), made.name, made.key_names)

    return use


def _requests(fake: Any, api: str) -> int:
    return sum(count["requests"] for count in fake.requests().get(api, {}).values())


def test_without_retries_the_error_shows_at_once(fake: Any, using: Any, refused: Any) -> None:
    table = using(NoRetryPolicy())
    fake.faults.add("throttle", api="PutRow", count=1)
    with refused(*BUSY):
        table.put("a", {"x": 1})
    assert table.get("a") is None
    table.put("a", {"x": 1})
    assert _requests(fake, "PutRow") == 2


def test_throttled_writes_are_retried_until_they_pass(fake: Any, using: Any) -> None:
    table = using(NoDelayRetryPolicy())
    fake.faults.add("throttle", count=3)
    table.update("a", increment={"n": 1})
    assert _requests(fake, "UpdateRow") == 4
    assert table.get("a") == {"n": 1}


def test_twenty_retries_and_no_more(fake: Any, using: Any, refused: Any) -> None:
    table = using(NoDelayRetryPolicy())
    fake.faults.add("throttle", api="PutRow")
    with refused(*BUSY):
        table.put("a", {"x": 1})
    assert _requests(fake, "PutRow") == 21
    assert table.get("a") is None


@pytest.mark.parametrize("read", ["read", "scan", "read_many"])
def test_reads_are_retried_through_an_outage(fake: Any, using: Any, read: str) -> None:
    table = using(NoDelayRetryPolicy())
    fake.faults.add("unavailable", count=2)
    arguments: dict[str, list[Any]] = {"read": ["a"], "scan": [], "read_many": [["a"]]}
    getattr(table, read)(*arguments[read])
    api = {"read": "GetRow", "scan": "GetRange", "read_many": "BatchGetRow"}[read]
    assert _requests(fake, api) == 3


def test_writes_are_not_retried_through_an_outage(fake: Any, using: Any, refused: Any) -> None:
    table = using(NoDelayRetryPolicy())
    fake.faults.add("unavailable", api="PutRow", count=1)
    with refused(*DOWN):
        table.put("a", {"x": 1})
    assert _requests(fake, "PutRow") == 1


def test_the_write_policy_retries_puts_but_not_updates(fake: Any, using: Any, refused: Any) -> None:
    table = using(NoDelayWriteRetryPolicy())
    fake.faults.add("unavailable", api="PutRow", count=1)
    table.put("a", {"x": 1})
    assert _requests(fake, "PutRow") == 2
    fake.faults.add("unavailable", api="UpdateRow", count=1)
    with refused(*DOWN):
        table.update("a", put={"x": 2})


def test_conditions_and_bad_requests_are_never_retried(fake: Any, using: Any, refused: Any, invalid: Any) -> None:
    table = using(NoDelayRetryPolicy())
    with refused(403, "OTSConditionCheckFail", "Condition check failed."):
        table.put("a", expect="EXPECT_EXIST")
    with invalid("Invalid column name: '#'."):
        table.put("a", {"#": 1})
    assert _requests(fake, "PutRow") == 2


def test_rows_of_a_batch_that_fail_are_left_to_the_caller(fake: Any, using: Any) -> None:
    table = using(NoDelayRetryPolicy())
    fake.faults.add("partial", api="BatchWriteRow", rows=[1, 3], count=1)
    answer = table.write(*(table.batch_put(key, {"x": key}) for key in "abcde"))
    assert _requests(fake, "BatchWriteRow") == 1
    failed = answer.get_failed_of_put()
    assert [(row.index, row.error_code, row.error_message) for row in failed] == [(1, *BUSY[1:]), (3, *BUSY[1:])]
    assert table.list_keys() == ["a", "c", "e"]
    again = table.write(*(table.batch_put("abcde"[row.index], {"x": 1}) for row in failed))
    assert again.is_all_succeed()
    assert table.list_keys() == list("abcde")


def test_every_row_of_a_batch_may_fail(fake: Any, using: Any) -> None:
    table = using(NoDelayRetryPolicy())
    fake.faults.add("partial", api="BatchWriteRow", count=1)
    answer = table.write(*(table.batch_delete(key) for key in "abc"), table.batch_put("d", {"x": 1}))
    assert [row.error_code for row in answer.get_failed_of_delete()] == ["OTSServerBusy"] * 3
    assert table.list_keys() == []


def test_keys_of_a_batch_read_that_fail_are_left_to_the_caller(fake: Any, using: Any) -> None:
    table = using(NoDelayRetryPolicy())
    table.fill([(key, {"x": 1}) for key in "abc"])
    fake.faults.add("partial", api="BatchGetRow", rows=[0], count=1)
    items = table.read_many(["a", "b", "c"])
    assert [item.is_ok for item in items] == [False, True, True]
    assert (items[0].error_code, items[0].error_message) == BUSY[1:]
    assert _requests(fake, "BatchGetRow") == 1


def test_a_lost_answer_leaves_the_write_done_and_is_not_retried(fake: Any, using: Any) -> None:
    table = using(NoDelayRetryPolicy())
    fake.faults.add("lost_answer", api="UpdateRow", count=1)
    with pytest.raises(HTTPError):
        table.update("a", increment={"n": 1})
    assert _requests(fake, "UpdateRow") == 1
    assert table.get("a") == {"n": 1}


def test_a_dropped_connection_leaves_nothing_done(fake: Any, using: Any) -> None:
    table = using(NoDelayRetryPolicy())
    fake.faults.add("disconnect", api="PutRow", count=1)
    with pytest.raises(HTTPError):
        table.put("a", {"x": 1})
    assert table.get("a") is None
    table.put("a", {"x": 1})
    assert table.get("a") == {"x": 1}


def test_a_slow_answer_runs_into_the_clients_time_out(fake: Any, using: Any, connect: Any, table_of: Any) -> None:
    table = using(NoRetryPolicy())
    hasty = table_of(connect(fake, "retries", socket_timeout=0.05), table.name, table.key_names)
    fake.faults.add("delay", api="GetRow", delay_ms=2000, count=1)
    with pytest.raises(HTTPError):
        hasty.read("a")
    assert hasty.get("a") is None


def test_faults_strike_the_table_and_operation_named_only(fake: Any, using: Any, refused: Any, create: Any) -> None:
    table = using(NoRetryPolicy())
    other = create(table.client)
    fake.faults.add("throttle", api="PutRow", table=table.name)
    other.put("a", {"x": 1})
    table.update("a", put={"x": 1})
    with refused(*BUSY):
        table.put("a", {"x": 2})
    fake.faults.clear()
    table.put("a", {"x": 3})
    assert table.get("a") == {"x": 3}


def test_a_fault_with_a_seed_strikes_alike_in_every_run(start: Any, connect: Any, create: Any) -> None:
    def struck(table: Any) -> bool:
        try:
            table.read("a")
        except ots_sdk.OTSServiceError:
            return True
        return False

    def run(instance: str) -> list[bool]:
        fake = start()
        table = create(connect(fake, instance))
        fake.faults.add("throttle", api="GetRow", probability=0.5, seed=7)
        return [struck(table) for _ in range(30)]

    runs = [run(name) for name in ("first", "second")]
    assert runs[0] == runs[1]
    assert 0 < sum(runs[0]) < 30
