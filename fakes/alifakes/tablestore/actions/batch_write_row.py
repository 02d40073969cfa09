"""BatchWriteRow: changes of rows of several tables, each row answered for itself."""

from __future__ import annotations

from collections.abc import Sequence

from alifakes.tablestore import errors
from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.actions.partial import execute_partly
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import RowChange, WriteKind
from alifakes.tablestore.engine.put import EncodedPut
from alifakes.tablestore.engine.results import WriteResult
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import decode_change, known_at_the_top, parse, read_plain_put, text
from alifakes.tablestore.wire.responses import add_write_results

_KINDS = {pb.PUT: WriteKind.PUT, pb.UPDATE: WriteKind.UPDATE, pb.DELETE: WriteKind.DELETE}


def decode(body: bytes) -> Call:
    request = known_at_the_top(parse(pb.BatchWriteRowRequest, body))
    transaction, atomic = text(request.transaction_id), request.is_atomic
    if atomic and transaction:
        raise errors.not_emulated("BatchWriteRow with is_atomic in a transaction")
    names = [text(known_at_the_top(table).table_name) for table in request.tables]
    puts = None if atomic or transaction else _plain_puts(request)
    decoded = [_decode_rows(table) for table in request.tables] if puts is None else None
    rows = sum(len(table.rows) for table in request.tables)

    def run(engine: Engine, refused: Refused) -> Answer:
        written = None
        if puts is not None and not refused:
            written = engine.put_encoded(list(zip(names, puts, strict=True)))
        if written is not None:
            return _answer(names, written)
        tables = [_decode_rows(table) for table in request.tables] if decoded is None else decoded

        def execute(kept: list[tuple[int, list[RowChange]]]) -> list[list[WriteResult | OtsError]]:
            named = [(names[index], changes) for index, changes in kept]
            return engine.batch_write(named, transaction, atomic=atomic)

        if atomic and refused:
            refused = frozenset(range(rows))
        return _answer(names, execute_partly(tables, refused, execute))

    return Call(tuple(names), run, rows, transaction)


def _plain_puts(request: pb.BatchWriteRowRequest) -> list[list[EncodedPut]] | None:
    """The rows if all of them are plain puts."""
    tables = []
    for table in request.tables:
        puts = []
        for row in table.rows:
            put = read_plain_put(row.row_change, known_at_the_top(row)) if row.type == pb.PUT else None
            if put is None:
                return None
            puts.append(put)
        tables.append(puts)
    return tables


def _decode_rows(table: pb.TableInBatchWriteRowRequest) -> list[RowChange]:
    return [decode_change(_KINDS[row.type], row.row_change, known_at_the_top(row)) for row in table.rows]


def _answer(names: Sequence[str], tables: Sequence[Sequence[WriteResult | OtsError]]) -> Answer:
    response = pb.BatchWriteRowResponse()
    spent = []
    for name, results in zip(names, tables, strict=True):
        add_write_results(response.tables.add(table_name=name), results)
        used = [result if isinstance(result, OtsError) else result.consumed for result in results]
        done = sum(not isinstance(result, OtsError) for result in results)
        spent.append(Spent(name, done, sum([units.read for units in used]), sum([units.write for units in used])))
    return Answer(response.SerializeToString(), tuple(spent))
