"""What the id of a local transaction does to every other operation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import INF_MIN

from .transaction_bank import GONE, Bank

OUTSIDE = "Data out of scope of transaction: {}."


@pytest.fixture
def make_other(create: Any) -> Callable[[Bank], Any]:
    return lambda bank: create(bank.client, name="bank_other")


def test_reads_see_their_own_writes_and_what_was_there(bank: Bank) -> None:
    for number in (1, 3, 5):
        bank.put(("ann", number), {"x": number})
    name = bank.begin()
    bank.put(("ann", 0), {"x": 0}, name)
    bank.put(("ann", 4), {"x": 4}, name)
    bank.put(("ann", 9), {"x": 9}, name)
    bank.delete(("ann", 3), name)
    bank.update(("ann", 5), name, put={"y": 5}, increment={"x": 10})
    assert bank.get(("ann", 5), name) == {"x": 15, "y": 5}
    assert bank.get(("ann", 5)) == {"x": 5}
    assert bank.keys(name) == [0, 1, 4, 5, 9]
    assert bank.keys(name, direction="BACKWARD") == [9, 5, 4, 1, 0]
    assert bank.keys(name, limit=2) == [0, 1]
    assert bank.keys() == [1, 3, 5]
    bank.client.commit_transaction(name)
    assert bank.keys() == [0, 1, 4, 5, 9]


def test_conditions_see_their_own_writes(bank: Bank, refused: Any) -> None:
    name = bank.begin()
    bank.put(("ann", 1), {"x": 1}, name, expect="EXPECT_NOT_EXIST")
    with refused(403, "OTSConditionCheckFail", "Condition check failed."):
        bank.put(("ann", 1), {"x": 2}, name, expect="EXPECT_NOT_EXIST")
    bank.client.commit_transaction(name)
    assert bank.get(("ann", 1)) == {"x": 1}


def test_rows_outside_the_transaction(bank: Bank, make_other: Any, refused: Any) -> None:
    name = bank.begin()
    other = make_other(bank)
    outside = OUTSIDE.format("partition key bob")
    with refused(400, "OTSDataOutOfRange", outside):
        bank.put(("bob", 1), {"x": 1}, name)
    with refused(400, "OTSDataOutOfRange", outside):
        bank.get(("bob", 1), name)
    with refused(400, "OTSDataOutOfRange", outside):
        bank.keys(name, owner="bob")
    with refused(400, "OTSDataOutOfRange", outside):
        bank.table.scan(("ann", INF_MIN), ("bob", 1), transaction_id=name)
    with refused(400, "OTSDataOutOfRange", OUTSIDE.format("table 'bank_other'")):
        bank.write(name, other.batch_put("ann", {"x": 1}), table=other)
    answer = bank.write(name, bank.table.batch_put(("ann", 1), {"x": 1}), bank.table.batch_put(("bob", 1), {"x": 1}))
    rows = answer.get_put_by_table("bank")
    assert [(row.is_ok, row.error_code) for row in rows] == [(True, None), (False, "OTSDataOutOfRange")]
    bank.client.commit_transaction(name)
    assert (bank.get(("ann", 1)), bank.get(("bob", 1))) == ({"x": 1}, None)


def test_a_batch_in_a_transaction(bank: Bank) -> None:
    name = bank.begin()
    puts = [bank.table.batch_put(("ann", number), {"x": number}) for number in range(10)]
    updates = [bank.table.batch_update(("ann", number), put={"x": number}) for number in range(10, 13)]
    assert bank.write(name, *puts, *updates).is_all_succeed()
    assert bank.keys() == []
    bank.client.commit_transaction(name)
    assert bank.keys() == list(range(13))


def test_one_request_at_a_time(bank: Bank, refused: Any) -> None:
    name = bank.begin()
    bank.fake.faults.add("delay", api="PutRow", delay_ms=500)
    slow = threading.Thread(target=bank.put, args=(("ann", 1), {"x": 1}, name))
    started = time.monotonic()
    slow.start()
    while not bank.fake.requests().get("PutRow"):
        assert time.monotonic() - started < 10
    calls: list[Callable[[], object]] = [
        lambda: bank.put(("ann", 2), {"x": 2}, name),
        lambda: bank.update(("ann", 2), name, put={"x": 2}),
        lambda: bank.delete(("ann", 2), name),
        lambda: bank.write(name, bank.table.batch_put(("ann", 2))),
        lambda: bank.get(("ann", 2), name),
        lambda: bank.keys(name),
        lambda: bank.client.abort_transaction(name),
        lambda: bank.client.commit_transaction(name),
    ]
    for call in calls:
        with refused(400, "OTSSessionBusy", "The last request of the transaction is not over."):
            call()
    assert bank.get(("ann", 1)) is None
    assert bank.begin("bob")
    slow.join()
    assert bank.get(("ann", 1), name) == {"x": 1}
    bank.client.commit_transaction(name)
    assert bank.keys() == [1]


def test_it_holds_four_mebibytes(bank: Bank, refused: Any) -> None:
    name = bank.begin()
    row = len("owner") + len("ann") + len("number") + 8 + len("x")
    big = "v" * (2 * 1024 * 1024 - row)
    bank.put(("ann", 1), {"x": big}, name)
    bank.put(("ann", 2), {"x": big}, name)
    with refused(400, "OTSOutOfTransactionDataSizeLimit", "Data exceeds the limit of 4194304 bytes."):
        bank.put(("ann", 3), {}, name)
    bank.client.commit_transaction(name)
    assert bank.keys() == [1, 2]


def test_a_change_of_the_table_ends_its_transactions(bank: Bank, refused: Any) -> None:
    name = bank.begin()
    bank.put(("ann", 1), {"x": 1}, name)
    bank.client.update_table("bank", ots_sdk.TableOptions(max_version=2), None)
    with refused(*GONE):
        bank.client.commit_transaction(name)
    assert bank.get(("ann", 1)) is None
