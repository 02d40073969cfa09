"""GetRow."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import decode_read_key, decode_read_options, known_at_the_top, parse, text
from alifakes.tablestore.wire.responses import encode_consumed, encode_found


def decode(body: bytes) -> Call:
    request = known_at_the_top(parse(pb.GetRowRequest, body))
    table, transaction = text(request.table_name), text(request.transaction_id)
    key = decode_read_key(request.primary_key)
    options = decode_read_options(request)

    def run(engine: Engine, _refused: Refused) -> Answer:
        result = engine.get_row(table, key, options, transaction)
        response = pb.GetRowResponse(consumed=encode_consumed(result.consumed), row=encode_found(result.encoded))
        return Answer(response.SerializeToString(), (spent(table, 1, result.consumed),))

    return Call((table,), run)
