"""Points on the earth: on the grid of 32 bits a side that Lucene keeps them on, and their distances.

The grid decides which points lie on an edge: with it the counts of the Python SDK's tests come out, with plain
numbers they do not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

Degrees = tuple[float, float]  # latitude, longitude

_RADIUS = 6_371_008.7714  # metres, Lucene's
_ROWS, _COLUMNS = 2**32 / 180, 2**32 / 360
_LAST = 2**31 - 1
_METRES_PER_DEGREE = math.radians(1) * _RADIUS
_NUMBER = r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*"
_POINT = re.compile(f"{_NUMBER},{_NUMBER}")
_HASH_LETTERS = "0123456789bcdefghjkmnpqrstuvwxyz"


class GeoPoint(NamedTuple):
    """A cell of the grid: its row and its column."""

    row: int
    column: int


def parse(text: object) -> Degrees | None:
    """'latitude,longitude'."""
    found = _POINT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    return (latitude, longitude) if is_place(latitude, longitude) else None


def is_place(latitude: float, longitude: float) -> bool:
    return -90 <= latitude <= 90 and -180 <= longitude <= 180


def cell(place: Degrees) -> GeoPoint:
    return GeoPoint(
        min(math.floor(place[0] * _ROWS), _LAST),
        min(math.floor(place[1] * _COLUMNS), _LAST),
    )


def cell_after(place: Degrees) -> GeoPoint:
    """The first cell that does not begin before the place."""
    return GeoPoint(
        min(math.ceil(place[0] * _ROWS), _LAST),
        min(math.ceil(place[1] * _COLUMNS), _LAST),
    )


def degrees(point: GeoPoint) -> Degrees:
    return point.row / _ROWS, point.column / _COLUMNS


def distance(one: Degrees, other: Degrees) -> float:
    """Metres along the ground."""
    north, south = math.radians(one[0]), math.radians(other[0])
    half = math.sin((south - north) / 2) ** 2
    half += math.cos(north) * math.cos(south) * math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    return 2 * _RADIUS * math.asin(min(1.0, math.sqrt(half)))


def plane_distance(one: Degrees, other: Degrees) -> float:
    """Metres as if the earth were flat around the two; good for short ways only."""
    narrowing = math.cos(math.radians((one[0] + other[0]) / 2))
    return math.hypot(one[0] - other[0], (one[1] - other[1]) * narrowing) * _METRES_PER_DEGREE


def inside(place: Degrees, corners: Sequence[Degrees]) -> bool:
    """Whether a place lies in a polygon: on a line to the east it crosses the edge an odd number of times."""
    y, x = place
    crossed = False
    for (y1, x1), (y2, x2) in zip(corners, [*corners[-1:], *corners[:-1]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossed = not crossed
    return crossed


def geohash(point: GeoPoint, precision: int) -> str:
    row, column = point.row + 2**31, point.column + 2**31
    bits = 0
    for at in range(31, -1, -1):
        bits = bits << 2 | (column >> at & 1) << 1 | (row >> at & 1)
    return "".join(_HASH_LETTERS[bits >> (59 - 5 * at) & 31] for at in range(precision))


def corners_of(geohash: str) -> tuple[Degrees, Degrees]:
    """The north-western and the south-eastern corner of what a geohash covers."""
    bits = "".join(format(_HASH_LETTERS.index(letter), "05b") for letter in geohash)
    west, height = _interval(bits[0::2], 180.0)
    south, width = _interval(bits[1::2], 90.0)
    return (south + width, west), (south, west + height)


def _interval(bits: str, half: float) -> tuple[float, float]:
    """Where the halvings of [-half, half) that the bits tell begin, and how long the rest is."""
    length = 2 * half / 2 ** len(bits)
    return int(bits or "0", 2) * length - half, length
