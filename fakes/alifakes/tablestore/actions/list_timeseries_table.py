"""ListTimeseriesTable: none can be made here, so the list is empty."""

from __future__ import annotations

from alifakes.tablestore.actions.call import Answer, Call, Refused
from alifakes.tablestore.engine.engine import Engine


def decode(_body: bytes) -> Call:
    def run(_engine: Engine, _refused: Refused) -> Answer:
        return Answer(b"")

    return Call((), run)
