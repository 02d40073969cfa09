"""UpdateSearchIndex: a new time to live; other changes are refused."""

from __future__ import annotations

from alifakes.tablestore import errors
from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text


def decode(body: bytes) -> Call:
    request = known(parse(pb.UpdateSearchIndexRequest, body))
    if request.HasField("switch_index_name") or request.query_flow_weight or request.added_field_schemas:
        raise errors.not_emulated("UpdateSearchIndex of anything but the time to live")
    if not request.HasField("time_to_live"):
        raise errors.nothing_to_update()
    table, index, ttl = text(request.table_name), text(request.index_name), request.time_to_live

    def run(engine: Engine, _refused: Refused) -> Answer:
        engine.update_search_index(table, index, ttl)
        return Answer(b"", (Spent(table),))

    return Call((table,), run)
