"""Reading whole tables for one person, side by side, with a bar that says how far it has come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tqdm import tqdm

from feed.store import stretches
from feed.store.client import Tables
from feed.store.rows import Row
from feed.store.stretches import Stretch


def rows(tables: Tables, table: str, of: Stretch = stretches.ALL, columns: Sequence[str] = ()) -> Iterator[Row]:
    """In no order but that of the table's parts."""
    left: list[Stretch] = [of]
    with tqdm(desc=table, unit=" rows", leave=False, disable=None) as bar:
        while left:
            found, left = stretches.read_some(tables, table, left, columns)
            bar.update(len(found))
            yield from found
