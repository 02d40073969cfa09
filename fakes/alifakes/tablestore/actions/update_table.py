"""UpdateTable: table options, reserved throughput and the stream; what the request leaves out stays as it is."""

from __future__ import annotations

from alifakes.tablestore import errors, validation
from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import TableSchema
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text
from alifakes.tablestore.wire.tables import (
    decode_options,
    decode_stream,
    encode_options,
    encode_reserved,
    encode_stream,
)


def decode(body: bytes) -> Call:
    request = known(parse(pb.UpdateTableRequest, body))
    table = text(request.table_name)
    validation.check_table_name(table)
    if request.HasField("table_options") and not request.table_options.ListFields():
        raise errors.nothing_to_update()

    def run(engine: Engine, _refused: Refused) -> Answer:
        current = engine.describe_table(table)
        schema = engine.update_table(
            table,
            reserved=_reserved(request, current),
            options=decode_options(request.table_options, current.options)
            if request.HasField("table_options")
            else None,
            stream=decode_stream(request.stream_spec) if request.HasField("stream_spec") else ...,
        )
        response = pb.UpdateTableResponse(
            reserved_throughput_details=encode_reserved(schema),
            table_options=encode_options(schema.options),
            stream_details=encode_stream(schema),
        )
        return Answer(response.SerializeToString(), (Spent(table),))

    return Call((table,), run)


def _reserved(request: pb.UpdateTableRequest, current: TableSchema) -> tuple[int, int] | None:
    if not request.HasField("reserved_throughput"):
        return None
    units = request.reserved_throughput.capacity_unit
    read, write = current.reserved
    return (units.read if units.HasField("read") else read, units.write if units.HasField("write") else write)
