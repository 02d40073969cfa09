"""Batches of which some rows must fail as if the server were busy, the others being executed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from alifakes.tablestore.actions.call import Refused
from alifakes.tablestore.errors import OtsError, server_busy

R = TypeVar("R")
S = TypeVar("S")


def execute_partly(
    tables: Sequence[Sequence[R]],
    refused: Refused,
    execute: Callable[[list[tuple[int, list[R]]]], list[list[S | OtsError]]],
) -> list[list[S | OtsError]]:
    """The results of all rows, in request order, per table.

    `execute` gets (index of the table, rows to execute) for every table that has any left, and answers per row.
    """
    kept: list[tuple[int, list[R]]] = []
    results: list[list[S | OtsError]] = []
    number = 0
    for index, rows in enumerate(tables):
        numbers = range(number, number + len(rows))
        number += len(rows)
        results.append([server_busy() for _ in rows])
        left = [row for row, at in zip(rows, numbers, strict=True) if at not in refused]
        if left or not rows:
            kept.append((index, left))
    executed = execute(kept) if kept or not tables else []
    number = 0
    answers = {index: iter(answered) for (index, _), answered in zip(kept, executed, strict=True)}
    for index, rows in enumerate(tables):
        for at in range(len(rows)):
            if number + at not in refused:
                results[index][at] = next(answers[index])
        number += len(rows)
    return results
