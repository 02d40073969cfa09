"""Tables of text: a name to the left, figures to the right of it, each column as wide as its widest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from feed.domain.prices import Prices


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return [_line(line, widths) for line in lines]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    (first, *rest), (name, *others) = cells, widths
    figures = (f"{cell:>{width}}" for cell, width in zip(rest, others, strict=True))
    return "  ".join(["", f"{first:{name}}", *figures]).rstrip()


def notes(prices: Prices, left_out: str) -> list[str]:
    unverified = ", ".join(prices.unverified) or "none"
    return [
        f"  Prices of {prices.date} in yuan (layers/core/python/feed/domain/prices.json); unverified: {unverified}.",
        f"  Left out: {left_out}.",
    ]
