"""Searches that no client would send, drawn by what each field may hold, with a slip here and there.

`search_request(seed)` and `scan_request(seed)` are of the index that `fields()` makes; most get past the checks.
`index_request(seed)` makes another index of the same table.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Collection, Sequence
from typing import Any

import tablestore as ots_sdk
from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.message import Message
from tablestore.plainbuffer.plain_buffer_builder import PlainBufferBuilder

from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.search_groups import AGGREGATIONS, GROUP_BYS
from alifakes.tablestore.wire.search_queries import QUERIES

DEEPEST = 4
SLIP = 0.01  # how often a field holds what does not fit it

_NUMBERS = (0, 1, 2, 3, 5, 10, 100, 2000, -1, 2**31 - 1, -(2**31))
_DOUBLES = (0.0, 1.0, -1.5, 1e308, -1e308, float("inf"), float("nan"), 5e-324, 180.0)
_TEXTS = ("l", "d", "k", "t", "b", "g", "n", "n.x", "none", "", "a", "3", "1,2", "y?*", "1", "50%", "+08:00", "é")
_PLACES = ("1,2", "0,0", "-90,-180", "90,180", "12.5,13.25", "3,3", "20,1")


def _encoded(*values: Any) -> tuple[bytes, ...]:
    return tuple(bytes(PlainBufferBuilder.serialize_column_value(value)) for value in values)


_WORDS = _encoded("a", "", "b c", "1", "é")
_WHOLE = _encoded(0, 1, -5, 3, 2**62)
_BROKEN = _encoded(0.5, 1e300, float("nan"), 1, "a", True, bytearray(b"x"))
# what a field of the index may be compared with
_VALUES: dict[str, tuple[bytes, ...]] = {
    "l": _WHOLE,
    "d": _encoded(0.0, 1.5, -2.0, 1e300, 5e-324),
    "k": _WORDS,
    "t": _WORDS,
    "b": _encoded(True, False),
    "g": _encoded(*_PLACES),
    "n.x": _WHOLE,
    "day": _encoded("2024-02-29", "1970-01-01", "9999-12-31"),
}
_INTERVALS = {"l": _encoded(1, 2, 100), "d": _encoded(0.5, 1.0, 1e3), "n.x": _encoded(1)}

_COUNTED = ("l", "d", "k", "b", "g", "n.x", "day")
_NUMERIC = ("l", "d", "n.x")
# the fields that each message may name, or each type of those that share one
_SUITED: dict[str, Sequence[str]] = {
    "MatchQuery": ("t", "k"),
    "MatchPhraseQuery": ("t", "k"),
    "PrefixQuery": ("k",),
    "WildcardQuery": ("k",),
    "GeoBoundingBoxQuery": ("g",),
    "GeoDistanceQuery": ("g",),
    "GeoPolygonQuery": ("g",),
    "TermQuery": ("l", "d", "k", "t", "b", "n.x", "day"),
    "TermsQuery": ("l", "d", "k", "t", "b", "n.x", "day"),
    "RangeQuery": ("l", "d", "k", "n.x", "day"),
    "ExistsQuery": (*_COUNTED, "t"),
    "FieldValueFactor": ("l", "d"),
    "FieldSort": ("l", "d", "k", "b", "n.x", "day"),
    "GeoDistanceSort": ("g",),
    "Collapse": ("l", "d", "k", "b", "day"),
    "HighlightParameter": ("t",),
    "AGG_AVG": ("l", "d", "n.x", "day"),
    "AGG_MAX": ("l", "d", "n.x", "day"),
    "AGG_MIN": ("l", "d", "n.x", "day"),
    "AGG_SUM": _NUMERIC,
    "AGG_COUNT": _COUNTED,
    "AGG_DISTINCT_COUNT": _COUNTED,
    "AGG_PERCENTILES": ("l", "d", "n.x"),
    "GroupByField": ("l", "d", "k", "b", "day"),
    "GroupByRange": ("l", "d"),
    "GroupByGeoDistance": ("g",),
    "GroupByHistogram": ("l", "d"),
    "GroupByDateHistogram": ("day",),
    "GroupByGeoGrid": ("g",),
}
_TEXTS_OF: dict[str, Sequence[str]] = {
    "path": ("n",),
    "center_point": _PLACES,
    "points": _PLACES,
    "top_left": ("90,-180", "30,0", "12,3"),
    "bottom_right": ("-90,180", "3,30", "0,5"),
    "text": ("a", "b c", "a b c d", "", "é"),
    "prefix": ("a", "", "b"),
    "value": ("?*", "a*", "*", "b"),
    "new_minimum_should_match": ("1", "50%", "-1", "0"),
    "analyzer": ("single_word", "max_word", "min_word", "split", "fuzzy"),
    "routing_fields": ("pk",),
    "time_zone": ("+08:00", "-03:30"),
}
_NUMBERS_OF: dict[str, Sequence[float]] = {
    "limit": (0, 1, 5, 20),
    "offset": (0, 1, 3),
    "size": (1, 5, 2000),
    "suggested_size": (1, 100),
    "precision": range(1, 13),
    "percentiles": (0, 50, 99.9, 100),
    "number_of_fragments": (1, 3),
    "fragment_size": (1, 18, 100),
    "slop": (0, 1, 2),
    "min_doc_count": (0, 1, 2),
    "value": (1, 2, 12),
    "distance": (1.0, 1e6, 1e9),
    "lat": (0.0, 12.5, -90.0),
    "lon": (0.0, 13.25, 180.0),
    "tie_breaker": (0.0, 0.5, 1.0),
    "weight": (0.5, 1.0, 3.0),
}
# without these a message says nothing
_NEEDED = set(
    "field_name query path term terms text filters order sorters interval points center_point prefix origin ranges "
    "begin end min max lat lon value unit field_value_factor distance top_left bottom_right percentiles precision "
    "sources limit sorter queries".split()
)
_NEEDED_IN = {("ConstScoreQuery", "filter"), ("NestedFilter", "filter"), ("IndexSchema", "field_schemas")}
# with these few get further
_RARE = set(
    "token next_token nested_filter missing_field sub_agg_sort new_minimum_should_match minimum_should_match offset "
    "missing_value collapse inner_hits score_sort index_sort routing_fields is_virtual_field vector_options json_type "
    "text_similarity source_field_names analyzer_parameter".split()
)
_ONE_OF = {"Sorter", "GroupBySorter"}
_TYPED: dict[str, tuple[str, Any, Collection[int]]] = {
    "Query": ("query", pb.QueryType, QUERIES),
    "Aggregation": ("body", pb.AggregationType, AGGREGATIONS),
    "GroupBy": ("body", pb.GroupByType, GROUP_BYS),
}
_BUILT_TYPES = (pb.LONG, pb.DOUBLE, pb.BOOLEAN, pb.KEYWORD, pb.TEXT, pb.NESTED, pb.GEO_POINT, pb.DATE)
_IN_ELEMENTS = (pb.MATCH_ALL_QUERY, pb.TERM_QUERY, pb.TERMS_QUERY, pb.RANGE_QUERY, pb.EXISTS_QUERY, pb.BOOL_QUERY)
_LEAVES = (pb.MATCH_ALL_QUERY, pb.TERM_QUERY, pb.RANGE_QUERY)
_SOURCES = (pb.GROUP_BY_FIELD, pb.GROUP_BY_HISTOGRAM, pb.GROUP_BY_DATE_HISTOGRAM)
_KINDS = {name.lower(): name for name in pb.DESCRIPTOR.message_types_by_name}


def fields() -> list[Any]:
    """One of each type, by the names that the searches use."""
    kinds = ots_sdk.FieldType
    single = {"l": kinds.LONG, "d": kinds.DOUBLE, "k": kinds.KEYWORD, "b": kinds.BOOLEAN, "g": kinds.GEOPOINT}
    made = [ots_sdk.FieldSchema(name, kind, index=True) for name, kind in single.items()]
    made.append(ots_sdk.FieldSchema("t", kinds.TEXT, index=True, enable_highlighting=True))
    made.append(ots_sdk.FieldSchema("day", kinds.DATE, date_formats=["yyyy-MM-dd"]))
    inner = [ots_sdk.FieldSchema("x", kinds.LONG, index=True)]
    return [*made, ots_sdk.FieldSchema("n", kinds.NESTED, sub_field_schemas=inner)]


def search_request(seed: int) -> Message:
    query = Writer(seed).message(pb.SearchQuery)
    return pb.SearchRequest(table_name="t", index_name="i", search_query=query.SerializeToString())


def scan_request(seed: int) -> Message:
    scan: Any = Writer(seed).message(pb.ScanQuery)
    if seed % 8:  # there is but one split
        scan.current_parallel_id, scan.max_parallel, scan.alive_time, scan.limit = 0, 1, 60, 1 + seed % 30
    return pb.ParallelScanRequest(table_name="t", index_name="i", scan_query=scan.SerializeToString())


def index_request(seed: int) -> Message:
    """Of another index, `z`."""
    schema: Any = Writer(seed).message(pb.IndexSchema)
    return pb.CreateSearchIndexRequest(table_name="t", index_name="z", schema=schema)


class Writer:
    """Draws messages: every field that may be there is there or not, and holds what fits it, but for slips."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._names = itertools.count()
        self._in_elements = False  # of the NESTED field, whose queries see its fields alone

    def message(self, kind: Any, label: str = "", depth: int = 0) -> Message:
        """`label` says for which type a message stands that several share."""
        made: Message = kind()
        descriptor = kind.DESCRIPTOR
        if descriptor.name in _TYPED:
            self._fill_typed(made, label, depth)
            return made
        label = label or descriptor.name
        outer = self._in_elements
        self._in_elements = outer or label in ("NestedQuery", "NestedFilter")
        about = self._about(label)
        wanted = list(descriptor.fields)
        if descriptor.name in _ONE_OF:
            wanted = [self._chance.choice([field for field in wanted if field.name not in _RARE])]
        for field in wanted:
            if self._is_left_out(field, descriptor.name, depth):
                continue
            if field.label == Field.LABEL_REPEATED:
                least = 3 if label == "GeoPolygonQuery" else int(_is_needed(field, descriptor.name))
                count = self._chance.randint(least, 3)
                getattr(made, field.name).extend([self._value(field, about, depth) for _ in range(count)])
            elif field.message_type:
                getattr(made, field.name).CopyFrom(self._value(field, about, depth))
            else:
                setattr(made, field.name, self._value(field, about, depth))
        self._mend(made)
        self._in_elements = outer
        return made

    def _about(self, label: str) -> str:
        """The field of the index that a message is of."""
        suited = _SUITED.get(label, tuple(_VALUES))
        if label.endswith("Query") and not self._slips():
            suited = [name for name in suited if name.startswith("n.") == self._in_elements] or suited
        return self._chance.choice(suited)

    def _slips(self) -> bool:
        return self._chance.random() < SLIP

    def _is_left_out(self, field: Any, kind: str, depth: int) -> bool:
        if kind in _ONE_OF:
            return False
        if field.name == "filter" and kind == "SearchQuery":  # of vectors, which are not built
            return not self._slips()
        needed = _is_needed(field, kind)
        if depth > DEEPEST and field.message_type and not needed:
            return True
        return self._chance.random() < (SLIP if needed else 0.97 if field.name in _RARE else 0.7)

    def _fill_typed(self, made: Any, label: str, depth: int) -> None:
        """A message whose other field says of what type its bytes are."""
        chance = self._chance
        body, types, built = _TYPED[made.DESCRIPTOR.name]
        kinds: Sequence[int] = _SOURCES if label == "source" else sorted(built)
        if body == "query" and (depth > DEEPEST or self._in_elements):
            kinds = _LEAVES if depth > DEEPEST else _IN_ELEMENTS
        made.type = chance.choice(types.values() if self._slips() else kinds)
        if "name" in made.DESCRIPTOR.fields_by_name:
            made.name = chance.choice("abc") if self._slips() else f"x{next(self._names)}"
        if self._slips():
            setattr(made, body, chance.randbytes(5))
            return
        wanted = types.Name(made.type)
        inner = self.message(_kind(wanted), wanted if wanted in _SUITED else "", depth + 1)
        setattr(made, body, inner.SerializeToString())

    def _value(self, field: Any, about: str, depth: int) -> Any:
        chance = self._chance
        if field.message_type:
            kind = field.message_type._concrete_class
            if field.name == "sources":
                return pb.GroupBys(group_bys=[self.message(pb.GroupBy, "source", depth + 1)])  # type: ignore[list-item]
            return self.message(kind, "", depth + 1)
        if field.enum_type:
            return chance.choice(field.enum_type.values).number
        if field.type == Field.TYPE_BOOL:
            return chance.random() < 0.5
        return self._slip(field) if self._slips() else self._fitting(field, about)

    def _fitting(self, field: Any, about: str) -> Any:
        chance = self._chance
        if field.type == Field.TYPE_BYTES:
            steps = field.name in ("interval", "offset")
            return chance.choice(_INTERVALS.get(about, _WHOLE) if steps else _VALUES[about])
        if field.type == Field.TYPE_STRING:
            if field.name == "field_name":
                return about
            return chance.choice(_TEXTS_OF.get(field.name, _TEXTS))
        if field.type in (Field.TYPE_DOUBLE, Field.TYPE_FLOAT):
            return chance.choice(_NUMBERS_OF.get(field.name, (0.0, 1.0, -1.5, 180.0)))
        return int(chance.choice(_NUMBERS_OF.get(field.name, (0, 1, 2, 3, 10))))

    def _slip(self, field: Any) -> Any:
        chance = self._chance
        if field.type == Field.TYPE_BYTES:
            return chance.choice((*_BROKEN, chance.randbytes(4)))
        if field.type == Field.TYPE_STRING:
            return chance.choice(_TEXTS)
        if field.type == Field.TYPE_DOUBLE:
            return chance.choice(_DOUBLES)
        if field.type == Field.TYPE_FLOAT:
            return chance.choice((0.0, -1.0, float("inf"), float("nan")))
        return chance.choice(_NUMBERS if field.type == Field.TYPE_INT32 else (*_NUMBERS, 2**63 - 1, -(2**63)))

    def _mend(self, made: Any) -> None:
        """What one field says the others must not contradict."""
        if self._slips():
            return
        if isinstance(made, pb.Range) and made.begin >= made.end:
            made.begin, made.end = made.end, made.begin + 1
        if isinstance(made, pb.FieldSchema):
            self._mend_schema(made)

    def _mend_schema(self, made: pb.FieldSchema) -> None:
        made.field_name = f"f{next(self._names)}"
        made.field_type = self._chance.choice(_BUILT_TYPES)
        del made.date_formats[:]
        if made.field_type == pb.DATE:
            made.date_formats.append(self._chance.choice(("yyyy-MM-dd", "epoch_millis", "yyyy-MM-dd HH:mm:ss")))
        if made.field_type == pb.TEXT:
            made.enable_sort_and_agg = False
        else:
            made.ClearField("analyzer")
            made.ClearField("enable_highlighting")
        if made.field_type != pb.NESTED:
            del made.field_schemas[:]
        elif not made.field_schemas:
            made.field_schemas.add(field_name="x", field_type=pb.LONG)


def _is_needed(field: Any, kind: str) -> bool:
    return field.name in _NEEDED or (kind, field.name) in _NEEDED_IN


def _kind(wanted: str) -> Any:
    """The message of a type, whose name is the type's, but for some."""
    plain = wanted.lower().replace("_", "")
    others = {"aggtoprows": "toprowsaggregation", "aggpercentiles": "percentilesaggregation"}
    name = others.get(plain, "fieldaggregation" if plain.startswith("agg") else plain)
    return getattr(pb, _KINDS.get(name, "MatchQuery"))
