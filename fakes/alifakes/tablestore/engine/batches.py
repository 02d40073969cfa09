"""What the rows of one batch have to do with one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from alifakes.tablestore import errors, validation
from alifakes.tablestore.engine.catalog import Table
from alifakes.tablestore.engine.model import Change, Existence, NamedKey, RowChange
from alifakes.tablestore.engine.results import WriteResult
from alifakes.tablestore.errors import OtsError


def try_each(
    changes: Sequence[RowChange], refused: Mapping[NamedKey, OtsError], write: Callable[[RowChange], WriteResult]
) -> list[WriteResult | OtsError]:
    """In the order sent, each row alone."""
    results: list[WriteResult | OtsError] = []
    for change in changes:
        refusal = refused.get(change.key)
        if refusal is not None:
            results.append(refusal)
            continue
        try:
            results.append(write(change))
        except OtsError as error:
            results.append(error)
    return results


def outside_atomic(changes: Sequence[RowChange]) -> OtsError | None:
    """The refusal of all rows when not all have the partition key of the first."""
    first = changes[0].key[0][1]
    for change in changes:
        part = change.key[0][1]
        if part != first:
            return errors.outside_atomic(validation.shown(first), validation.shown(part))
    return None


def refused_repeats(table: Table, changes: Sequence[RowChange]) -> dict[NamedKey, OtsError]:
    """Keys that occur more than once in a batch and may not; a row whose key the server completes repeats nothing."""
    if len({change.key for change in changes}) == len(changes):
        return {}
    at = table.auto_increment
    explicit = [change for change in changes if at is None or type(change.key[at : at + 1][0][1]) is int]
    counts = Counter(change.key for change in explicit)
    refused: dict[NamedKey, OtsError] = {}
    for change in explicit:
        if counts[change.key] > 1:
            refusal = _repeat_refusal(table, change)
            if refusal is not None:
                refused.setdefault(change.key, refusal)
    return refused


def _repeat_refusal(table: Table, change: RowChange) -> OtsError | None:
    if change.condition.existence is not Existence.IGNORE:
        return errors.repeated_row_with_expectation()
    if change.condition.column is not None:
        return errors.repeated_row_with_condition()
    if table.indexes or any(update.change is Change.INCREMENT for update in change.updates):
        return errors.repeated_row()
    return None
