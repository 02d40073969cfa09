"""One table as the tests handle it, in few words, through the SDK."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tablestore as ots_sdk
from tablestore import INF_MAX, INF_MIN

_ends = {"FORWARD": (INF_MIN, INF_MAX), "BACKWARD": (INF_MAX, INF_MIN)}

Columns = Mapping[str, Any] | Sequence[tuple[Any, ...]] | None


def _cells(columns: Columns) -> list[tuple[Any, ...]]:
    if columns is None:
        return []
    return list(columns.items()) if isinstance(columns, Mapping) else list(columns)


class Table:
    """One table through the SDK; a key is a tuple of values in schema order, or the value itself when there is one."""

    def __init__(self, client: Any, name: str, key_names: Sequence[str]) -> None:
        self.client = client
        self.name = name
        self.key_names = tuple(key_names)

    def key(self, values: Any) -> list[tuple[str, Any]]:
        given = values if isinstance(values, tuple) else (values,)
        return list(zip(self.key_names, given, strict=True))

    def put(
        self,
        values: Any,
        columns: Columns = None,
        *,
        expect: str = "IGNORE",
        where: Any = None,
        return_key: bool = False,
    ) -> Any:
        """The answer of put_row: (consumed, returned row or None)."""
        row = ots_sdk.Row(self.key(values), _cells(columns))
        return self.client.put_row(self.name, row, ots_sdk.Condition(expect, where), self._returns(return_key))

    def update(
        self,
        values: Any,
        *,
        put: Columns = None,
        delete: Sequence[tuple[str, int]] = (),
        delete_all: Sequence[str] = (),
        increment: Columns = None,
        expect: str = "IGNORE",
        where: Any = None,
        return_key: bool = False,
    ) -> Any:
        row = ots_sdk.Row(self.key(values), self.changes(put, delete, delete_all, increment))
        return self.client.update_row(self.name, row, ots_sdk.Condition(expect, where), self._returns(return_key))

    def delete(self, values: Any, *, expect: str = "IGNORE", where: Any = None) -> Any:
        return self.client.delete_row(self.name, ots_sdk.Row(self.key(values)), ots_sdk.Condition(expect, where))

    def read(self, values: Any, columns: Sequence[str] | None = None, **options: Any) -> Any:
        """The answer of get_row: (consumed, row or None, next token)."""
        return self.client.get_row(self.name, self.key(values), columns, **options)

    def get(self, values: Any, columns: Sequence[str] | None = None, **options: Any) -> dict[str, Any] | None:
        """The row's columns by name, newest version of each; None when there is no row."""
        row = self.read(values, columns, **options)[1]
        return None if row is None else latest(row)

    def versions(self, values: Any, column: str, **options: Any) -> list[tuple[Any, int]]:
        """The (value, timestamp) pairs of one column, in the order of the answer."""
        options.setdefault("max_version", 100)
        row = self.read(values, [column], **options)[1]
        return [] if row is None else [(cell[1], cell[2]) for cell in row.attribute_columns]

    def scan(self, start: Any = None, end: Any = None, direction: str = "FORWARD", **options: Any) -> Any:
        """The answer of get_range: (consumed, next start key or None, rows, token); no bounds = the whole table."""
        low, high = _ends[direction]
        start = (low,) * len(self.key_names) if start is None else start
        end = (high,) * len(self.key_names) if end is None else end
        return self.client.get_range(self.name, direction, self.key(start), self.key(end), **options)

    def list_keys(self, *bounds: Any, **options: Any) -> list[Any]:
        """Key values of one page of `scan`; a tuple each, or the value itself when the key has one column."""
        return [key_of(row) for row in self.scan(*bounds, **options)[2]]

    def batch_put(
        self,
        values: Any,
        columns: Columns = None,
        expect: str = "IGNORE",
        where: Any = None,
        return_key: bool = False,
    ) -> Any:
        condition = ots_sdk.Condition(expect, where)
        return ots_sdk.PutRowItem(ots_sdk.Row(self.key(values), _cells(columns)), condition, self._returns(return_key))

    def batch_update(self, values: Any, expect: str = "IGNORE", where: Any = None, **changes: Any) -> Any:
        sent = self.changes(**{"put": None, "delete": (), "delete_all": (), "increment": None, **changes})
        return ots_sdk.UpdateRowItem(ots_sdk.Row(self.key(values), sent), ots_sdk.Condition(expect, where))

    def batch_delete(self, values: Any, expect: str = "IGNORE", where: Any = None) -> Any:
        return ots_sdk.DeleteRowItem(ots_sdk.Row(self.key(values)), ots_sdk.Condition(expect, where))

    def write(self, *items: Any) -> Any:
        """One BatchWriteRow on this table."""
        request = ots_sdk.BatchWriteRowRequest()
        request.add(ots_sdk.TableInBatchWriteRowItem(self.name, list(items)))
        return self.client.batch_write_row(request)

    def read_many(self, keys: Sequence[Any], **options: Any) -> list[Any]:
        """One BatchGetRow on this table: its items in the order of the answer."""
        options.setdefault("max_version", 1)
        request = ots_sdk.BatchGetRowRequest()
        request.add(ots_sdk.TableInBatchGetRowItem(self.name, [self.key(key) for key in keys], **options))
        return list(self.client.batch_get_row(request).get_result_by_table(self.name))

    def fill(self, rows: Sequence[tuple[Any, Columns]]) -> None:
        """Puts any number of rows, 200 a batch."""
        for at in range(0, len(rows), 200):
            answer = self.write(*(self.batch_put(values, columns) for values, columns in rows[at : at + 200]))
            assert answer.is_all_succeed()

    @staticmethod
    def changes(
        put: Columns, delete: Sequence[tuple[str, int]], delete_all: Sequence[str], increment: Columns
    ) -> dict[str, list[Any]]:
        sent: dict[str, list[Any]] = {
            "put": _cells(put),
            "delete": [(name, None, timestamp) for name, timestamp in delete],
            "delete_all": list(delete_all),
            "increment": _cells(increment),
        }
        return {kind: cells for kind, cells in sent.items() if cells}

    @staticmethod
    def _returns(key: bool) -> Any:
        return ots_sdk.ReturnType.RT_PK if key else None


def latest(row: Any) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, value, _ in row.attribute_columns:
        columns.setdefault(name, value)
    return columns


def key_of(row: Any) -> Any:
    values = tuple(value for _, value in row.primary_key)
    return values[0] if len(values) == 1 else values
