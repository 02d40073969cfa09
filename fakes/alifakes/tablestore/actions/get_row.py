"""GetRow."""

from __future__ import annotations

from functools import lru_cache

from alifakes.tablestore.actions.call import Answer, Call, Refused, spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import ReadOptions
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.plain_puts import read_key
from alifakes.tablestore.wire.requests import decode_read_key, decode_read_options, known_at_the_top, parse, text
from alifakes.tablestore.wire.responses import encode_consumed, encode_found


def decode(body: bytes) -> Call:
    request = parse(pb.GetRowRequest, body)
    key = request.primary_key
    request.primary_key = b""
    table, transaction, options = _decode_rest(request.SerializeToString())
    plain = None if transaction else read_key(key)
    named = decode_read_key(key) if plain is None else None

    def run(engine: Engine, _refused: Refused) -> Answer:
        result = None if plain is None else engine.get_encoded(table, plain, options)
        if result is None:
            result = engine.get_row(table, named or decode_read_key(key), options, transaction)
        response = pb.GetRowResponse(consumed=encode_consumed(result.consumed), row=encode_found(result.encoded))
        return Answer(response.SerializeToString(), (spent(table, 1, result.consumed),))

    return Call((table,), run, transaction=transaction)


@lru_cache(maxsize=64)
def _decode_rest(request: bytes) -> tuple[str, str, ReadOptions]:
    """Table, transaction and options: all but the key, which clients ask for again and again."""
    rest = known_at_the_top(parse(pb.GetRowRequest, request))
    return text(rest.table_name), text(rest.transaction_id), decode_read_options(rest)
