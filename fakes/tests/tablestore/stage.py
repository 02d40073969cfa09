"""Where damaged requests are tried: the engine as it was before a recorded request, which no refusal may change."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from tablestore.protobuf import search_pb2, table_store_pb2, timeseries_pb2

from alifakes.tablestore.wire import ots_pb2

from .golden.exchanges import OK, Exchange, load, replay
from .golden.record import FOLDER, fixed_names, new_engine
from .golden.stories import STORIES

LONGEST_S = 5
_LOOKS = {"ListTable", "DescribeTable", "ListSearchIndex", "DescribeSearchIndex", "GetRange"}
_READS = _LOOKS | {"GetRow", "BatchGetRow", "Search", "ListTimeseriesTable", "ComputeSplitPointsBySize"}
_MESSAGES: tuple[Any, ...] = (table_store_pb2, search_pb2, timeseries_pb2, ots_pb2)  # ours: what the Python SDK lacks

Sight = tuple[dict[str, dict[bytes, bytes]], list[tuple[int, bytes]]]


class Stage:
    """A story up to, but without, its request at `place`; it begins anew after whatever may have changed something."""

    def __init__(self, story: Sequence[Exchange], place: int) -> None:
        self._played = story[:place]
        self._looks = sorted({(asked.api, asked.request) for asked in story if asked.api in _LOOKS})
        self._clean = False

    def attempt(self, api: str, body: bytes) -> int:
        """The status of the answer. Raises AssertionError when the answer is none, came late, tells of a bug of the
        server's, or when the request was refused or only read and left something behind; and what a bug raises."""
        if not self._clean:
            self._set_up()
        self._clean = False
        began = time.monotonic()
        status, answer = replay(self._engine, api, body)
        assert time.monotonic() - began < LONGEST_S
        assert status < 500, answer
        _parse(api if status == OK else "", answer)
        if status != OK or api in _READS:
            assert self._see() == self._before
            self._clean = True
        return status

    def _set_up(self) -> None:
        self._engine, self._storage = new_engine()
        with fixed_names():
            for exchange in self._played:
                replay(self._engine, exchange.api, exchange.request)
        self._before = self._see()

    def _see(self) -> Sight:
        """All that is stored, and what a client sees of it: the engine keeps tables in memory too."""
        stored = {name: dict(rows) for name, rows in self._storage._tables.items() if rows}
        return stored, [replay(self._engine, api, request) for api, request in self._looks]


def _parse(api: str, answer: bytes) -> None:
    """Raises DecodeError for what a client would not take for an answer of the operation; "" stands for a refusal."""
    name = f"{api}Response" if api else "Error"
    message = next(getattr(module, name) for module in _MESSAGES if hasattr(module, name)).FromString(answer)
    assert message.IsInitialized()


class Stages:
    """Every recorded request, valid at its own place of a story, and that place to try damaged ones at."""

    def __init__(self) -> None:
        stories = [load(FOLDER / f"{name}.txt") for name in STORIES]
        scenes = [(story, place) for story in stories for place in range(len(story))]
        self.corpus = [(story[place].api, story[place].request) for story, place in scenes]
        self._stages = [Stage(*scene) for scene in scenes]

    def attempt(self, at: int, api: str, body: bytes) -> int:
        """As Stage.attempt, in the place of the request at `at` in the corpus; prints the request that fails."""
        try:
            return self._stages[at].attempt(api, body)
        except BaseException:
            print(f"{api} {body.hex()} in place of {at}, {self.corpus[at][0]}")
            raise
