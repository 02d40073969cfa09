"""StartLocalTransaction, CommitTransaction, AbortTransaction, and what their ids do to every other operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import INF_MAX, INF_MIN

from alifakes.tablestore.settings import Settings

CONFLICT = (409, "OTSRowOperationConflict", "Data is being modified by the other request.")
GONE = (400, "OTSSessionNotExist", "Session not exist or may be timeout.")
OUTSIDE = "Data out of scope of transaction: {}."


class Bank:
    """A client and its table of accounts, keyed by owner and number, on a server whose clock is moved by hand."""

    def __init__(self, client: Any, table: Any, clock: Any, fake: Any) -> None:
        self.client, self.table, self.clock, self.fake = client, table, clock, fake

    def begin(self, owner: str = "ann") -> str:
        name: str = self.client.start_local_transaction(self.table.name, [("owner", owner)])
        return name

    def put(self, key: Any, columns: Any, transaction: str | None = None, **condition: Any) -> Any:
        row = ots_sdk.Row(self.table.key(key), list(columns.items()))
        expected = ots_sdk.Condition(condition.get("expect", "IGNORE"))
        return self.client.put_row(self.table.name, row, expected, transaction_id=transaction)

    def update(self, key: Any, transaction: str, **changes: Any) -> Any:
        sent = {kind: list(cells.items()) for kind, cells in changes.items()}
        row = ots_sdk.Row(self.table.key(key), sent)
        return self.client.update_row(self.table.name, row, ots_sdk.Condition("IGNORE"), transaction_id=transaction)

    def delete(self, key: Any, transaction: str) -> None:
        row = ots_sdk.Row(self.table.key(key))
        self.client.delete_row(self.table.name, row, ots_sdk.Condition("IGNORE"), transaction_id=transaction)

    def get(self, key: Any, transaction: str | None = None) -> Any:
        return self.table.get(key, transaction_id=transaction)

    def keys(self, transaction: str | None = None, owner: str = "ann", **options: Any) -> list[int]:
        forward = options.get("direction", "FORWARD") == "FORWARD"
        ends = [(owner, INF_MIN), (owner, INF_MAX)]
        bounds = ends if forward else ends[::-1]
        return [key[1] for key in self.table.list_keys(*bounds, transaction_id=transaction, **options)]

    def write(self, transaction: str, *items: Any, table: Any = None) -> Any:
        request = ots_sdk.BatchWriteRowRequest()
        request.add(ots_sdk.TableInBatchWriteRowItem((table or self.table).name, list(items)))
        request.set_transaction_id(transaction)
        return self.client.batch_write_row(request)


@pytest.fixture
def open_bank(start: Any, connect: Any, create: Any, clock: Any) -> Callable[..., Bank]:
    def open_one(lag_ms: int = 0, **schema: Any) -> Bank:
        fake = start(clock=clock, settings=Settings(transactions=("bank*",), index_lag_ms=lag_ms))
        client = connect(fake)
        table = create(client, {"owner": "STRING", "number": "INTEGER"}, name="bank", **schema)
        return Bank(client, table, clock, fake)

    return open_one


@pytest.fixture
def bank(open_bank: Any) -> Bank:
    bank: Bank = open_bank()
    return bank


def test_what_is_committed_shows_at_once_and_to_all(bank: Bank) -> None:
    name = bank.begin()
    bank.put(("ann", 1), {"x": 1}, name)
    bank.put(("ann", 2), {"x": 2}, name)
    assert [bank.get(("ann", number)) for number in (1, 2)] == [None, None]
    bank.client.commit_transaction(name)
    assert [bank.get(("ann", number)) for number in (1, 2)] == [{"x": 1}, {"x": 2}]


def test_what_is_aborted_never_was(bank: Bank) -> None:
    bank.put(("ann", 1), {"x": 1})
    name = bank.begin()
    bank.put(("ann", 1), {"x": 2}, name)
    bank.put(("ann", 2), {"x": 2}, name)
    bank.client.abort_transaction(name)
    assert (bank.get(("ann", 1)), bank.get(("ann", 2))) == ({"x": 1}, None)
    bank.put(("ann", 2), {"x": 3})


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


@pytest.mark.parametrize("ending", ["commit_transaction", "abort_transaction"])
def test_a_transaction_ends_once(bank: Bank, refused: Any, ending: str) -> None:
    name = bank.begin()
    getattr(bank.client, ending)(name)
    for end in (bank.client.commit_transaction, bank.client.abort_transaction):
        with refused(*GONE):
            end(name)
    with refused(*GONE):
        bank.put(("ann", 1), {"x": 1}, name)
    with refused(*GONE):
        bank.get(("ann", 1), name)


@pytest.mark.parametrize("name", ["", "nonsense", "0" * 31, "Z" * 32])
def test_ids_that_are_none(bank: Bank, invalid: Any, name: str) -> None:
    for end in (bank.client.commit_transaction, bank.client.abort_transaction):
        with invalid("TransactionID is invalid."):
            end(name)


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


@pytest.fixture
def make_other(create: Any) -> Callable[[Bank], Any]:
    return lambda bank: create(bank.client, name="bank_other")


def test_a_batch_in_a_transaction(bank: Bank) -> None:
    name = bank.begin()
    puts = [bank.table.batch_put(("ann", number), {"x": number}) for number in range(10)]
    updates = [bank.table.batch_update(("ann", number), put={"x": number}) for number in range(10, 13)]
    assert bank.write(name, *puts, *updates).is_all_succeed()
    assert bank.keys() == []
    bank.client.commit_transaction(name)
    assert bank.keys() == list(range(13))


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
