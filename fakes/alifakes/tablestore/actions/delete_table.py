"""DeleteTable."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text


def decode(body: bytes) -> Call:
    request = parse(pb.DeleteTableRequest, body)
    table = text(request.table_name)
    known(request)

    def run(engine: Engine, _refused: Refused) -> Answer:
        engine.delete_table(table)
        return Answer(b"", (Spent(table),))

    return Call((table,), run)
