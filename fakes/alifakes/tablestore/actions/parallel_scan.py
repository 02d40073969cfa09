"""ParallelScan: counts read units as Search does."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import encode_row
from alifakes.tablestore.wire.requests import parse, text
from alifakes.tablestore.wire.search_requests import decode_scan


def decode(body: bytes) -> Call:
    request = parse(pb.ParallelScanRequest, body)
    table, index = text(request.table_name), text(request.index_name)
    scan = decode_scan(request)

    def run(engine: Engine, _refused: Refused) -> Answer:
        result = engine.parallel_scan(table, index, scan)
        rows = [encode_row(row.key, row.cells) for row in result.rows]
        response = pb.ParallelScanResponse(rows=rows, next_token=result.token or None)
        return Answer(response.SerializeToString(), (spent(table, len(rows), result.consumed),))

    return Call((table,), run)
