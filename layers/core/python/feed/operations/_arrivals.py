"""How rows come into inboxes: put until each is acknowledged, and noted where they come long after their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from feed.domain.fanout import is_late
from feed.errors import Busy
from feed.store import inboxes, sessions
from feed.store.client import MAX_BATCH_WRITE, Tables
from feed.store.rows import Put, Update, Write
from feed.store.sessions import Late

if TYPE_CHECKING:
    from feed.call import Call

_ROUNDS = 3
_FEW = 20


def put_all(puts: Sequence[Put], call: Call, tables: Tables) -> list[Put]:
    """Those that may not have been there before. Raises Busy unless every row is acknowledged.

    A row that failed, or whose fate is unknown, is put again if it is absent; whether it had come is not known then.
    """
    failed = inboxes.deliver(tables, puts)
    there = {row.write.key for row in failed if row.refused}
    lacking = [row.write for row in failed if not row.refused]
    _repeat([inboxes.again(put) for put in lacking if isinstance(put, Put)], call, tables)
    return [put for put in puts if put.key not in there] if there else list(puts)


def bring(puts: Sequence[Put], call: Call, tables: Tables) -> bool:
    """Put what one reader lacks, which has been published at any time; whether any of it may be new. Raises Busy.

    The oldest is noted before: whatever happens then, the look for what is unread reaches all of them.
    """
    news = [put for put in puts if is_late(max(1, int(put.columns["delivery"])), int(put.key[1]), call.time_ms())]
    if news:
        note_late([min(news, key=lambda put: put.key[1])], call, tables)
    return bool(put_all(puts, call, tables))


def note_late(puts: Sequence[Put], call: Call, tables: Tables) -> None:
    """On each reader's session row, so that the look for what is unread reaches these rows. Raises Busy."""
    now_ms = call.time_ms()
    failed = inboxes.deliver(tables, [_note(put, now_ms) for put in puts])
    _repeat([row.write for row in failed], call, tables)


def _note(put: Put, now_ms: int) -> Update:
    reader_key, published_ms, article_id = put.key
    return sessions.note_late(str(reader_key), int(article_id), Late(int(published_ms), now_ms))


def _repeat(writes: Sequence[Write], call: Call, tables: Tables) -> None:
    """Until each is acknowledged, or refused. Raises Busy.

    A few failed rows go one by one; more of them mean that whole requests failed, and are batched again.
    """
    for attempt in range(_ROUNDS):
        if not writes:
            return
        call.wait(0.05 * 2**attempt)
        size = 1 if len(writes) <= _FEW else MAX_BATCH_WRITE
        writes = [row.write for row in inboxes.deliver(tables, writes, rows_per_request=size) if not row.refused]
    if writes:
        raise Busy(f"{len(writes)} rows could not be written; it is safe to repeat.")
