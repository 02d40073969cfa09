"""How a list fills its page when some of what it reads may not be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

OVERREAD = 12
"""Rows read beyond the page, so that a few hidden ones cost no second round."""
MOST_PER_ROUND = 1_000
MOST_LOOKED_AT = 5_000
"""Rows looked at for one page; then it is sent as it is, short and with a cursor."""

Position = tuple[int, int | str]


class Placed(Protocol):
    @property
    def position(self) -> Position: ...


Entry = TypeVar("Entry", bound=Placed)
Item = TypeVar("Item")


def fill_page(
    size: int,
    position: Position | None,
    read: Callable[[Position | None, int], tuple[list[Entry], bool]],
    show: Callable[[Sequence[Entry]], list[Item | None]],
) -> tuple[list[Item], Position | None]:
    """The page's items and the position behind which the next page starts (None: the list ended).

    `read` gives up to so many entries behind a position, and whether others follow them; `show` gives the item of each
    of the first entries, of one at least, or None for one that the caller may not see: it is passed over, and never
    counted.
    """
    items: list[Item] = []
    looked_at = 0
    limit = size + OVERREAD
    while True:
        entries, more = read(position, limit)
        looked_at += len(entries)
        nothing_read = not entries
        while entries:
            shown = show(entries)
            for entry, item in zip(entries, shown, strict=False):
                if len(items) == size:
                    return items, position
                position = entry.position
                if item is not None:
                    items.append(item)
            entries = entries[len(shown) :]
            if entries and len(items) == size:
                return items, position
        if not more:
            return items, None
        if len(items) == size or looked_at >= MOST_LOOKED_AT or nothing_read:
            return items, position
        # as many as the share shown so far asks for
        missing = size - len(items)
        limit = min(MOST_PER_ROUND, missing * looked_at // max(1, len(items)) + OVERREAD)
