"""What PutRow, UpdateRow and DeleteRow have in common: one change of one row."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import WriteKind
from alifakes.tablestore.engine.results import WriteResult
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import WriteRequest, decode_change, text
from alifakes.tablestore.wire.responses import encode_consumed, encode_written


def write_row(kind: WriteKind, request: WriteRequest, row: bytes) -> Call:
    table, transaction = text(request.table_name), text(request.transaction_id)
    change = decode_change(kind, row, request)

    def run(engine: Engine, _refused: Refused) -> Answer:
        return answer(table, engine.write_row(table, change, transaction))

    return Call((table,), run)


def answer(table: str, result: WriteResult) -> Answer:
    response = pb.WriteRowResponse(consumed=encode_consumed(result.consumed), row=encode_written(result))
    return Answer(response.SerializeToString(), (spent(table, 1, result.consumed),))
