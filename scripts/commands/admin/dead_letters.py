"""Dead letters: deliveries' shards that were given up; replaying one lets the sweeper try it again at its cursor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from commands.admin.desk import Desk, moment
from commands.fanout.letters import DEAD, Letter, letters
from feed.errors import NotFound
from feed.operations._release import GUARD_MS, delivery_guard
from feed.store import jobs, work

REPLAY = "replay"


def listed(desk: Desk) -> Iterator[str]:
    """A line for each, the oldest first."""
    found = letters(desk.tables)
    for letter in found:
        since = moment(letter.work.due_ms)
        yield f"{letter.work.id}  {letter.fate}  failing since {since}: {letter.work.reason}"
    dead = sum(letter.fate == DEAD for letter in found)
    yield f"{len(found)} dead letters, {dead} of them hold; their ids are ARTICLE:DELIVERY:SHARD"


def replay(letter_id: str | None, desk: Desk) -> Iterator[str]:
    """One, or all where `letter_id` is None; what was done with each. Raises Declined, FeedError."""
    found = letters(desk.tables, int(letter_id.partition(":")[0]) if letter_id else None)
    wanted = [letter for letter in found if letter_id in (None, letter.work.id)]
    if letter_id and not wanted and not _known(letter_id, desk):
        raise NotFound(f"There is no shard {letter_id}.")
    if wanted:
        desk.agree(f"Try {len(wanted)} dead letters again ({', '.join(each.work.id for each in wanted)})?")
    for letter in wanted:
        yield _replay(letter, desk)
    if not wanted:
        yield f"There is no dead letter {letter_id} any more." if letter_id else "There are no dead letters."


def is_letter_id(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,16}:[0-9]{1,9}:[0-9]{1,18}", text, re.ASCII) is not None


def _replay(letter: Letter, desk: Desk) -> str:
    """The work row that brings the sweeper first, then the shard, which is tried again; the letter goes last.

    The row has a place of its own, as a repair's: a sweeper may be about to remove the one at the usual place.
    """
    article_id, delivery, shard = letter.work.numbers
    with desk.recorded(REPLAY, f"article:{article_id}", f"{letter.work.id} {letter.fate}", f"{letter.work.id} tried"):
        if letter.fate == DEAD:
            now_ms = desk.call.time_ms()
            desk.tables.write_all(work.put(delivery_guard(article_id, delivery, now_ms - GUARD_MS), desk.call.trace_id))
            job, _ = jobs.find_with_article(desk.tables, article_id, delivery, shard)
            if job is not None:
                jobs.revive(desk.tables, job, now_ms)
        desk.tables.write_all(work.remove(letter.work))
    if letter.fate == DEAD:
        return f"Shard {letter.work.id} is tried again within two minutes; it had met: {letter.work.reason}"
    return f"Dead letter {letter.work.id} removed: {letter.fate}"


def _known(letter_id: str, desk: Desk) -> bool:
    article_id, delivery, shard = map(int, letter_id.split(":"))
    return jobs.find_with_article(desk.tables, article_id, delivery, shard)[0] is not None
