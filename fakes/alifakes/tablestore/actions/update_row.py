"""UpdateRow."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Call
from alifakes.tablestore.actions.write_row import write_row
from alifakes.tablestore.engine.model import WriteKind
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import known_at_the_top, parse


def decode(body: bytes) -> Call:
    request = known_at_the_top(parse(pb.UpdateRowRequest, body))
    return write_row(WriteKind.UPDATE, request, request.row_change)
