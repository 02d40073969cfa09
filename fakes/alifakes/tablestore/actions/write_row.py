"""What PutRow, UpdateRow and DeleteRow have in common: one change of one row."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import WriteKind
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import WriteRequest, decode_change, refuse_transaction, text
from alifakes.tablestore.wire.responses import encode_consumed, encode_key


def write_row(kind: WriteKind, request: WriteRequest, row: bytes) -> Call:
    refuse_transaction(request)
    table = text(request.table_name)
    change = decode_change(kind, row, request)

    def run(engine: Engine, _refused: Refused) -> Answer:
        result = engine.write_row(table, change)
        response = pb.WriteRowResponse(consumed=encode_consumed(result.consumed), row=encode_key(result.key))
        return Answer(response.SerializeToString(), (spent(table, 1, result.consumed),))

    return Call((table,), run)
