"""DescribeSearchIndex: the state of the synchronisation always comes along, which the Node SDK counts on."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text
from alifakes.tablestore.wire.search_indexes import encode_search_index


def decode(body: bytes) -> Call:
    request = known(parse(pb.DescribeSearchIndexRequest, body))
    table, name = text(request.table_name), text(request.index_name)

    def run(engine: Engine, _refused: Refused) -> Answer:
        index, shown_ms = engine.describe_search_index(table, name)
        response = encode_search_index(index)
        response.sync_stat.sync_phase = pb.FULL if shown_ms < index.created_ms else pb.INCR
        response.sync_stat.current_sync_timestamp = shown_ms * 1_000_000  # (P) nanoseconds
        response.index_status.status = pb.RUNNING
        return Answer(response.SerializeToString(), (Spent(table),))

    return Call((table,), run)
