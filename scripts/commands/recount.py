"""scripts/recount: bring the counters of articles and people to what the rows say."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from commands.instance import EXPLAINED, NoTarget, chosen
from commands.running import LOCAL, NotRunning
from feed.domain.ids import MAX_ID, unhashed
from feed.errors import FeedError, NotFound
from feed.observability import quiet_sdks
from feed.operations._recount import miscounted, recount
from feed.operations._recount_people import QUIET_MS, Part, person_miscounted, recount_person
from feed.store import schema
from feed.store.client import Tables
from feed.store.rows import Bound, End

TABLES = (
    schema.ARTICLES,
    schema.ARTICLES_BY_AUTHOR,
    schema.LOG_BY_ARTICLE,
    schema.RELATIONS,
    schema.RELATIONS_BY_FOLLOWER,
    schema.USERS,
    schema.WORK,
)
_TELL_EVERY = 1_000
_TRIES = 20
_PAUSE_S = 5.0


@dataclass(frozen=True)
class Counted:
    """What has counters: its name, who has them all, whether one's are wrong, and how they are made right."""

    name: str
    names: str
    everyone: Callable[[Tables], Iterator[int]]
    miscounted: Callable[[int, Tables], bool]
    recount: Callable[[int, Tables, int], bool]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/recount",
        usage="scripts/recount [articles|people] [ID ...] [--local [DIR]]",
        description="Makes counters right: of articles, their reads, likes, comments and collections; of people, their "
        f"followers, whom they follow, their articles, words and likes. Safe to repeat. {EXPLAINED}",
    )
    parser.add_argument("what", nargs="*", help="of which articles or people; without a word before ids, of articles")
    parser.add_argument(
        "--local",
        nargs="?",
        type=Path,
        const=LOCAL,
        metavar="DIR",
        help="use the local cloud that scripts/dev has started (with --data DIR)",
    )
    given = parser.parse_args(arguments)
    try:
        tasks = _tasks(given.what)
    except ValueError as wrong:
        parser.error(str(wrong))
    quiet_sdks()
    try:
        tables = chosen(given.local).tables(TABLES)
        right = [recount_all(what, ids or what.everyone(tables), tables, say=_say) for what, ids in tasks]
        return 0 if all(right) else 1
    except (NoTarget, NotRunning) as refused:
        print(refused, file=sys.stderr)
    except NotFound as unknown:
        print(unknown.message, file=sys.stderr)
    except FeedError as error:
        print(f"{error.message} Repeat the command; what was recounted stays so.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped; repeat the command, what was recounted stays so.", file=sys.stderr)
    return 1


def recount_all(
    what: Counted,
    ids: Iterable[int],
    tables: Tables,
    *,
    say: Callable[[str], None],
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    wait: Callable[[float], None] = time.sleep,
) -> bool:
    """Whether every one is right now; those that somebody counts just then are tried again at the end."""
    looked_at = wrong = 0
    busy: list[int] = []
    for id in ids:
        looked_at += 1
        if what.miscounted(id, tables):
            wrong += 1
            if not what.recount(id, tables, now_ms()):
                busy.append(id)
        if looked_at % _TELL_EVERY == 0:
            say(f"{looked_at} {what.names} so far, {wrong} of them wrong")
    for _ in range(_TRIES):
        if not busy:
            break
        say(f"{len(busy)} {what.names} are being counted; a recount needs {QUIET_MS // 1000} s without")
        wait(_PAUSE_S)
        busy = [id for id in busy if not what.recount(id, tables, now_ms())]
    say(f"{looked_at} {what.names}, {wrong} of them wrong, {wrong - len(busy)} recounted")
    for id in busy:
        say(f"{what.name} {id} is counted too often to be recounted now; repeat the command later")
    return not busy


def every_article(tables: Tables) -> Iterator[int]:
    return _everyone(tables, schema.ARTICLES, "state")


def every_person(tables: Tables) -> Iterator[int]:
    return _everyone(tables, schema.USERS, "user_id")


ARTICLES = Counted("article", "articles", every_article, miscounted, recount)
PEOPLE = Counted(
    "person",
    "people",
    every_person,
    person_miscounted,
    lambda user_id, tables, now_ms: recount_person(user_id, list(Part), tables, now_ms),
)


def _everyone(tables: Tables, table: str, column: str) -> Iterator[int]:
    start: Bound = (End.MIN,)
    while True:
        page = tables.scan(table, start, (End.MAX,), columns=(column,))
        for row in page.rows:
            yield unhashed(str(row[schema.KEY_NAMES[table][0]]))
        if page.next_key is None:
            return
        start = page.next_key


def _tasks(words: Sequence[str]) -> list[tuple[Counted, list[int]]]:
    """What to recount, in this order, and which of it; none is all. Raises ValueError."""
    if not words:
        return [(ARTICLES, []), (PEOPLE, [])]  # people's likes are those of their articles
    named = {ARTICLES.names: ARTICLES, PEOPLE.names: PEOPLE}
    if words[0] in named:
        return [(named[words[0]], [_id(word) for word in words[1:]])]
    return [(ARTICLES, [_id(word) for word in words])]


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MAX_ID):
        raise ValueError(f"an id is a whole number from 1 to {MAX_ID}, not {text!r}")
    return int(text)


def _say(line: str) -> None:
    print(line, flush=True)
