"""DeleteDefinedColumn."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text


def decode(body: bytes) -> Call:
    request = known(parse(pb.DeleteDefinedColumnRequest, body))
    table, columns = text(request.table_name), tuple(text(name) for name in request.columns)

    def run(engine: Engine, _refused: Refused) -> Answer:
        engine.delete_defined_columns(table, columns)
        return Answer(b"", (Spent(table),))

    return Call((table,), run)
