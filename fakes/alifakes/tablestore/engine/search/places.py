"""What the three queries on GEO_POINT fields find."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from alifakes.tablestore import errors
from alifakes.tablestore.engine.search import geo
from alifakes.tablestore.engine.search.levels import Level
from alifakes.tablestore.engine.search.matches import Matches, constant, searched, union
from alifakes.tablestore.engine.search.query import GeoBox, GeoCircle, GeoPolygon
from alifakes.tablestore.engine.search.schema import FieldType

_DEGREE = 111_000.0  # metres; a little less than one of latitude has


def box(level: Level[Any], query: GeoBox) -> Matches:
    if query.top < query.bottom:
        raise errors.invalid_geo_box(f"{query.top},{query.left}", f"{query.bottom},{query.right}")
    north_west = geo.cell((query.top, query.left)), geo.cell_after((query.top, query.left))
    south_east = geo.cell_after((query.bottom, query.right)), geo.cell((query.bottom, query.right))
    top, left = north_west[0].row, north_west[1].column
    bottom, right = south_east[0].row, south_east[1].column
    around = query.left > query.right

    def lies_in(point: geo.GeoPoint) -> bool:
        if around:
            return left <= point.column or point.column <= right
        return left <= point.column <= right

    return _found(level, query.field, "GEO_BOUNDING_BOX_QUERY", bottom, top, lies_in)


def circle(level: Level[Any], query: GeoCircle) -> Matches:
    if not query.radius > 0:
        raise errors.invalid_geo_distance(query.radius)
    reach = query.radius / _DEGREE
    low = geo.cell((max(-90.0, query.center[0] - reach), 0.0)).row
    high = geo.cell((min(90.0, query.center[0] + reach), 0.0)).row

    def lies_in(point: geo.GeoPoint) -> bool:
        return geo.distance(query.center, geo.degrees(point)) <= query.radius

    return _found(level, query.field, "GEO_DISTANCE_QUERY", low, high, lies_in)


def polygon(level: Level[Any], query: GeoPolygon) -> Matches:
    if len(query.points) < 3:
        raise errors.invalid_geo_polygon(len(query.points))
    rows = [geo.cell(corner).row for corner in query.points]

    def lies_in(point: geo.GeoPoint) -> bool:
        return geo.inside(geo.degrees(point), query.points)

    return _found(level, query.field, "GEO_POLYGON_QUERY", min(rows) - 1, max(rows) + 1, lies_in)


def _found(
    level: Level[Any], name: str, kind: str, low: int, high: int, lies_in: Callable[[geo.GeoPoint], bool]
) -> Matches:
    """Of the points between two rows of the grid, both inclusive, those that lie in the query's figure."""
    searched(level, name, kind, (FieldType.GEO_POINT,))
    postings = level.postings[name]

    def points() -> Iterator[geo.GeoPoint]:
        for point in postings.between((low, -math.inf), (high, math.inf), True, True):  # type: ignore[arg-type]
            assert isinstance(point, geo.GeoPoint)
            if lies_in(point):
                yield point

    return constant(union(postings, points()))
