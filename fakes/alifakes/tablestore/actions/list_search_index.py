"""ListSearchIndex: of one table, or of the whole instance."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text


def decode(body: bytes) -> Call:
    table = text(known(parse(pb.ListSearchIndexRequest, body)).table_name) or None

    def run(engine: Engine, _refused: Refused) -> Answer:
        response = pb.ListSearchIndexResponse()
        for table_name, index_name in engine.list_search_indexes(table):
            response.indices.add(table_name=table_name, index_name=index_name)
        return Answer(response.SerializeToString())

    return Call((table,) if table else (), run)
