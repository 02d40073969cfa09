"""Answers on their way out: the engine's results turned into protobuf messages."""

from __future__ import annotations

from alifakes.tablestore.engine.model import Consumed, KeyValue, Row
from alifakes.tablestore.engine.results import ReadResult, WriteResult
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import encode_row


def encode_error(error: OtsError) -> bytes:
    return pb.Error(code=error.code, message=error.message).SerializeToString()


def encode_consumed(consumed: Consumed) -> pb.ConsumedCapacity:
    return pb.ConsumedCapacity(capacity_unit=pb.CapacityUnit(read=consumed.read, write=consumed.write))


def encode_found(row: Row | None) -> bytes:
    """A row, or the empty bytes that say that there is none."""
    return b"" if row is None else encode_row(row.key, row.cells)


def encode_key(key: tuple[tuple[str, KeyValue], ...] | None) -> bytes | None:
    return None if key is None else encode_row(key)


def add_read_result(table: pb.TableInBatchGetRowResponse, result: ReadResult | OtsError) -> None:
    if isinstance(result, OtsError):
        table.rows.add(is_ok=False, error=pb.Error(code=result.code, message=result.message))
    else:
        table.rows.add(is_ok=True, consumed=encode_consumed(result.consumed), row=encode_found(result.row))


def add_write_result(table: pb.TableInBatchWriteRowResponse, result: WriteResult | OtsError) -> None:
    if isinstance(result, OtsError):
        table.rows.add(is_ok=False, error=pb.Error(code=result.code, message=result.message))
    else:
        table.rows.add(is_ok=True, consumed=encode_consumed(result.consumed), row=encode_key(result.key))
