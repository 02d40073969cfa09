"""DeleteTable."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import parse, text


def decode(body: bytes) -> Call:
    table = text(parse(pb.DeleteTableRequest, body).table_name)

    def run(engine: Engine, _refused: Refused) -> Answer:
        engine.delete_table(table)
        return Answer(b"", (Spent(table),))

    return Call((table,), run)
