"""StartLocalTransaction."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import decode_read_key, known, parse, text


def decode(body: bytes) -> Call:
    request = known(parse(pb.StartLocalTransactionRequest, body))
    table = text(request.table_name)
    key = decode_read_key(request.key)
    rows = [decode_read_key(row) for row in request.rowKeys]

    def run(engine: Engine, _refused: Refused) -> Answer:
        response = pb.StartLocalTransactionResponse(transaction_id=engine.start_transaction(table, key, rows))
        return Answer(response.SerializeToString(), (Spent(table, write=1),))

    return Call((table,), run)
