"""The words in which the store speaks of rows: columns, conditions, writes, range bounds."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, overload

Value = int | str
Row = dict[str, Value]
"""A row as read: key and attribute columns by name."""

STAMP = "@stamp"
"""Where a stamped scan keeps the time, in ms by the server's clock, at which the newest cell of a row was written."""
FIRST_STAMP = "@first"
"""As STAMP, of the oldest cell that the scan reads."""


class End(enum.Enum):
    """The ends of a key range; they sort before and after every value."""

    MIN = "INF_MIN"
    MAX = "INF_MAX"


Bound = Sequence[Value | End]
Key = tuple[Value, ...]


class Expect(enum.Enum):
    """What must be true of the row's existence for a write to happen."""

    ANYTHING = "IGNORE"
    PRESENT = "EXPECT_EXIST"
    ABSENT = "EXPECT_NOT_EXIST"


class Where(NamedTuple):
    """A condition on one column; `if_missing` is what a missing column or row counts as (never left to a default)."""

    column: str
    operator: str
    value: Value
    if_missing: bool


def equals(column: str, value: Value) -> Where:
    return Where(column, "EQUAL", value, if_missing=False)


def equals_or_missing(column: str, value: Value) -> Where:
    return Where(column, "EQUAL", value, if_missing=True)


def less_or_missing(column: str, value: int) -> Where:
    return Where(column, "LESS_THAN", value, if_missing=True)


def missing(column: str, never: Value) -> Where:
    """`never` is a value that the column cannot hold, of its own type."""
    return Where(column, "EQUAL", never, if_missing=True)


def present(column: str, never: Value) -> Where:
    """`never` is a value that the column cannot hold, of its own type."""
    return Where(column, "NOT_EQUAL", never, if_missing=False)


class Put(NamedTuple):
    """Replace a whole row."""

    table: str
    key: Key
    columns: Mapping[str, Value]
    expect: Expect = Expect.ANYTHING


class Update(NamedTuple):
    """Change columns of one row, all together, if every condition holds."""

    table: str
    key: Key
    put: Mapping[str, Value] = {}
    add: Mapping[str, int] = {}
    drop: Sequence[str] = ()
    expect: Expect = Expect.ANYTHING
    where: Sequence[Where] = ()


class Delete(NamedTuple):
    """In a table whose keys the server numbers, a row to delete must be expected to be there."""

    table: str
    key: Key
    where: Sequence[Where] = ()
    expect: Expect = Expect.ANYTHING


Write = Put | Update | Delete


@dataclass(frozen=True)
class Copies(Sequence[Put]):
    """One row that is put for many: `firsts` are the first key column of each, `rest` is the other ones of all."""

    table: str
    firsts: Sequence[str]
    rest: Key
    columns: Mapping[str, Value]
    expect: Expect = Expect.ANYTHING

    def put(self, first: str) -> Put:
        return Put(self.table, (first, *self.rest), self.columns, self.expect)

    @overload
    def __getitem__(self, at: int) -> Put: ...
    @overload
    def __getitem__(self, at: slice) -> Copies: ...
    def __getitem__(self, at: int | slice) -> Put | Copies:
        return replace(self, firsts=self.firsts[at]) if isinstance(at, slice) else self.put(self.firsts[at])

    def __len__(self) -> int:
        return len(self.firsts)


class Wanted(NamedTuple):
    """Rows of one table to be read in a batch with others."""

    table: str
    keys: Sequence[Key]
    columns: Sequence[str] = ()


class Page(NamedTuple):
    """One GetRange: its rows, and the key from which the next one starts (None at the end of the range)."""

    rows: list[Row]
    next_key: Key | None


class OneOf(NamedTuple):
    """A search's filter: the column holds one of these."""

    column: str
    values: Sequence[Value]


class Between(NamedTuple):
    """A search's filter: at_least <= column < below, or column <= at_most; None is no bound."""

    column: str
    at_least: Value | None = None
    below: Value | None = None
    at_most: Value | None = None


class Phrase(NamedTuple):
    """A search's filter: the words of the text stand in the column, one after the other."""

    column: str
    text: str


class AnyOf(NamedTuple):
    """A search's filter: a row passes at least one of these."""

    filters: Sequence[Filter]


Filter = OneOf | Between | Phrase | AnyOf


class Excerpts(NamedTuple):
    """What to show of a column in which phrases are found: so many fragments, of so many characters."""

    column: str
    most: int
    characters: int


@dataclass(frozen=True)
class Search:
    """What to find by a search index: rows that pass all filters, by these columns, the highest first, then by key.

    A search of more than a hundred rows may ask for indexed columns only (help.aliyun.com "Search index limits").
    """

    table: str
    index: str
    filters: Sequence[Filter]
    highest_first: Sequence[str]
    columns: Sequence[str]
    limit: int
    excerpts: Sequence[Excerpts] = ()


class Hit(NamedTuple):
    """A row that a search found, and the fragments asked for, by column: HTML in which only `<em>` is markup."""

    row: Row
    fragments: Mapping[str, Sequence[str]]


class Failed(NamedTuple):
    """One write of a batch that was not acknowledged.

    `refused`: its condition did not hold. `unknown`: no answer came, so it may have happened.
    """

    write: Write
    refused: bool = False
    unknown: bool = False
