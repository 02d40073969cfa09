"""DropIndex."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text


def decode(body: bytes) -> Call:
    request = known(parse(pb.DropIndexRequest, body))
    table, index = text(request.main_table_name), text(request.index_name)

    def run(engine: Engine, _refused: Refused) -> Answer:
        engine.drop_index(table, index)
        return Answer(b"", (Spent(table),))

    return Call((table,), run)
