"""What PutRow, UpdateRow and DeleteRow have in common: one change of one row."""

from __future__ import annotations

from functools import lru_cache

from alifakes.tablestore.actions.call import Answer, Call, Refused, spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import Consumed, WriteKind
from alifakes.tablestore.engine.results import WriteResult
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import WriteRequest, decode_change, text
from alifakes.tablestore.wire.responses import encode_consumed, encode_written


def write_row(kind: WriteKind, request: WriteRequest, row: bytes) -> Call:
    table, transaction = text(request.table_name), text(request.transaction_id)
    change = decode_change(kind, row, request)

    def run(engine: Engine, _refused: Refused) -> Answer:
        return answer(table, engine.write_row(table, change, transaction))

    return Call((table,), run, transaction=transaction)


def answer(table: str, result: WriteResult) -> Answer:
    consumed = result.consumed
    body = _acknowledged(consumed.read, consumed.write)
    if result.key is not None:
        body = pb.WriteRowResponse(consumed=encode_consumed(consumed), row=encode_written(result)).SerializeToString()
    return Answer(body, (spent(table, 1, consumed),))


@lru_cache(maxsize=256)
def _acknowledged(read: int, write: int) -> bytes:
    return pb.WriteRowResponse(consumed=encode_consumed(Consumed(read, write))).SerializeToString()
