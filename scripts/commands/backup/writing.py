"""Rows into a table, in batches that are repeated until every row is acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import tablestore

from commands.backup.lines import Row, encode
from commands.backup.patience import Units, patiently
from feed.store.schema import Table

_ROWS = 200
_BYTES = 2_000_000
"""Well below what a BatchWriteRow may hold; a row may have as much itself."""


class NotWritten(tablestore.OTSClientError):  # type: ignore[misc]
    """Some rows of a batch were refused for now."""


def put_all(client: Any, table: Table, rows: Iterable[Row], units: Units, *, versioned: bool) -> int:
    """How many they were."""
    count = 0
    for batch in _batches(rows):
        _put(client, table, batch, units, versioned)
        count += len(batch)
    return count


def is_versioned(table: Table) -> bool:
    """Whether versions can be put; beside a secondary index the service refuses them."""
    return not table.indexes


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    size = 0
    for row in rows:
        length = len(encode(row))
        if batch and (len(batch) == _ROWS or size + length > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield batch


def _put(client: Any, table: Table, batch: Sequence[Row], units: Units, versioned: bool) -> None:
    left = list(batch)

    def attempt() -> None:
        request = tablestore.BatchWriteRowRequest()
        items = [tablestore.PutRowItem(_row(table, row, versioned), tablestore.Condition("IGNORE")) for row in left]
        request.add(tablestore.TableInBatchWriteRowItem(table.name, items))
        answers = client.batch_write_row(request).table_of_put[table.name]
        for answer in answers:
            if answer.is_ok:
                units.add(answer.consumed)
        refused = [(row, answer) for row, answer in zip(left, answers, strict=True) if not answer.is_ok]
        left[:] = [row for row, _ in refused]
        if refused:
            raise NotWritten(f"{len(left)} rows of {table.name}: {refused[0][1].error_code}")

    patiently(attempt)


def _row(table: Table, row: Row, versioned: bool) -> Any:
    key = list(zip(table.key_names, row.key, strict=True))
    if not versioned:
        return tablestore.Row(key, list(row.cells))
    cells = zip(row.cells, row.versions, strict=True)
    return tablestore.Row(key, [(name, value, version) for (name, value), version in cells])
