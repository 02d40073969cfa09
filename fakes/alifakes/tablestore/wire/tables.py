"""Table and index descriptions: between protobuf messages and the engine's schema, both ways."""

from __future__ import annotations

from dataclasses import replace

from alifakes.tablestore import errors
from alifakes.tablestore.engine.model import (
    ColumnType,
    IndexKind,
    IndexSchema,
    KeyColumn,
    KeyType,
    TableOptions,
    TableSchema,
)
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import text

KEY_TYPES = {pb.INTEGER: KeyType.INTEGER, pb.STRING: KeyType.STRING, pb.BINARY: KeyType.BINARY}
_KEY_TYPE_NUMBERS = {kind: number for number, kind in KEY_TYPES.items()}
_COLUMN_TYPES = {
    pb.DCT_INTEGER: ColumnType.INTEGER,
    pb.DCT_DOUBLE: ColumnType.DOUBLE,
    pb.DCT_BOOLEAN: ColumnType.BOOLEAN,
    pb.DCT_STRING: ColumnType.STRING,
    pb.DCT_BLOB: ColumnType.BINARY,
}
_COLUMN_TYPE_NUMBERS = {kind: number for number, kind in _COLUMN_TYPES.items()}


def decode_schema(request: pb.CreateTableRequest) -> TableSchema:
    """The schema that CreateTable asks for.

    Pre-split partitions are accepted and change nothing. Encryption, streams and local transactions are refused.
    """
    if request.sse_spec.enable or request.stream_spec.enable_stream or request.enable_local_txn:
        raise errors.not_emulated("CreateTable with encryption, a stream or local transactions")
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
        columns=tuple((text(column.name), _COLUMN_TYPES[column.type]) for column in meta.defined_column),
        indexes=tuple(decode_index(index) for index in request.index_metas),
        reserved=(reserved.read, reserved.write),
    )


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


def encode_description(schema: TableSchema) -> pb.DescribeTableResponse:
    response = pb.DescribeTableResponse(
        reserved_throughput_details=encode_reserved(schema),
        table_options=encode_options(schema.options),
        index_metas=[_encode_index(index) for index in schema.indexes],
    )
    meta = response.table_meta
    meta.table_name = schema.name
    for key in schema.keys:
        column = meta.primary_key.add(name=key.name, type=_KEY_TYPE_NUMBERS[key.type])
        if key.auto_increment:
            column.option = pb.AUTO_INCREMENT
    for name, kind in schema.columns:
        meta.defined_column.add(name=name, type=_COLUMN_TYPE_NUMBERS[kind])
    return response


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
    kind = KEY_TYPES.get(column.type)
    if kind is None:
        raise errors.invalid_key_type(pb.PrimaryKeyType.Name(column.type))
    # AUTO_INCREMENT is the only option, and therefore also what an absent field reads as
    return KeyColumn(text(column.name), kind, auto_increment=column.HasField("option"))


def _encode_index(index: IndexSchema) -> pb.IndexMeta:
    local = index.kind is IndexKind.LOCAL
    return pb.IndexMeta(
        name=index.name,
        primary_key=index.keys,
        defined_column=index.columns,
        index_update_mode=pb.IUM_SYNC_INDEX if local else pb.IUM_ASYNC_INDEX,
        index_type=pb.IT_LOCAL_INDEX if local else pb.IT_GLOBAL_INDEX,
    )
