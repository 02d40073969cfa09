"""AbortTransaction: nothing of what was written ever shows."""

from __future__ import annotations

from typing import Any

import pytest

from .transaction_bank import GONE, Bank


def test_what_is_aborted_never_was(bank: Bank) -> None:
    bank.put(("ann", 1), {"x": 1})
    name = bank.begin()
    bank.put(("ann", 1), {"x": 2}, name)
    bank.put(("ann", 2), {"x": 2}, name)
    bank.client.abort_transaction(name)
    assert (bank.get(("ann", 1)), bank.get(("ann", 2))) == ({"x": 1}, None)
    bank.put(("ann", 2), {"x": 3})


def test_a_transaction_that_was_aborted_is_over(bank: Bank, refused: Any) -> None:
    name = bank.begin()
    bank.client.abort_transaction(name)
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
        bank.client.abort_transaction(name)
