"""DescribeTable."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text
from alifakes.tablestore.wire.tables import encode_description


def decode(body: bytes) -> Call:
    request = parse(pb.DescribeTableRequest, body)
    table = text(request.table_name)
    known(request)

    def run(engine: Engine, _refused: Refused) -> Answer:
        schema = engine.describe_table(table)
        description = encode_description(schema, engine.partition_points(table), ready=engine.is_ready(table))
        return Answer(description.SerializeToString(), (Spent(table),))

    return Call((table,), run)
