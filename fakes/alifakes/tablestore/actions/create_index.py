"""CreateIndex: a secondary index of a table that exists already."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text
from alifakes.tablestore.wire.tables import decode_index


def decode(body: bytes) -> Call:
    request = known(parse(pb.CreateIndexRequest, body))
    table, index = text(request.main_table_name), decode_index(request.index_meta)

    def run(engine: Engine, _refused: Refused) -> Answer:
        engine.create_index(table, index, include_base_data=request.include_base_data)
        return Answer(b"", (Spent(table),))

    return Call((table,), run)
