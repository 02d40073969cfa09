"""GetRange: one page of a range of rows."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import RangeQuery
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import HEADER
from alifakes.tablestore.wire.requests import decode_read_key, decode_read_options, known_at_the_top, parse, text
from alifakes.tablestore.wire.responses import encode_consumed, encode_key


def decode(body: bytes) -> Call:
    request = known_at_the_top(parse(pb.GetRangeRequest, body))
    table, transaction = text(request.table_name), text(request.transaction_id)
    query = RangeQuery(
        start=decode_read_key(request.inclusive_start_primary_key),
        end=decode_read_key(request.exclusive_end_primary_key),
        forward=request.direction == pb.FORWARD,
        limit=request.limit if request.HasField("limit") else None,
        options=decode_read_options(request),
    )

    def run(engine: Engine, _refused: Refused) -> Answer:
        result = engine.get_range(table, query, transaction)
        response = pb.GetRangeResponse(
            consumed=encode_consumed(result.consumed),
            rows=b"".join((HEADER, *result.encoded)) if result.encoded else b"",
            next_start_primary_key=encode_key(result.next_key),
        )
        return Answer(response.SerializeToString(), (spent(table, len(result.encoded), result.consumed),))

    return Call((table,), run, transaction=transaction)
