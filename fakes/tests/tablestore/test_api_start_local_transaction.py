"""StartLocalTransaction: on what it can be called, whom it keeps out, and for how long."""

from __future__ import annotations

from typing import Any

import pytest

from .transaction_bank import CONFLICT, GONE, Bank


def test_the_start_wants_one_partition_key(bank: Bank, invalid: Any, refused: Any) -> None:
    def begin(*key: Any, table: str = "bank") -> None:
        bank.client.start_local_transaction(table, list(key))

    with invalid("StartLocalTransaction support only one primary key."):
        begin(("owner", "ann"), ("number", 1))
    with invalid("Invalid table name: ''."):
        begin(("owner", "ann"), table="")
    with refused(404, "OTSObjectNotExist", "Requested table does not exist."):
        begin(("owner", "ann"), table="nothing")
    with refused(400, "OTSInvalidPK", "Validate PK name fail. Input: name, Meta: owner."):
        begin(("name", "ann"))
    with refused(400, "OTSInvalidPK", "Validate PK type fail. Input: VT_INTEGER, Meta: VT_STRING."):
        begin(("owner", 5))
    bank.begin()


def test_tables_that_allow_none(client: Any, table: Any, invalid: Any) -> None:
    message = "Try to call method using explicit transaction on explicit-transaction-disabled table."
    with invalid(message):
        client.start_local_transaction(table.name, [("pk", "a")])


def test_keys_that_the_server_completes(bank: Bank, create: Any, invalid: Any) -> None:
    create(bank.client, {"owner": "STRING", "seq": "AUTO"}, name="bank_auto")
    with invalid("Table 'bank_auto' has an auto increment primary key: no transactions."):
        bank.client.start_local_transaction("bank_auto", [("owner", "ann")])


def test_nobody_else_writes_to_the_partition(bank: Bank, refused: Any) -> None:
    name = bank.begin()
    with refused(*CONFLICT):
        bank.begin()
    with refused(*CONFLICT):
        bank.put(("ann", 7), {"x": 1})
    with refused(*CONFLICT):
        bank.table.delete(("ann", 7))
    answer = bank.table.write(bank.table.batch_put(("ann", 7), {"x": 1}), bank.table.batch_put(("bob", 7), {"x": 1}))
    rows = answer.get_put_by_table("bank")
    assert [(row.is_ok, row.error_code) for row in rows] == [(False, "OTSRowOperationConflict"), (True, None)]
    bank.put(("bob", 8), {"x": 1})
    bank.client.commit_transaction(name)
    bank.put(("ann", 7), {"x": 1})


def test_two_partitions_have_transactions_of_their_own(bank: Bank) -> None:
    ann, bob = bank.begin("ann"), bank.begin("bob")
    bank.put(("ann", 1), {"x": 1}, ann)
    bank.put(("bob", 1), {"x": 2}, bob)
    bank.client.commit_transaction(bob)
    bank.client.abort_transaction(ann)
    assert (bank.get(("ann", 1)), bank.get(("bob", 1))) == (None, {"x": 2})


@pytest.mark.parametrize("used", [False, True])
def test_it_lives_a_minute(bank: Bank, refused: Any, used: bool) -> None:
    name = bank.begin()
    bank.put(("ann", 1), {"x": 1}, name)
    bank.clock.step(59_999)
    with refused(*CONFLICT):
        bank.put(("ann", 2), {"x": 1})
    if used:
        bank.get(("ann", 1), name)
    bank.clock.step(1)
    bank.put(("ann", 2), {"x": 2})
    with refused(*GONE):
        bank.client.commit_transaction(name)
    assert (bank.get(("ann", 1)), bank.get(("ann", 2))) == (None, {"x": 2})
    bank.begin()
