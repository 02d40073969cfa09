"""CreateTable."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse
from alifakes.tablestore.wire.tables import decode_schema


def decode(body: bytes) -> Call:
    schema = decode_schema(known(parse(pb.CreateTableRequest, body)))

    def run(engine: Engine, _refused: Refused) -> Answer:
        engine.create_table(schema)
        return Answer(b"", (Spent(schema.name),))

    return Call((schema.name,), run)
