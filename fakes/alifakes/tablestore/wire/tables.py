"""Table and index descriptions: between protobuf messages and the engine's schema, both ways."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from alifakes.tablestore import errors
from alifakes.tablestore.engine.model import (
    ColumnType,
    IndexKind,
    IndexSchema,
    KeyColumn,
    KeyType,
    KeyValue,
    StreamSettings,
    TableOptions,
    TableSchema,
)
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import VT_INF_MAX, VT_INF_MIN, decode_value, encode_row
from alifakes.tablestore.wire.requests import text

KEY_TYPES = {
    pb.INTEGER: KeyType.INTEGER,
    pb.STRING: KeyType.STRING,
    pb.BINARY: KeyType.BINARY,
    pb.PK_BOOLEAN: KeyType.BOOLEAN,
}
_KEY_TYPE_NUMBERS = {kind: number for number, kind in KEY_TYPES.items()}
_COLUMN_TYPES = {
    pb.DCT_INTEGER: ColumnType.INTEGER,
    pb.DCT_DOUBLE: ColumnType.DOUBLE,
    pb.DCT_BOOLEAN: ColumnType.BOOLEAN,
    pb.DCT_STRING: ColumnType.STRING,
    pb.DCT_BLOB: ColumnType.BINARY,
}
_COLUMN_TYPE_NUMBERS = {kind: number for number, kind in _COLUMN_TYPES.items()}
_FIRST, _LAST = bytes((VT_INF_MIN,)), bytes((VT_INF_MAX,))  # the ends of the first and the last partition


def decode_schema(request: pb.CreateTableRequest) -> TableSchema:
    """The schema that CreateTable asks for; encryption is refused."""
    if request.sse_spec.enable:
        raise errors.not_emulated("CreateTable with encryption")
    if not request.table_options.HasField("time_to_live"):
        raise errors.ttl_missing()
    if not request.table_options.HasField("max_versions"):
        raise errors.max_versions_missing()
    meta = request.table_meta
    reserved = request.reserved_throughput.capacity_unit
    return TableSchema(
        name=text(meta.table_name),
        keys=tuple(_decode_key_column(column) for column in meta.primary_key),
        options=decode_options(request.table_options, TableOptions()),
        columns=decode_columns(meta.defined_column),
        indexes=tuple(decode_index(index) for index in request.index_metas),
        reserved=(reserved.read, reserved.write),
        split_points=_decode_split_points(request.partitions),
        stream=decode_stream(request.stream_spec),
        explicit_transactions=request.enable_local_txn,
    )


def decode_columns(columns: Sequence[pb.DefinedColumnSchema]) -> tuple[tuple[str, ColumnType], ...]:
    return tuple((text(column.name), _COLUMN_TYPES[column.type]) for column in columns)


def _decode_split_points(partitions: Sequence[pb.PartitionRange]) -> tuple[KeyValue, ...]:
    """What lies between the partitions, each of which begins where the one before it ends."""
    if not partitions:
        return ()
    if partitions[0].begin != _FIRST or partitions[-1].end != _LAST:
        raise errors.partitions_not_ascending()
    points = [partition.begin for partition in partitions[1:]]
    if points != [partition.end for partition in partitions[:-1]]:
        raise errors.partitions_not_ascending()
    if _FIRST in points or _LAST in points:
        raise errors.infinite_partition_value()
    return tuple(decode_value(point) for point in points)  # type: ignore[misc]  # types are checked with the schema


def decode_stream(stream: pb.StreamSpecification) -> StreamSettings | None:
    """None for one that is absent or disabled."""
    if not stream.enable_stream:
        return None
    if stream.HasField("old_columns_to_get") or stream.HasField("new_columns_to_get"):
        raise errors.not_emulated("a stream with old_columns_to_get or new_columns_to_get")
    if not stream.HasField("expiration_time"):
        raise errors.stream_expiration_missing()
    return StreamSettings(stream.expiration_time, tuple(text(name) for name in stream.columns_to_get))


def decode_options(options: pb.TableOptions, current: TableOptions) -> TableOptions:
    """`current` with what the request sets."""
    if options.update_full_row:
        raise errors.not_emulated("update_full_row")
    return replace(
        current,
        ttl=options.time_to_live if options.HasField("time_to_live") else current.ttl,
        max_versions=options.max_versions if options.HasField("max_versions") else current.max_versions,
        max_deviation=options.deviation_cell_version_in_sec
        if options.HasField("deviation_cell_version_in_sec")
        else current.max_deviation,
        allow_update=options.allow_update if options.HasField("allow_update") else current.allow_update,
    )


def decode_index(index: pb.IndexMeta) -> IndexSchema:
    return IndexSchema(
        name=text(index.name),
        keys=tuple(text(name) for name in index.primary_key),
        columns=tuple(text(name) for name in index.defined_column),
        kind=IndexKind.LOCAL if index.index_type == pb.IT_LOCAL_INDEX else IndexKind.GLOBAL,
    )


def encode_description(
    schema: TableSchema, partition_points: Sequence[KeyValue], *, ready: bool
) -> pb.DescribeTableResponse:
    response = pb.DescribeTableResponse(
        reserved_throughput_details=encode_reserved(schema),
        table_options=encode_options(schema.options),
        table_status=pb.TS_ACTIVE if ready else pb.TS_LOADING,
        stream_details=encode_stream(schema),
        shard_splits=[encode_point(schema.keys, point) for point in partition_points],
        index_metas=[_encode_index(index) for index in schema.indexes],
        creation_time=schema.created_ms * 1000,
    )
    meta = response.table_meta
    meta.table_name = schema.name
    meta.table_id = hashlib.md5(f"{schema.name}/{schema.created_ms}".encode(), usedforsecurity=False).hexdigest()
    meta.primary_key.extend(encode_keys(schema.keys))
    for name, kind in schema.columns:
        meta.defined_column.add(name=name, type=_COLUMN_TYPE_NUMBERS[kind])
    return response


def encode_keys(keys: Sequence[KeyColumn]) -> list[pb.PrimaryKeySchema]:
    return [
        pb.PrimaryKeySchema(
            name=key.name,
            type=_KEY_TYPE_NUMBERS[key.type],
            option=pb.AUTO_INCREMENT if key.auto_increment else None,
        )
        for key in keys
    ]


def encode_point(keys: Sequence[KeyColumn], point: KeyValue) -> bytes:
    """A place before every key that begins with `point`; columns at -inf are left out."""
    return encode_row(((keys[0].name, point),))


def encode_stream(schema: TableSchema) -> pb.StreamDetails | None:
    stream = schema.stream
    if stream is None:
        return None
    enabled_us = stream.enabled_ms * 1000
    return pb.StreamDetails(
        enable_stream=True,
        stream_id=f"{schema.name}_{enabled_us}",
        expiration_time=stream.expiration_hours,
        last_enable_time=enabled_us,
        column_to_get=stream.columns,
    )


def encode_reserved(schema: TableSchema) -> pb.ReservedThroughputDetails:
    read, write = schema.reserved
    return pb.ReservedThroughputDetails(
        capacity_unit=pb.CapacityUnit(read=read, write=write), last_increase_time=schema.created_ms // 1000
    )


def encode_options(options: TableOptions) -> pb.TableOptions:
    return pb.TableOptions(
        time_to_live=options.ttl,
        max_versions=options.max_versions,
        deviation_cell_version_in_sec=options.max_deviation,
        allow_update=options.allow_update,
    )


def _decode_key_column(column: pb.PrimaryKeySchema) -> KeyColumn:
    # AUTO_INCREMENT is the only option, and therefore also what an absent field reads as
    return KeyColumn(text(column.name), KEY_TYPES[column.type], auto_increment=column.HasField("option"))


def _encode_index(index: IndexSchema) -> pb.IndexMeta:
    local = index.kind is IndexKind.LOCAL
    return pb.IndexMeta(
        name=index.name,
        primary_key=index.keys,
        defined_column=index.columns,
        index_update_mode=pb.IUM_SYNC_INDEX if local else pb.IUM_ASYNC_INDEX,
        index_type=pb.IT_LOCAL_INDEX if local else pb.IT_GLOBAL_INDEX,
        index_sync_phase=pb.ISP_INCR if index.build is None else pb.ISP_FULL,
    )
