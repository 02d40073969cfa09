"""BatchWriteRow: changes of rows of several tables, each row answered for itself."""

from __future__ import annotations

from alifakes.tablestore import errors
from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.actions.partial import execute_partly
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import RowChange, WriteKind
from alifakes.tablestore.engine.results import WriteResult
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import decode_change, parse, refuse_transaction, text
from alifakes.tablestore.wire.responses import add_write_result

_KINDS = {pb.PUT: WriteKind.PUT, pb.UPDATE: WriteKind.UPDATE, pb.DELETE: WriteKind.DELETE}


def decode(body: bytes) -> Call:
    request = parse(pb.BatchWriteRowRequest, body)
    refuse_transaction(request)
    if request.is_atomic:
        raise errors.not_emulated("BatchWriteRow with is_atomic")
    tables = [_decode_table(table) for table in request.tables]

    def run(engine: Engine, refused: Refused) -> Answer:
        def execute(kept: list[tuple[int, list[RowChange]]]) -> list[list[WriteResult | OtsError]]:
            return engine.batch_write([(tables[index][0], changes) for index, changes in kept])

        results = execute_partly([changes for _, changes in tables], refused, execute)
        response = pb.BatchWriteRowResponse()
        spent = []
        for (name, _), answered in zip(tables, results, strict=True):
            table = response.tables.add(table_name=name)
            for result in answered:
                add_write_result(table, result)
            used = [result if isinstance(result, OtsError) else result.consumed for result in answered]
            done = sum(not isinstance(result, OtsError) for result in answered)
            spent.append(Spent(name, done, sum(units.read for units in used), sum(units.write for units in used)))
        return Answer(response.SerializeToString(), tuple(spent))

    return Call(tuple(name for name, _ in tables), run, rows=sum(len(changes) for _, changes in tables))


def _decode_table(table: pb.TableInBatchWriteRowRequest) -> tuple[str, list[RowChange]]:
    return text(table.table_name), [decode_change(_KINDS[row.type], row.row_change, row) for row in table.rows]
