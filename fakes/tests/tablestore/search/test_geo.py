"""GEO_POINT fields: the counts of the Python SDK's tests (P), edges, and orders by distance."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tablestore import (
    BoolQuery,
    ExistsQuery,
    FieldSchema,
    FieldSort,
    FieldType,
    GeoBoundingBoxQuery,
    GeoDistanceQuery,
    GeoDistanceSort,
    GeoDistanceType,
    GeoPolygonQuery,
    NestedFilter,
    NestedQuery,
    SortMode,
    SortOrder,
    TermQuery,
)

from alifakes.tablestore.engine.search import geo

POINT = FieldSchema("at", FieldType.GEOPOINT)
CITIES = {
    "hangzhou": "30.27,120.15",
    "shanghai": "31.23,121.47",
    "beijing": "39.90,116.40",
    "suva": "-18.14, 178.44",
    "apia": "-13.83,-171.76",
}


@pytest.fixture(scope="module")
def cities(ots: Any, connect: Any, create: Any, create_index: Any) -> Any:
    table = create(connect(ots))
    index = create_index(table, POINT, FieldSchema("both", FieldType.GEOPOINT, is_array=True))
    table.fill([(name, {"at": place}) for name, place in CITIES.items()])
    table.put("nowhere", {"at": "91,0"})
    table.put("text", {"at": "north"})
    table.put("number", {"at": 30})
    table.put("two", {"both": '["30.27,120.15", "39.90,116.40"]'})
    return index


@pytest.mark.parametrize(
    ("query", "rows", "total"),
    [
        (GeoDistanceQuery("g", "32.5,116.5", 300_000), 100, 668),
        (GeoBoundingBoxQuery("g", "30.9,112.0", "30.2,119.0"), 100, 500),
        (GeoPolygonQuery("g", ["30.9,112.0", "30.5,115.0", "30.3, 117.0", "30.2,119.0"]), 90, 90),
    ],
    ids=["distance", "box", "polygon"],
)
def test_the_services_counts(large_sample: Any, query: Any, rows: int, total: int) -> None:
    answer = large_sample.search(query, limit=100, get_total_count=True)
    assert (len(answer.rows), answer.total_count) == (rows, total)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (GeoDistanceQuery("at", "30.27,120.15", 1), ["hangzhou"]),
        (GeoDistanceQuery("at", "30.27,120.15", 170_000), ["hangzhou", "shanghai"]),
        (GeoDistanceQuery("both", "39.9,116.4", 10), ["two"]),
        (GeoDistanceQuery("at", "-15,180", 1_500_000), ["apia", "suva"]),
        (GeoBoundingBoxQuery("at", "40,116", "30,121"), ["beijing", "hangzhou"]),
        (GeoBoundingBoxQuery("at", "0,170", "-20,-170"), ["apia", "suva"]),
        (GeoBoundingBoxQuery("at", "90,-180", "-90,180"), sorted(CITIES)),
        (GeoPolygonQuery("at", ["29,119", "32,119", "32,122"]), ["hangzhou"]),
        (ExistsQuery("at"), sorted(CITIES)),
        (
            BoolQuery(must_not_queries=[GeoBoundingBoxQuery("at", "90,0", "0,180")], must_queries=[ExistsQuery("at")]),
            ["apia", "suva"],
        ),
    ],
    ids=range(10),
)
def test_what_is_found(cities: Any, query: Any, found: list[str]) -> None:
    assert cities.keys(query) == found


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (GeoDistanceQuery("at", "north", 1), "Invalid geo point: 'north'."),
        (GeoDistanceQuery("at", "1,181", 1), "Invalid geo point: '1,181'."),
        (GeoDistanceQuery("at", "1,1", 0), "A geo distance must be positive, not 0.0."),
        (GeoPolygonQuery("at", ["1,1", "2,2"]), "A geo polygon must have at least 3 points, not 2."),
        (
            GeoBoundingBoxQuery("at", "1,1", "2,2"),
            "Invalid geo bounding box: '1.0,1.0' is not the upper left of '2.0,2.0'.",
        ),
        (TermQuery("at", "1,1"), "the value for field[at] is not of type GEO_POINT"),
    ],
    ids=range(6),
)
def test_queries_that_are_refused(cities: Any, invalid: Any, query: Any, message: str) -> None:
    with invalid(message):
        cities.search(query)


def test_only_points_have_places(sample: Any, invalid: Any) -> None:
    for query, name in (
        (GeoDistanceQuery("k", "1,1", 1), "GEO_DISTANCE_QUERY"),
        (GeoBoundingBoxQuery("k", "2,1", "1,2"), "GEO_BOUNDING_BOX_QUERY"),
        (GeoPolygonQuery("k", ["1,1", "2,2", "3,1"]), "GEO_POLYGON_QUERY"),
    ):
        with invalid(f"{name} is not supported for field[k] of type KEYWORD"):
            sample.search(query)


def test_edges_lie_between_the_cells_of_the_grid(cities: Any) -> None:
    """(P) counts so: a point on the western or southern edge begins before it, and is out."""
    for box, found in (
        (("31,120.1499999", "30.2699999,121"), ["hangzhou"]),
        (("31,120.15", "30.2699999,121"), []),
        (("31,120.1499999", "30.27,121"), []),
        (("30.27,120", "30,120.15"), ["hangzhou"]),
    ):
        assert cities.keys(GeoBoundingBoxQuery("at", *box)) == found


def test_a_circle_reaches_as_far_to_the_north(make_table: Any, create_index: Any) -> None:
    index = create_index(make_table(), POINT)
    index.table.fill([("north", {"at": "0.9999,0"}), ("south", {"at": "-0.9999,0"}), ("out", {"at": "1.0001,0"})])
    assert index.keys(GeoDistanceQuery("at", "0,0", 111_190)) == ["north", "south"]


# --- orders ----------------------------------------------------------------------------------------------------------


def test_sort_by_distance(cities: Any) -> None:
    near = [name for name in cities.keys(sort=[GeoDistanceSort("at", ["31.2,121.4"])]) if name in CITIES]
    assert near == ["shanghai", "hangzhou", "beijing", "suva", "apia"]
    far = cities.keys(sort=[GeoDistanceSort("at", ["31.2,121.4"], SortOrder.DESC)])
    assert far[:5] == near[::-1]
    both_ends = GeoDistanceSort("at", ["31.2,121.4", "-13,-171"], SortOrder.ASC, SortMode.MIN)
    assert cities.keys(sort=[both_ends])[:3] == ["shanghai", "apia", "hangzhou"]
    farthest = GeoDistanceSort("at", ["31.2,121.4", "-13,-171"], SortOrder.ASC, SortMode.MAX)
    assert cities.keys(sort=[farthest])[0] == "suva"
    flat = GeoDistanceSort("at", ["31.2,121.4"], SortOrder.ASC, None, GeoDistanceType.PLANE)
    assert cities.keys(sort=[flat])[:3] == near[:3]


def test_pages_by_distance(cities: Any) -> None:
    pages = cities.pages(limit=4, sort=[GeoDistanceSort("at", ["31.2,121.4"])])
    assert [len(page) for page in pages] == [4, 4, 1]
    assert pages[0] == ["shanghai", "hangzhou", "beijing", "suva"]


def test_distances_of_elements(make_table: Any, create_index: Any) -> None:
    shops = FieldSchema(
        "shops",
        FieldType.NESTED,
        sub_field_schemas=[FieldSchema("at", FieldType.GEOPOINT), FieldSchema("kind", FieldType.KEYWORD)],
    )
    index = create_index(make_table(), shops)
    index.table.put("a", {"shops": '[{"at": "30,120", "kind": "tea"}, {"at": "10,10", "kind": "ink"}]'})
    index.table.put("b", {"shops": '[{"at": "31,120", "kind": "tea"}]'})
    assert index.keys(NestedQuery("shops", GeoDistanceQuery("shops.at", "10,10", 5))) == ["a"]
    assert index.keys(sort=[GeoDistanceSort("shops.at", ["31,120"])]) == ["b", "a"]
    tea = NestedFilter("shops", TermQuery("shops.kind", "tea"))
    assert index.keys(sort=[GeoDistanceSort("shops.at", ["10,10"])]) == ["a", "b"]
    assert index.keys(sort=[GeoDistanceSort("shops.at", ["32,120"], nested_filter=tea)]) == ["b", "a"]


@pytest.mark.parametrize(
    ("sorter", "message"),
    [
        (GeoDistanceSort("k", ["1,1"]), "GeoDistanceSort is not supported for field[k] of type KEYWORD"),
        (GeoDistanceSort("g", []), "[geo_distance_sort.points] must not be empty"),
        (GeoDistanceSort("g", ["x"]), "Invalid geo point: 'x'."),
        (FieldSort("g"), "sort is not supported for field[g]: enable_sort_and_agg is off"),
    ],
    ids=range(4),
)
def test_sorts_that_are_refused(sample: Any, invalid: Any, sorter: Any, message: str) -> None:
    with invalid(message):
        sample.search(sort=[sorter])


# --- geometry --------------------------------------------------------------------------------------------------------

LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)


@given(LATITUDES, LONGITUDES, st.integers(1, 12))
def test_a_geohash_covers_its_point(latitude: float, longitude: float, precision: int) -> None:
    point = geo.cell((latitude, longitude))
    row, column = geo.degrees(point)
    (top, left), (bottom, right) = geo.corners_of(geo.geohash(point, precision))
    assert bottom <= row <= top
    assert left <= column <= right
    assert geo.geohash(point, 12).startswith(geo.geohash(point, precision))


def test_geohashes_that_are_known() -> None:
    assert geo.geohash(geo.cell((57.64911, 10.40744)), 11) == "u4pruydqqvj"
    assert geo.geohash(geo.cell((-25.382708, -49.265506)), 8) == "6gkzwgjz"


@given(st.tuples(LATITUDES, LONGITUDES), st.tuples(LATITUDES, LONGITUDES))
def test_distances(one: geo.Degrees, other: geo.Degrees) -> None:
    assert geo.distance(one, other) == pytest.approx(geo.distance(other, one))
    assert 0 <= geo.distance(one, other) <= 20_015_200
    assert geo.distance(one, one) == 0


def test_a_degree_of_latitude() -> None:
    assert geo.distance((10, 20), (11, 20)) == pytest.approx(111_195, abs=1)
    assert geo.plane_distance((10, 20), (11, 20)) == pytest.approx(111_195, abs=1)
