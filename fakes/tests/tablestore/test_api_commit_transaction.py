"""CommitTransaction: all that was written shows at once, in indexes too."""

from __future__ import annotations

from typing import Any

import pytest
import tablestore as ots_sdk

from .transaction_bank import GONE, Bank


def test_what_is_committed_shows_at_once_and_to_all(bank: Bank) -> None:
    name = bank.begin()
    bank.put(("ann", 1), {"x": 1}, name)
    bank.put(("ann", 2), {"x": 2}, name)
    assert [bank.get(("ann", number)) for number in (1, 2)] == [None, None]
    bank.client.commit_transaction(name)
    assert [bank.get(("ann", number)) for number in (1, 2)] == [{"x": 1}, {"x": 2}]


def test_a_transaction_that_was_committed_is_over(bank: Bank, refused: Any) -> None:
    name = bank.begin()
    bank.client.commit_transaction(name)
    for end in (bank.client.commit_transaction, bank.client.abort_transaction):
        with refused(*GONE):
            end(name)
    with refused(*GONE):
        bank.put(("ann", 1), {"x": 1}, name)
    with refused(*GONE):
        bank.get(("ann", 1), name)


@pytest.mark.parametrize("name", ["", "nonsense", "0" * 31, "Z" * 32])
def test_ids_that_are_none(bank: Bank, invalid: Any, name: str) -> None:
    with invalid("TransactionID is invalid."):
        bank.client.commit_transaction(name)


@pytest.mark.parametrize("lag_ms", [0, 100])
def test_indexes_follow_the_commit(open_bank: Any, table_of: Any, lag_ms: int) -> None:
    by_x = ots_sdk.SecondaryIndexMeta("by_x", ["x"], [])
    bank = open_bank(lag_ms, columns=[("x", "INTEGER")], indexes=[by_x])
    index = table_of(bank.client, "by_x", ["x", "owner", "number"])
    bank.put(("ann", 1), {"x": 1})
    bank.clock.step(lag_ms)
    name = bank.begin()
    bank.put(("ann", 1), {"x": 2}, name)
    bank.put(("ann", 2), {"x": 3}, name)
    bank.delete(("ann", 2), name)
    bank.clock.step(500)
    assert index.list_keys() == [(1, "ann", 1)]
    bank.client.commit_transaction(name)
    if lag_ms:
        assert index.list_keys() == [(1, "ann", 1)]
        bank.clock.step(lag_ms)
    assert index.list_keys() == [(2, "ann", 1)]


def test_search_indexes_follow_the_commit(bank: Bank, create_index: Any) -> None:
    index = create_index(bank.table, ots_sdk.FieldSchema("x", ots_sdk.FieldType.LONG))
    name = bank.begin()
    bank.put(("ann", 1), {"x": 1}, name)
    assert index.keys() == []
    bank.client.commit_transaction(name)
    assert index.keys() == [("ann", 1)]


def test_each_step_costs_a_write_unit(bank: Bank) -> None:
    bank.fake.reset_requests()
    bank.client.commit_transaction(bank.begin())
    bank.client.abort_transaction(bank.begin())
    spent = {api: sum(table["write_cu"] for table in tables.values()) for api, tables in bank.fake.requests().items()}
    assert spent == {"StartLocalTransaction": 2, "CommitTransaction": 1, "AbortTransaction": 1}
