"""CreateSearchIndex."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text
from alifakes.tablestore.wire.search_indexes import decode_search_index


def decode(body: bytes) -> Call:
    request = known(parse(pb.CreateSearchIndexRequest, body))
    table, index = text(request.table_name), decode_search_index(request)

    def run(engine: Engine, _refused: Refused) -> Answer:
        engine.create_search_index(table, index)
        return Answer(b"", (Spent(table),))

    return Call((table,), run)
