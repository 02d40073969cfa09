"""What every action decodes a request to: which tables it touches, and how to execute it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import Consumed

Refused = frozenset[int]  # rows of a batch that must answer OTSServerBusy unexecuted, numbered in request order


class Spent(NamedTuple):
    """What one request did in one table: rows asked for or written (of a range: returned), and capacity units."""

    table: str
    rows: int = 0
    read: int = 0
    write: int = 0


class Answer(NamedTuple):
    """The protobuf body of a success, and what it cost per table."""

    body: bytes
    spent: tuple[Spent, ...] = ()


class Call(NamedTuple):
    """A decoded request. `rows` counts the rows of a batch (0 for all others), `run` executes it once.

    `transaction` is the id of the one that it works in, or ends.
    """

    tables: tuple[str, ...]
    run: Callable[[Engine, Refused], Answer]
    rows: int = 0
    transaction: str = ""


def spent(table: str, rows: int, consumed: Consumed) -> Spent:
    return Spent(table, rows, consumed.read, consumed.write)
