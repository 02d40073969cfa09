"""CreateTable, UpdateTable and DescribeTable in what the Python SDK sends and shows only in part."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import INF_MAX, INF_MIN

from alifakes.tablestore import errors
from alifakes.tablestore.actions.registry import ACTIONS
from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage import Storage, open_storage
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import VT_INF_MAX, VT_INF_MIN, decode_row

NOW_MS = 1_700_000_000_000


def engine_on(storage: Storage, **settings: Any) -> Engine:
    return Engine(storage, clock=Clock(lambda: NOW_MS), settings=Settings(**settings), instance="demo")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Storage]:
    opened = open_storage(tmp_path / "data.db")
    yield opened
    opened.close()


@pytest.fixture
def engine(kept: Storage) -> Engine:
    return engine_on(kept)


def ask(engine: Engine, name: str, request: Any) -> bytes:
    return ACTIONS[name](request.SerializeToString()).run(engine, frozenset()).body


def describe(engine: Engine, table: str = "t") -> pb.DescribeTableResponse:
    return pb.DescribeTableResponse.FromString(ask(engine, "DescribeTable", pb.DescribeTableRequest(table_name=table)))


def request(kind: Any = pb.STRING, **fields: Any) -> pb.CreateTableRequest:
    return pb.CreateTableRequest(
        table_meta=pb.TableMeta(table_name="t", primary_key=[pb.PrimaryKeySchema(name="pk", type=kind)]),
        reserved_throughput=pb.ReservedThroughput(capacity_unit=pb.CapacityUnit(read=0, write=0)),
        table_options=pb.TableOptions(time_to_live=-1, max_versions=1),
        **fields,
    )


def test_the_time_of_creation_and_an_id(engine: Engine, kept: Storage) -> None:
    ask(engine, "CreateTable", request())
    described = describe(engine)
    assert described.creation_time == NOW_MS * 1000
    assert len(described.table_meta.table_id) == 32
    assert describe(engine_on(kept)) == described


# streams


def stream(hours: int | None = 24, **fields: Any) -> pb.StreamSpecification:
    return pb.StreamSpecification(enable_stream=True, expiration_time=hours, **fields)


def test_a_stream_is_described_as_asked(engine: Engine, kept: Storage) -> None:
    ask(engine, "CreateTable", request(stream_spec=stream(168, columns_to_get=["a", "b"])))
    details = describe(engine_on(kept)).stream_details
    assert (details.enable_stream, details.expiration_time, list(details.column_to_get)) == (True, 168, ["a", "b"])
    assert (details.stream_id, details.last_enable_time) == (f"t_{NOW_MS * 1000}", NOW_MS * 1000)


def test_a_stream_is_enabled_and_disabled_later(engine: Engine) -> None:
    ask(engine, "CreateTable", request())
    assert not describe(engine).HasField("stream_details")
    update = pb.UpdateTableRequest(table_name="t", stream_spec=stream(1))
    answer = pb.UpdateTableResponse.FromString(ask(engine, "UpdateTable", update))
    assert answer.stream_details.expiration_time == 1
    assert describe(engine).stream_details == answer.stream_details
    ask(engine, "UpdateTable", update)
    with pytest.raises(OtsError, match="OTSUnsupportedOperation"):
        ask(engine, "UpdateTable", pb.UpdateTableRequest(table_name="t", stream_spec=stream(2)))
    off = pb.UpdateTableRequest(table_name="t", stream_spec=pb.StreamSpecification(enable_stream=False))
    assert not pb.UpdateTableResponse.FromString(ask(engine, "UpdateTable", off)).HasField("stream_details")
    assert not describe(engine).HasField("stream_details")


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        (stream(None), errors.stream_expiration_missing()),
        (stream(0), errors.invalid_stream_expiration(0)),
        (stream(169), errors.invalid_stream_expiration(169)),
        (
            stream(1, old_columns_to_get=pb.StreamColumn(type=pb.SCT_ALL_COLUMNS)),
            errors.not_emulated("a stream with old_columns_to_get or new_columns_to_get"),
        ),
    ],
    ids=["no life", "0 hours", "169 hours", "old columns"],
)
def test_streams_that_are_refused(engine: Engine, spec: pb.StreamSpecification, error: OtsError) -> None:
    with pytest.raises(OtsError) as caught:
        ask(engine, "CreateTable", request(stream_spec=spec))
    assert str(caught.value) == str(error)
    assert engine.list_tables() == []
    ask(engine, "CreateTable", request())
    with pytest.raises(OtsError) as caught:
        ask(engine, "UpdateTable", pb.UpdateTableRequest(table_name="t", stream_spec=spec))
    assert str(caught.value) == str(error)


# local transactions, encryption


def test_local_transactions_are_kept(engine: Engine, kept: Storage) -> None:
    ask(engine, "CreateTable", request(enable_local_txn=True))
    assert engine_on(kept).describe_table("t").explicit_transactions


def test_encryption_is_refused(engine: Engine) -> None:
    with pytest.raises(OtsError, match="OTSUnsupportedOperation"):
        ask(engine, "CreateTable", request(sse_spec=pb.SSESpecification(enable=True)))


def test_what_is_unknown_is_refused() -> None:
    body = request().SerializeToString() + b"\xa0\x06\x01"
    with pytest.raises(OtsError, match="CreateTableRequest with field or value 100"):
        ACTIONS["CreateTable"](body)


# partitions


def value(part: Any) -> bytes:
    if part in ("-inf", "+inf"):
        return bytes((VT_INF_MIN if part == "-inf" else VT_INF_MAX,))
    if isinstance(part, int):
        return b"\x00" + part.to_bytes(8, "little", signed=True)
    raw = part if isinstance(part, bytes) else part.encode()
    return (b"\x07" if isinstance(part, bytes) else b"\x03") + len(raw).to_bytes(4, "little") + raw


def partitions(*points: Any) -> list[pb.PartitionRange]:
    ends = ["-inf", *points, "+inf"]
    return [pb.PartitionRange(begin=value(begin), end=value(end)) for begin, end in pairwise(ends)]


def points_of(engine: Engine) -> list[Any]:
    return [decode_row(split).key for split in describe(engine).shard_splits]


@pytest.mark.parametrize(
    ("kind", "points"),
    [
        (pb.STRING, ["a", "b", "b" + "x" * 63]),
        (pb.INTEGER, list(range(-4, 5))),
        (pb.BINARY, [b"\x00", b"\x00\xff", b"\xff" * 64]),
    ],
)
def test_split_points_are_described(engine: Engine, kept: Storage, kind: int, points: list[Any]) -> None:
    ask(engine, "CreateTable", request(kind, partitions=partitions(*points)))
    assert points_of(engine_on(kept)) == [(("pk", point),) for point in points]


def test_one_partition_has_no_split_points(engine: Engine) -> None:
    ask(engine, "CreateTable", request(partitions=partitions()))
    assert points_of(engine) == []


@pytest.mark.parametrize(
    ("kind", "points", "error"),
    [
        (pb.INTEGER, list(range(10)), errors.too_many_partitions()),
        (pb.INTEGER, ["-inf"], errors.infinite_partition_value()),
        (pb.INTEGER, ["+inf"], errors.infinite_partition_value()),
        (pb.INTEGER, [-(2**63)], errors.infinite_partition_value()),
        (pb.INTEGER, [2**63 - 1], errors.infinite_partition_value()),
        (pb.STRING, [""], errors.empty_partition_value("string")),
        (pb.BINARY, [b""], errors.empty_partition_value("binary")),
        (pb.STRING, ["x" * 65], errors.partition_value_too_long(65)),
        (pb.STRING, [1], errors.partition_type_mismatch()),
        (pb.INTEGER, ["a"], errors.partition_type_mismatch()),
        (pb.STRING, [b"a"], errors.partition_type_mismatch()),
        (pb.STRING, ["b", "a"], errors.partitions_not_ascending()),
        (pb.INTEGER, [1, 1], errors.partitions_not_ascending()),
    ],
)
def test_split_points_that_are_refused(engine: Engine, kind: int, points: list[Any], error: OtsError) -> None:
    with pytest.raises(OtsError) as caught:
        ask(engine, "CreateTable", request(kind, partitions=partitions(*points)))
    assert str(caught.value) == str(error)
    assert engine.list_tables() == []


@pytest.mark.parametrize(
    "ranges",
    [partitions("a")[:1], partitions("a")[1:], [partitions("a")[0], partitions("b")[1]]],
    ids=["no end", "no start", "a gap"],
)
def test_partitions_cover_all_keys(engine: Engine, ranges: list[pb.PartitionRange]) -> None:
    with pytest.raises(OtsError, match="must be adjacent and ascending"):
        ask(engine, "CreateTable", request(partitions=ranges))


# BOOLEAN keys


def test_a_boolean_key_column_is_never_the_first(client: Any, invalid: Any) -> None:
    with invalid("BOOLEAN is an invalid type for the primary key."):
        client.create_table(
            ots_sdk.TableMeta("t", [("pk", "BOOLEAN")]),
            ots_sdk.TableOptions(),
            ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(0, 0)),
        )


def test_false_before_true(make_table: Any) -> None:
    table = make_table({"pk": "STRING", "flag": "BOOLEAN", "number": "INTEGER"})
    keys = [("a", flag, number) for flag in (True, False) for number in (2, 1)]
    table.fill([(key, {"x": 1}) for key in keys])
    read = table.list_keys()
    assert read == sorted(keys)
    assert [type(key[1]) for key in read] == [bool] * 4
    assert table.list_keys(("a", True, INF_MIN), ("a", True, INF_MAX)) == [("a", True, 1), ("a", True, 2)]
    assert table.get(("a", False, 1)) == {"x": 1}
    table.delete(("a", False, 1))
    assert table.get(("a", False, 1)) is None


def test_a_boolean_key_takes_booleans_only(make_table: Any, refused: Any) -> None:
    table = make_table({"pk": "STRING", "flag": "BOOLEAN"})
    with refused(400, "OTSInvalidPK", "Validate PK type fail. Input: VT_INTEGER, Meta: VT_BOOLEAN."):
        table.put(("a", 1))
