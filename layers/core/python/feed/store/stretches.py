"""Stretches of a table: whole tables read side by side, and what is left of them told in a few words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from feed.store.client import Tables
from feed.store.rows import Bound, End, Key, Row
from feed.store.schema import KEY_NAMES

SIDE_BY_SIDE = 8
"""So many pages of 4 MiB at the most are held at once."""
_BORDERS = "2468ace"
"""Where a table whose keys are hashed is cut into eight."""


class Stretch(NamedTuple):
    """From a key, or the part of one, up to a first key column; empty and None are the ends of the table."""

    start: Key = ()
    end: str | None = None

    def cut(self) -> list[Stretch]:
        """In eight, or less where it begins behind a border."""
        first = str(self.start[0]) if self.start else ""
        borders = [each for each in _BORDERS if each > first and (self.end is None or each < self.end)]
        starts = [self.start, *((border,) for border in borders)]
        return [Stretch(start, end) for start, end in zip(starts, [*borders, self.end], strict=True)]


ALL = Stretch()


def of_key(first: str) -> Stretch:
    """One partition."""
    return Stretch((first,), f"{first}\0")


def read(tables: Tables, table: str, stretch: Stretch, columns: Sequence[str] = ()) -> tuple[list[Row], Stretch | None]:
    """A page, and what is left behind it."""
    width = len(KEY_NAMES[table])
    start: Bound = [*stretch.start, *[End.MIN] * (width - len(stretch.start))]
    end: Bound = [End.MAX] * width if stretch.end is None else [stretch.end, *[End.MIN] * (width - 1)]
    page = tables.scan(table, start, end, columns=columns)
    return page.rows, stretch._replace(start=page.next_key) if page.next_key is not None else None


def read_some(
    tables: Tables, table: str, stretches: Sequence[Stretch], columns: Sequence[str] = ()
) -> tuple[list[Row], list[Stretch]]:
    """A page of each of the first eight side by side, and what is left of all.

    A table that one page does not hold is cut, so that the rest of it is read side by side.
    """
    several = stretches[:SIDE_BY_SIDE]
    pages = tables.together(*(lambda each=each: read(tables, table, each, columns) for each in several))
    left = [rest for _, rest in pages if rest is not None]
    if len(stretches) == 1 and stretches[0] == ALL:
        left = [part for rest in left for part in rest.cut()]
    return [row for rows, _ in pages for row in rows], [*left, *stretches[SIDE_BY_SIDE:]]


def encode(stretches: Sequence[Stretch]) -> str:
    return json.dumps([[list(each.start), each.end] for each in stretches], separators=(",", ":"))


def decode(text: str) -> tuple[Stretch, ...]:
    return tuple(Stretch(tuple(start), end) for start, end in json.loads(text))
