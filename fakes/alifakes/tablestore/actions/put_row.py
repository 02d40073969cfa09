"""PutRow."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused
from alifakes.tablestore.actions.write_row import answer, write_row
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import WriteKind
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import known_at_the_top, parse, read_plain_put, text


def decode(body: bytes) -> Call:
    request = known_at_the_top(parse(pb.PutRowRequest, body))
    table = text(request.table_name)
    put = None if request.transaction_id else read_plain_put(request.row, request)
    if put is None:
        return write_row(WriteKind.PUT, request, request.row)

    def run(engine: Engine, refused: Refused) -> Answer:
        written = engine.put_encoded([(table, [put])])
        if written is None:
            return write_row(WriteKind.PUT, request, request.row).run(engine, refused)
        return answer(table, written[0][0])

    return Call((table,), run)
