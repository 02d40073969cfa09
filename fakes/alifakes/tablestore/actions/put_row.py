"""PutRow."""

from __future__ import annotations

from functools import lru_cache

from alifakes.tablestore.actions.call import Answer, Call, Refused
from alifakes.tablestore.actions.write_row import answer, write_row
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import WriteKind
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.plain_puts import read_put
from alifakes.tablestore.wire.requests import is_plain, known_at_the_top, parse, text


def decode(body: bytes) -> Call:
    request = parse(pb.PutRowRequest, body)
    row = request.row
    request.row = b""
    table, plain = _decode_rest(request.SerializeToString())
    put = read_put(row) if plain else None
    if put is None:
        return write_row(WriteKind.PUT, request, row)

    def run(engine: Engine, refused: Refused) -> Answer:
        written = engine.put_encoded([(table, [put])])
        if written is None:
            return write_row(WriteKind.PUT, request, row).run(engine, refused)
        return answer(table, written[0][0])

    return Call((table,), run)


@lru_cache(maxsize=64)
def _decode_rest(request: bytes) -> tuple[str, bool]:
    """The table, and whether the put is plain: all but the row, which clients send again and again."""
    rest = known_at_the_top(parse(pb.PutRowRequest, request))
    return text(rest.table_name), not rest.transaction_id and is_plain(rest)
