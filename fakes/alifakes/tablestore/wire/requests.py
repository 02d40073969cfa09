"""Requests on their way in: protobuf messages and the PlainBuffer inside them, turned into the engine's model."""

from __future__ import annotations

from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from alifakes.tablestore import errors
from alifakes.tablestore.engine.model import (
    Change,
    ColumnUpdate,
    NamedKey,
    ReadOptions,
    RowChange,
    TimeRange,
    WriteKind,
)
from alifakes.tablestore.errors import OtsError, parameter_invalid
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.filters import decode_condition, decode_filter
from alifakes.tablestore.wire.plain_buffer import (
    DELETE_ALL_VERSIONS,
    DELETE_ONE_VERSION,
    INCREMENT,
    WireCell,
    decode_row,
)

M = TypeVar("M", bound=Message)
ReadRequest = pb.GetRowRequest | pb.TableInBatchGetRowRequest | pb.GetRangeRequest
WriteRequest = pb.PutRowRequest | pb.UpdateRowRequest | pb.DeleteRowRequest

_CHANGES = {
    None: Change.PUT,
    DELETE_ALL_VERSIONS: Change.DELETE_ALL,
    DELETE_ONE_VERSION: Change.DELETE,
    INCREMENT: Change.INCREMENT,
}


def not_emulated(what: str) -> OtsError:
    """The refusal of something that the service can do and this emulator cannot."""
    return OtsError(400, "OTSUnsupportedOperation", f"Unsupported operation: {what}.")


def parse(kind: type[M], body: bytes) -> M:
    """Parse a request's body; raises OtsError 400 OTSParameterInvalid when it is damaged or lacks a field."""
    message = kind()
    try:
        message.ParseFromString(body)
    except (DecodeError, UnicodeDecodeError):  # the latter from protobuf's Python implementation only
        raise errors.unparsable_message() from None
    if not message.IsInitialized():
        raise errors.unparsable_message()
    return message


def text(value: str) -> str:
    """`value` if it is text: protobuf hands out the bytes of a string field that is not UTF-8."""
    if not isinstance(value, str):
        raise errors.unparsable_message()
    return value


def refuse_transaction(
    request: pb.GetRowRequest | pb.GetRangeRequest | pb.BatchWriteRowRequest | WriteRequest,
) -> None:
    """No transaction is ever started here, so no id is valid; the SDK may send an empty one."""
    if request.transaction_id:
        raise parameter_invalid("TransactionID is invalid.")


def decode_read_key(data: bytes) -> NamedKey:
    """The key of a read: key columns only; which values are legal is the engine's question."""
    row = decode_row(data)
    if row.cells:
        raise parameter_invalid("Attribute column cannot be given while reading data.")
    if row.deleted:
        raise parameter_invalid("Delete marker cannot be given.")
    return row.key


def decode_read_options(request: ReadRequest) -> ReadOptions:
    if isinstance(request, (pb.GetRowRequest, pb.GetRangeRequest)) and request.token:
        raise not_emulated("token")  # continues the reading of a wide row; no answer here ever carries one
    return ReadOptions(
        columns=tuple(text(name) for name in request.columns_to_get),
        max_versions=request.max_versions if request.HasField("max_versions") else None,
        time_range=_decode_time_range(request.time_range) if request.HasField("time_range") else None,
        filter=decode_filter(request.filter) if request.filter else None,
        start_column=text(request.start_column) if request.HasField("start_column") else None,
        end_column=text(request.end_column) if request.HasField("end_column") else None,
    )


def _decode_time_range(time_range: pb.TimeRange) -> TimeRange | None:
    has_start, has_end = time_range.HasField("start_time"), time_range.HasField("end_time")
    if time_range.HasField("specific_time"):
        if has_start or has_end:
            raise parameter_invalid("Specific tiemstamp and time range cannot be given at the same time.")
        if time_range.specific_time < 0:
            raise parameter_invalid("Specific timestamp cannot be less than 0.")
        return TimeRange(time_range.specific_time, time_range.specific_time + 1)
    if has_start != has_end:
        raise parameter_invalid("Start and end time must be given at the same time.")
    return TimeRange(time_range.start_time, time_range.end_time) if has_start else None


def decode_change(kind: WriteKind, data: bytes, request: pb.RowInBatchWriteRowRequest | WriteRequest) -> RowChange:
    """The change of one row: `data` is its PlainBuffer, `request` holds its condition and what to return."""
    row = decode_row(data)
    if row.deleted and kind is not WriteKind.DELETE:
        raise parameter_invalid("Invalid request of put/update row: unexpected RowDeleteMarker in request.")
    if kind is WriteKind.DELETE and not row.deleted:
        raise parameter_invalid("Invalid request of delete row: missing RowDeleteMarker in request.")
    return_type = request.return_content.return_type
    if return_type == pb.RT_AFTER_MODIFY:
        raise not_emulated("RT_AFTER_MODIFY")
    return RowChange(
        kind=kind,
        key=row.key,
        updates=tuple([_decode_update(cell) for cell in row.cells]),
        condition=decode_condition(request.condition),
        return_key=return_type == pb.RT_PK,
    )


def _decode_update(cell: WireCell) -> ColumnUpdate:
    change = _CHANGES.get(cell.operation)
    if change is None:
        raise parameter_invalid(f"Invalid op type of cell: {cell.operation}.")
    return ColumnUpdate(change, cell.name, cell.value, cell.timestamp)
