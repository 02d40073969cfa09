"""How rows come into inboxes: put until each is acknowledged, and noted where they come long after their place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from feed.domain.fanout import is_late
from feed.errors import Busy
from feed.store import inboxes, sessions
from feed.store.client import MAX_BATCH_WRITE, Tables
from feed.store.rows import Failed, Key, Put, Write
from feed.store.sessions import Late

if TYPE_CHECKING:
    from feed.call import Call
    from feed.domain.articles import Article

_ROUNDS = 3
PATIENT_ROUNDS = 8
"""A worker's, where many rows fail: thirteen seconds, in which partitions that were hot have split or cooled down."""
_FEW = 20
_ROUND_S = 5.0
"""What a call must have left for another round, which takes less unless Tablestore hardly answers."""


class Undelivered(Busy):
    """Rows that were tried again and again, and not acknowledged; `readers` are the keys of whose they are."""

    def __init__(self, writes: Sequence[Write]) -> None:
        super().__init__(f"{len(writes)} rows could not be written; it is safe to repeat.")
        self.readers = [str(write.key[0]) for write in writes]


def put_all(puts: Sequence[Put], call: Call, tables: Tables) -> list[Put]:
    """Those that may not have been there before. Raises Undelivered unless every row is acknowledged."""
    there = _put_lacking(inboxes.deliver(tables, puts), call, tables, _ROUNDS)
    return [put for put in puts if put.key not in there] if there else list(puts)


def push_all(
    article: Article, delivery: int, plain: Sequence[str], checked: Sequence[str], call: Call, tables: Tables
) -> list[str]:
    """Put an article into these readers' inboxes, into the checked ones if it is absent.

    Whose it may not have been before. Raises as `put_all`.
    """
    assert article.published_ms is not None, "an article that is shown has a publish time"
    row = article.published_ms, article.id, article.author_id, delivery
    failed = inboxes.push(tables, plain, *row, only_if_absent=False)
    failed += inboxes.push(tables, checked, *row, only_if_absent=True)
    there = {key[0] for key in _put_lacking(failed, call, tables, PATIENT_ROUNDS)}
    return [reader for reader in (*plain, *checked) if reader not in there]


def bring(puts: Sequence[Put], call: Call, tables: Tables) -> bool:
    """Put what one reader lacks, which has been published at any time; whether any of it may be new. Raises Busy.

    The oldest is noted before: whatever happens then, the look for what is unread reaches all of them.
    """
    oldest = min(puts, key=lambda put: put.key[1])
    reader, published_ms, article_id = oldest.key
    if is_late(int(published_ms), call.time_ms()):
        note_late([str(reader)], int(published_ms), int(article_id), call, tables)
    return bool(put_all(puts, call, tables))


def note_late(
    readers: Iterable[str], published_ms: int, article_id: int, call: Call, tables: Tables, rounds: int = _ROUNDS
) -> None:
    """On each reader's session row, so that the look for what is unread reaches this article. Raises Undelivered."""
    late = Late(published_ms, call.time_ms())
    notes = [sessions.note_late(reader, article_id, late) for reader in readers]
    _repeat([row.write for row in inboxes.deliver(tables, notes)], call, tables, rounds)


def _put_lacking(failed: Sequence[Failed], call: Call, tables: Tables, rounds: int) -> set[Key]:
    """Put what has failed, or whose fate is unknown, again, if it is absent: whether it had come is not known then.

    The keys of those that had been there for certain.
    """
    lacking = [row.write for row in failed if not row.refused]
    _repeat([inboxes.again(put) for put in lacking if isinstance(put, Put)], call, tables, rounds)
    return {row.write.key for row in failed if row.refused}


def _repeat(writes: Sequence[Write], call: Call, tables: Tables, rounds: int) -> None:
    """Until each is acknowledged, or refused. Raises Undelivered.

    A few failed rows go one by one, and not so often; more of them mean that whole requests failed, and are batched
    again.
    """
    few_rounds = 0
    for attempt in range(rounds):
        few = len(writes) <= _FEW
        few_rounds += few
        if not writes or few_rounds > _ROUNDS or call.seconds_left() < _ROUND_S:
            break
        call.wait(0.05 * 2**attempt)
        size = 1 if few else MAX_BATCH_WRITE
        writes = [row.write for row in inboxes.deliver(tables, writes, rows_per_request=size) if not row.refused]
    if writes:
        raise Undelivered(writes)
