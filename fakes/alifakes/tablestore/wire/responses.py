"""Answers on their way out: the engine's results turned into protobuf messages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from alifakes.tablestore.engine.model import Consumed, KeyValue
from alifakes.tablestore.engine.results import ReadResult, WriteResult
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import HEADER, encode_row


def encode_error(error: OtsError) -> bytes:
    return pb.Error(code=error.code, message=error.message).SerializeToString()


def encode_consumed(consumed: Consumed) -> pb.ConsumedCapacity:
    """To be put into an answer, which copies it."""
    return _consumed(consumed.read, consumed.write)


@lru_cache(maxsize=256)
def _consumed(read: int, write: int) -> pb.ConsumedCapacity:
    return pb.ConsumedCapacity(capacity_unit=pb.CapacityUnit(read=read, write=write))


def encode_found(row: bytes | None) -> bytes:
    """A row with its header, or the empty bytes that say that there is none."""
    return b"" if row is None else HEADER + row


def encode_key(key: tuple[tuple[str, KeyValue], ...] | None) -> bytes | None:
    return None if key is None else encode_row(key)


def encode_written(result: WriteResult) -> bytes | None:
    return None if result.key is None else encode_row(result.key, result.cells)


def add_read_result(table: pb.TableInBatchGetRowResponse, result: ReadResult | OtsError) -> None:
    if isinstance(result, OtsError):
        table.rows.add(is_ok=False, error=pb.Error(code=result.code, message=result.message))
    else:
        table.rows.add(is_ok=True, consumed=encode_consumed(result.consumed), row=encode_found(result.encoded))


def add_write_results(table: pb.TableInBatchWriteRowResponse, results: Sequence[WriteResult | OtsError]) -> None:
    table.rows.extend([_write_result(result) for result in results])


def _write_result(result: WriteResult | OtsError) -> pb.RowInBatchWriteRowResponse:
    if isinstance(result, OtsError):
        error = pb.Error(code=result.code, message=result.message)
        return pb.RowInBatchWriteRowResponse(is_ok=False, error=error)
    if result.key is None:
        return _acknowledgement(result.consumed.read, result.consumed.write)
    consumed = encode_consumed(result.consumed)
    return pb.RowInBatchWriteRowResponse(is_ok=True, consumed=consumed, row=encode_written(result))


@lru_cache(maxsize=256)
def _acknowledgement(read: int, write: int) -> pb.RowInBatchWriteRowResponse:
    return pb.RowInBatchWriteRowResponse(is_ok=True, consumed=encode_consumed(Consumed(read, write)))
