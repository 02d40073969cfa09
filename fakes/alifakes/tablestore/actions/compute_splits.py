"""ComputeSplits: opens a session in which a search index is scanned."""

from __future__ import annotations

from alifakes.tablestore import errors
from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text


def decode(body: bytes) -> Call:
    request = known(parse(pb.ComputeSplitsRequest, body))
    if not request.HasField("search_index_splits_options"):
        raise errors.splits_options_missing()
    table, index = text(request.table_name), text(request.search_index_splits_options.index_name)

    def run(engine: Engine, _refused: Refused) -> Answer:
        session = engine.compute_splits(table, index)
        response = pb.ComputeSplitsResponse(session_id=session.encode(), splits_size=errors.SPLITS)
        return Answer(response.SerializeToString(), (Spent(table),))

    return Call((table,), run)
