"""GetRange: one page of a range of rows."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import RangeQuery
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import encode_rows
from alifakes.tablestore.wire.requests import decode_read_key, decode_read_options, parse, refuse_transaction, text
from alifakes.tablestore.wire.responses import encode_consumed, encode_key


def decode(body: bytes) -> Call:
    request = parse(pb.GetRangeRequest, body)
    refuse_transaction(request)
    table = text(request.table_name)
    query = RangeQuery(
        start=decode_read_key(request.inclusive_start_primary_key),
        end=decode_read_key(request.exclusive_end_primary_key),
        forward=request.direction == pb.FORWARD,
        limit=request.limit if request.HasField("limit") else None,
        options=decode_read_options(request),
    )

    def run(engine: Engine, _refused: Refused) -> Answer:
        result = engine.get_range(table, query)
        response = pb.GetRangeResponse(
            consumed=encode_consumed(result.consumed),
            rows=encode_rows((row.key, row.cells) for row in result.rows),
            next_start_primary_key=encode_key(result.next_key),
        )
        return Answer(response.SerializeToString(), (spent(table, len(result.rows), result.consumed),))

    return Call((table,), run)
