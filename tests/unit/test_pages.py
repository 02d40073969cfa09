"""How a page fills itself: full, in order, and never at any price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from feed.operations._pages import MOST_LOOKED_AT, MOST_PER_ROUND, OVERREAD, Position, fill_page


@dataclass(frozen=True)
class Entry:
    number: int

    @property
    def position(self) -> Position:
        return (-self.number, self.number)


@dataclass
class Shelf:
    """A list of which some entries may not be shown; counts what is read of it."""

    visible: Sequence[bool]
    rounds: int = 0
    rows: int = 0

    def read(self, behind: Position | None, limit: int) -> tuple[list[Entry], bool]:
        start = 0 if behind is None else int(behind[1]) + 1
        found = [Entry(number) for number in range(start, min(start + limit, len(self.visible)))]
        self.rounds += 1
        self.rows += len(found)
        return found, start + limit < len(self.visible)

    def show(self, entries: Sequence[Entry]) -> list[int | None]:
        return [entry.number if self.visible[entry.number] else None for entry in entries]


@given(st.lists(st.booleans(), max_size=400), st.integers(1, 100))
def test_a_walk_shows_everything_once_on_full_pages(visible: list[bool], size: int) -> None:
    shelf = Shelf(visible)
    pages: list[list[int]] = []
    position: Position | None = None
    while not pages or position is not None:
        items, position = fill_page(size, position, shelf.read, shelf.show)
        pages.append(items)
    assert [number for page in pages for number in page] == [n for n, seen in enumerate(visible) if seen]
    assert all(len(page) == size for page in pages[:-1])


def test_a_page_with_nothing_to_show_ends_in_a_cursor() -> None:
    shelf = Shelf([False] * 4 * MOST_LOOKED_AT + [True])
    items, position = fill_page(20, None, shelf.read, shelf.show)
    assert (items, position is None) == ([], False)
    assert MOST_LOOKED_AT <= shelf.rows < MOST_LOOKED_AT + MOST_PER_ROUND


def test_a_few_missing_items_do_not_cost_a_large_round() -> None:
    """Thirteen of the first 32 are hidden, one more than the page reads beyond its size."""
    shelf = Shelf([not 1 <= number <= 13 for number in range(400)])
    items, _ = fill_page(20, None, shelf.read, shelf.show)
    assert len(items) == 20
    assert shelf.rounds == 2
    assert shelf.rows <= 2 * (20 + OVERREAD)
