"""Searches that no client would send: every message answers or is refused, and none is a bug or takes for ever."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterator
from typing import Any

import pytest
import tablestore as ots_sdk
from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tablestore.plainbuffer.plain_buffer_builder import PlainBufferBuilder

from alifakes.tablestore.actions.registry import ACTIONS
from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.search_groups import AGGREGATIONS, GROUP_BYS
from alifakes.tablestore.wire.search_queries import QUERIES

LONGEST_S = 5
DEEPEST = 4
TEXTS = (
    "l",
    "d",
    "k",
    "t",
    "b",
    "g",
    "n",
    "n.x",
    "none",
    "",
    "a",
    "3",
    "1,2",
    "91,0",
    "y?*",
    "1",
    "50%",
    "+08:00",
    "é",
)
FIELDS = ("l", "d", "k", "t", "b", "g")
# without these a message is refused before it has been looked at
NEEDED = {
    "field_name",
    "query",
    "path",
    "term",
    "text",
    "filter",
    "order",
    "sorters",
    "interval",
    "points",
    "center_point",
}
NUMBERS = (0, 1, 2, 3, 5, 10, 100, 2000, -1, 2**31 - 1, -(2**31))
LONGS = (*NUMBERS, 2**63 - 1, -(2**63))
DOUBLES = (0.0, 1.0, -1.5, 1e308, -1e308, float("inf"), float("nan"), 5e-324, 180.0)
VALUES = tuple(
    bytes(PlainBufferBuilder.serialize_column_value(value))
    for value in (0, 1, -5, 2**62, 0.5, 1e300, float("nan"), "a", "", "1,2", True, bytearray(b"x"))
)
TYPED: dict[str, tuple[str, Any]] = {
    "Query": ("query", pb.QueryType),
    "Aggregation": ("body", pb.AggregationType),
    "GroupBy": ("body", pb.GroupByType),
}
BUILT: dict[str, Collection[int]] = {"Query": QUERIES, "Aggregation": AGGREGATIONS, "GroupBy": GROUP_BYS}


def message(kind: Any, chance: random.Random, depth: int = 0) -> Message:
    """Every field that may be there is there or not; names are mostly those of fields of the index."""
    made: Message = kind()
    if kind.DESCRIPTOR.name in TYPED:
        fill_typed(made, chance, depth)
        return made
    for field in kind.DESCRIPTOR.fields:
        left_out = 0.02 if field.name in NEEDED else 0.7
        if chance.random() < left_out or (depth > DEEPEST and field.message_type):
            continue
        repeated = field.label == Field.LABEL_REPEATED
        values = [value(field, chance, depth) for _ in range(chance.randint(0, 3) if repeated else 1)]
        if repeated:
            getattr(made, field.name).extend(values)
        elif field.message_type:
            getattr(made, field.name).CopyFrom(values[0])
        else:
            setattr(made, field.name, values[0])
    return made


def fill_typed(made: Any, chance: random.Random, depth: int) -> None:
    """A message whose other field says of what type its bytes are."""
    body, types = TYPED[made.DESCRIPTOR.name]
    if chance.random() < 0.95:
        built = sorted(BUILT[made.DESCRIPTOR.name])
        made.type = chance.choice(built if chance.random() < 0.9 else types.values())
    if "name" in made.DESCRIPTOR.fields_by_name:
        made.name = chance.choice("abcdef")
    names = {name.lower().replace("_", ""): name for name in pb.DESCRIPTOR.message_types_by_name}
    wanted = types.Name(made.type).lower().replace("_", "")
    kind = names.get(wanted) or ("FieldAggregation" if wanted.startswith("agg") else "MatchQuery")
    kind = {"aggtoprows": "TopRowsAggregation", "aggpercentiles": "PercentilesAggregation"}.get(wanted, kind)
    if chance.random() < 0.97:
        setattr(made, body, message(getattr(pb, kind), chance, depth + 1).SerializeToString())
    else:
        setattr(made, body, chance.randbytes(5))


def value(field: Any, chance: random.Random, depth: int) -> Any:
    if field.message_type:
        return message(field.message_type._concrete_class, chance, depth + 1)
    if field.enum_type:
        return chance.choice(field.enum_type.values).number
    if field.type == Field.TYPE_BOOL:
        return chance.random() < 0.5
    if field.type == Field.TYPE_STRING:
        return chance.choice(FIELDS if "field_name" in field.name and chance.random() < 0.9 else TEXTS)
    if field.type == Field.TYPE_BYTES:
        return chance.choice(VALUES) if chance.random() < 0.9 else chance.randbytes(4)
    if field.type in (Field.TYPE_DOUBLE, Field.TYPE_FLOAT):
        number = chance.choice(DOUBLES)
        return number if field.type == Field.TYPE_DOUBLE or abs(number) < 1e30 else 1.0
    return chance.choice(LONGS if field.type == Field.TYPE_INT64 else NUMBERS)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """With a table `t` of 30 rows and an index `i` of one field of each type."""
    kinds = ots_sdk.FieldType
    with TablestoreFake() as fake:
        client = fake.client("fuzz")
        client.create_table(
            ots_sdk.TableMeta("t", [("pk", "STRING")]),
            ots_sdk.TableOptions(),
            ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(0, 0)),
        )
        single = {"l": kinds.LONG, "d": kinds.DOUBLE, "k": kinds.KEYWORD, "t": kinds.TEXT, "b": kinds.BOOLEAN}
        fields = [ots_sdk.FieldSchema(name, kind, index=True) for name, kind in single.items()]
        fields.append(ots_sdk.FieldSchema("g", kinds.GEOPOINT, index=True))
        inner = [ots_sdk.FieldSchema("x", kinds.LONG, index=True)]
        fields.append(ots_sdk.FieldSchema("n", kinds.NESTED, sub_field_schemas=inner))
        client.create_search_index("t", "i", ots_sdk.SearchIndexMeta(fields))
        for at in range(30):
            cells = [("l", at % 7), ("d", at / 3), ("k", "abc"[at % 3]), ("t", "a b c d"[: at % 8]), ("b", at % 2 == 0)]
            cells += [("g", f"{at},{at}"), ("n", f'[{{"x": {at}}}, {{"x": {at % 4}}}]')]
            client.put_row("t", ots_sdk.Row([("pk", f"{at:02}")], cells[: 2 + at % 6]))
        client.connection.pool.clear()
        yield fake._instances.get("fuzz")


def check(engine: Engine, api: str, request: Message) -> None:
    began = time.monotonic()
    status = 200
    try:
        ACTIONS[api](request.SerializeToString()).run(engine, frozenset())
    except OtsError as error:
        status = error.status
    assert status < 500
    assert time.monotonic() - began < LONGEST_S


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_searches(engine: Engine, seed: int) -> None:
    chance = random.Random(seed)
    query: Any = message(pb.SearchQuery, chance)
    if chance.random() < 0.8:  # else few pass the checks of paging
        for name, allowed in (("offset", 5), ("limit", 20)):
            query.ClearField(name)
            setattr(query, name, allowed)
        query.ClearField("token")
        query.ClearField("filter")
    request = pb.SearchRequest(table_name="t", index_name="i", search_query=query.SerializeToString())
    check(engine, "Search", request)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_scans_and_schemas(engine: Engine, seed: int) -> None:
    chance = random.Random(seed)
    scan = message(pb.ScanQuery, chance).SerializeToString()
    check(engine, "ParallelScan", pb.ParallelScanRequest(table_name="t", index_name="i", scan_query=scan))
    schema: Any = message(pb.IndexSchema, chance)
    check(engine, "CreateSearchIndex", pb.CreateSearchIndexRequest(table_name="t", index_name="z", schema=schema))
    if chance.random() < 0.9:
        check(engine, "DeleteSearchIndex", pb.DeleteSearchIndexRequest(table_name="t", index_name="z"))
