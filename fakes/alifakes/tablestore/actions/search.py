"""Search.

What a search costs the service does not say in its answer. Here it counts one read unit for every 4 KB of keys and
columns that it answers with, and at least one; what the query looked at costs nothing.
"""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.requests import parse, text
from alifakes.tablestore.wire.search_requests import decode_search
from alifakes.tablestore.wire.search_responses import encode_search


def decode(body: bytes) -> Call:
    request = parse(pb.SearchRequest, body)
    table, index = text(request.table_name), text(request.index_name)
    search = decode_search(request)

    def run(engine: Engine, _refused: Refused) -> Answer:
        result = engine.search(table, index, search)
        return Answer(encode_search(result).SerializeToString(), (spent(table, len(result.hits), result.consumed),))

    return Call((table,), run)
