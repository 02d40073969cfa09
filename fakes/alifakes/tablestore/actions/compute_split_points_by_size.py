"""ComputeSplitPointsBySize."""

from __future__ import annotations

from itertools import groupby

from alifakes.tablestore import errors
from alifakes.tablestore.actions.call import Answer, Call, Refused, spent
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text
from alifakes.tablestore.wire.responses import encode_consumed
from alifakes.tablestore.wire.tables import encode_keys, encode_point

_DEFAULT_UNIT = 100 * 1024 * 1024  # bytes


def decode(body: bytes) -> Call:
    request = known(parse(pb.ComputeSplitPointsBySizeRequest, body))
    table, size = text(request.table_name), _size(request)
    limit = request.split_point_limit if request.HasField("split_point_limit") else None
    if limit is not None and limit <= 0:
        raise errors.invalid_split_point_limit()

    def run(engine: Engine, _refused: Refused) -> Answer:
        splits = engine.split_by_size(table, size, limit)
        response = pb.ComputeSplitPointsBySizeResponse(
            consumed=encode_consumed(splits.consumed),
            schema=encode_keys(splits.keys),
            split_points=[encode_point(splits.keys, point) for point in splits.points],
        )
        for location, repeated in groupby(splits.locations):
            response.locations.add(location=location, repeat=len(list(repeated)))
        return Answer(response.SerializeToString(), (spent(table, 0, splits.consumed),))

    return Call((table,), run)


def _size(request: pb.ComputeSplitPointsBySizeRequest) -> int:
    """Bytes."""
    if request.split_size <= 0:
        raise errors.split_size_not_positive()
    if not request.HasField("split_size_unit_in_byte"):
        return request.split_size * _DEFAULT_UNIT
    if request.split_size_unit_in_byte < errors.MIN_SPLIT_UNIT:
        raise errors.split_unit_too_small()
    return request.split_size * request.split_size_unit_in_byte
