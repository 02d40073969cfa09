"""BatchGetRow: rows of several tables, each row answered for itself."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused, Spent
from alifakes.tablestore.actions.partial import execute_partly
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import NamedKey, ReadOptions
from alifakes.tablestore.engine.results import ReadResult
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import decode_read_key, decode_read_options, known_at_the_top, parse, text
from alifakes.tablestore.wire.responses import add_read_result


def decode(body: bytes) -> Call:
    request = known_at_the_top(parse(pb.BatchGetRowRequest, body))
    tables = [_decode_table(table) for table in request.tables]

    def run(engine: Engine, refused: Refused) -> Answer:
        def execute(kept: list[tuple[int, list[NamedKey]]]) -> list[list[ReadResult | OtsError]]:
            return engine.batch_get([(tables[index][0], keys, tables[index][2]) for index, keys in kept])

        results = execute_partly([keys for _, keys, _ in tables], refused, execute)
        response = pb.BatchGetRowResponse()
        spent = []
        for (name, _, _), answered in zip(tables, results, strict=True):
            table = response.tables.add(table_name=name)
            for result in answered:
                add_read_result(table, result)
            done = [result for result in answered if not isinstance(result, OtsError)]
            spent.append(Spent(name, len(done), sum(result.consumed.read for result in done)))
        return Answer(response.SerializeToString(), tuple(spent))

    return Call(tuple(name for name, _, _ in tables), run, rows=sum(len(keys) for _, keys, _ in tables))


def _decode_table(table: pb.TableInBatchGetRowRequest) -> tuple[str, list[NamedKey], ReadOptions]:
    known_at_the_top(table)
    return text(table.table_name), [decode_read_key(key) for key in table.primary_key], decode_read_options(table)
