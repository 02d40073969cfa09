"""scripts/recount: bring articles' counters to what the behaviour log says."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from commands.instance import EXPLAINED, NoTarget, chosen
from commands.running import LOCAL, NotRunning
from feed.domain.ids import MAX_ID, unhashed
from feed.errors import FeedError, NotFound
from feed.observability import quiet_sdks
from feed.operations._recount import miscounted, recount
from feed.operations._recount_people import QUIET_MS
from feed.store import schema
from feed.store.client import Tables
from feed.store.rows import Bound, End

TABLES = (schema.ARTICLES, schema.LOG_BY_ARTICLE, schema.WORK)
_TELL_EVERY = 1_000
_TRIES = 20
_PAUSE_S = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/recount",
        description=f"Recounts reads, likes, comments and collections of articles; safe to repeat. {EXPLAINED}",
    )
    parser.add_argument("article", nargs="*", type=_article, metavar="ARTICLE_ID", help="which ones; else all")
    parser.add_argument(
        "--local",
        nargs="?",
        type=Path,
        const=LOCAL,
        metavar="DIR",
        help="use the local cloud that scripts/dev has started (with --data DIR)",
    )
    given = parser.parse_args(arguments)
    quiet_sdks()
    try:
        tables = chosen(given.local).tables(TABLES)
        return 0 if recount_all(given.article or every_article(tables), tables, say=_say) else 1
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
    article_ids: Iterable[int],
    tables: Tables,
    *,
    say: Callable[[str], None],
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    wait: Callable[[float], None] = time.sleep,
) -> bool:
    """Whether every one is right now; those that somebody counts just then are tried again at the end."""
    looked_at = wrong = 0
    busy: list[int] = []
    for article_id in article_ids:
        looked_at += 1
        if miscounted(article_id, tables):
            wrong += 1
            if not recount(article_id, tables, now_ms()):
                busy.append(article_id)
        if looked_at % _TELL_EVERY == 0:
            say(f"{looked_at} articles so far, {wrong} of them wrong")
    for _ in range(_TRIES):
        if not busy:
            break
        say(f"{len(busy)} articles are being acted on; a recount needs {QUIET_MS // 1000} s without")
        wait(_PAUSE_S)
        busy = [article_id for article_id in busy if not recount(article_id, tables, now_ms())]
    say(f"{looked_at} articles, {wrong} of them wrong, {wrong - len(busy)} recounted")
    for article_id in busy:
        say(f"article {article_id} is acted on too often to be recounted now; repeat the command later")
    return not busy


def every_article(tables: Tables) -> Iterator[int]:
    start: Bound = (End.MIN,)
    while True:
        page = tables.scan(schema.ARTICLES, start, (End.MAX,), columns=("state",))
        for row in page.rows:
            yield unhashed(str(row["article_key"]))
        if page.next_key is None:
            return
        start = page.next_key


def _article(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MAX_ID):
        raise argparse.ArgumentTypeError(f"an article's id is a whole number from 1 to {MAX_ID}, not {text!r}")
    return int(text)


def _say(line: str) -> None:
    print(line, flush=True)
