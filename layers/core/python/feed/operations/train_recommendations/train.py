"""The daily timer's turn: read the users' log, compute each article's neighbours, write a row for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from pydantic import BaseModel

from feed.call import Call
from feed.errors import OutcomeUnknown
from feed.observability import alert
from feed.operations.train_recommendations._acts import Acts, Reading
from feed.operations.train_recommendations._neighbors import matrix, neighbors
from feed.store.client import MAX_BATCH_WRITE, Tables
from feed.store.neighbors import put
from feed.store.rows import Put, Write
from feed.wiring import World

DAY_MS = 86_400_000
LEFT_AFTER_READING = 0.5
"""Of the call's time, for computing and writing."""
STOP_BEFORE_END_S = 20.0
PAUSES_S = (1, 5, 25)
"""Before further tries of rows that were not written."""


class Response(BaseModel):
    """How much voted, and how many rows were written; not `complete` when the log was larger than fits."""

    acts: int
    readers: int
    articles: int
    written: int = 0
    complete: bool = True


def run(call: Call, world: World) -> Response:
    """Safe to repeat, and to run twice at once: the same log gives the same rows under the same keys.

    Rows of articles that have lost their neighbours expire by the table's time to live. A log larger than memory
    (`most_acts`) or time allows is not refused: only the readers that were read vote, or the oldest articles keep the
    rows that they have; a line in the log says so.
    """
    acts, complete = _read(call, world)
    articles, weights = matrix(acts, world.training.half_life_days * DAY_MS)
    del acts
    answer = Response(acts=weights.nnz, readers=weights.shape[0], articles=len(articles), complete=complete)
    found = neighbors(articles, weights, world.training.neighbors)
    for batch in _batches(put(article_id, near) for article_id, near in found):
        if call.seconds_left() < STOP_BEFORE_END_S:
            alert(call, "The time of training is over; the oldest articles keep their old neighbours.")
            answer.complete = False
            break
        _write(batch, call, world.tables)
        answer.written += len(batch)
    return answer


def _read(call: Call, world: World) -> tuple[Acts, bool]:
    days, most = world.training.window_days, world.training.most_acts
    since_ms = call.now_ms - days * DAY_MS if days else 0
    reading = Reading(call, world, since_ms, most, call.seconds_left() * LEFT_AFTER_READING)
    acts = reading.read()
    if not reading.complete:
        alert(call, "The log is larger than training can hold; only a part of its readers votes.", acts=len(acts))
    return acts, reading.complete


def _batches(puts: Iterable[Put]) -> Iterator[list[Put]]:
    left = iter(puts)
    while batch := list(islice(left, MAX_BATCH_WRITE)):
        yield batch


def _write(puts: Sequence[Write], call: Call, tables: Tables) -> None:
    """Every row, or OutcomeUnknown; Function Compute repeats the invocation then."""
    failed = tables.write_many(puts)
    for pause_s in PAUSES_S:
        if not failed:
            return
        call.wait(pause_s)
        failed = tables.write_many([row.write for row in failed])
    if failed:
        raise OutcomeUnknown("Not every article's neighbours could be written; the next run writes them.")
