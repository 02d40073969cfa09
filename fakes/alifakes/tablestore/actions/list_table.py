"""ListTable."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse


def decode(body: bytes) -> Call:
    known(parse(pb.ListTableRequest, body))

    def run(engine: Engine, _refused: Refused) -> Answer:
        return Answer(pb.ListTableResponse(table_names=engine.list_tables()).SerializeToString())

    return Call((), run)
