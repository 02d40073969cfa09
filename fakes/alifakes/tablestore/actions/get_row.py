"""GetRow."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import decode_read_key, decode_read_options, parse, refuse_transaction, text
from alifakes.tablestore.wire.responses import encode_consumed, encode_found


def decode(body: bytes) -> Call:
    request = parse(pb.GetRowRequest, body)
    refuse_transaction(request)
    table = text(request.table_name)
    key = decode_read_key(request.primary_key)
    options = decode_read_options(request)

    def run(engine: Engine, _refused: Refused) -> Answer:
        result = engine.get_row(table, key, options)
        response = pb.GetRowResponse(consumed=encode_consumed(result.consumed), row=encode_found(result.row))
        return Answer(response.SerializeToString(), (spent(table, 1, result.consumed),))

    return Call((table,), run)
