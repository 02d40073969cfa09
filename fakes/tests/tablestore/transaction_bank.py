"""Accounts on which tests try local transactions."""

from __future__ import annotations

from typing import Any

import tablestore as ots_sdk
from tablestore import INF_MAX, INF_MIN

CONFLICT = (409, "OTSRowOperationConflict", "Data is being modified by the other request.")
GONE = (400, "OTSSessionNotExist", "Session not exist or may be timeout.")


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
