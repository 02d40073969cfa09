"""CommitTransaction."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text


def decode(body: bytes) -> Call:
    request = parse(pb.CommitTransactionRequest, body)
    transaction = text(request.transaction_id)
    known(request)

    def run(engine: Engine, _refused: Refused) -> Answer:
        table = engine.commit_transaction(transaction)
        return Answer(b"", (Spent(table, write=1),))

    return Call((), run, transaction=transaction)
