"""scripts/import-follows: load a follow graph from an edge list; safe to stop, to resume and to repeat."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from commands.instance import EXPLAINED, NoTarget, chosen
from commands.running import LOCAL, NotRunning
from feed.domain.ids import MAX_ID, hashed, unhashed
from feed.errors import FeedError
from feed.observability import quiet_sdks
from feed.store import relations, sessions, users
from feed.store.rows import End, Expect, Put, Update, Write
from feed.store.schema import RELATIONS, SESSIONS, USERS

if TYPE_CHECKING:
    from feed.store.client import Tables

BATCH = 200
SIDE_BY_SIDE = 4
TRIES = 8
DAY_MS = 86_400_000
LONGEST_LINE = 1000
MOST_TOLD = 5
"""Bad lines that are named; further ones are counted."""

Edge = tuple[int, int]
_T = TypeVar("_T")


class NotWritten(Exception):
    """Rows could not be written; the message is one sentence."""


@dataclass
class Outcome:
    """What an import did; `bad` counts the lines that were skipped."""

    read: int = 0
    new: int = 0
    bad: int = 0
    people: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Checkpoint:
    """How far an import of this very file into this very instance has come, in lines, and the last edge it wrote."""

    file: Path
    line: int = 0
    edge: Edge | None = None

    @classmethod
    def of(cls, source: Path, instance: str, folder: Path) -> Checkpoint:
        with source.open("rb") as content:
            digest = hashlib.sha256(instance.encode())
            while block := content.read(1 << 20):
                digest.update(block)
        file = folder / f"import-{digest.hexdigest()[:16]}.json"
        if not file.exists():
            return cls(file)
        saved = json.loads(file.read_text())
        return cls(file, saved["line"], tuple(saved["edge"]))

    def save(self, line: int, edge: Edge) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps({"line": line, "edge": edge}))
        new.replace(self.file)


def parse(line: str) -> Edge | None:
    """(follower, author), or None for a comment or an empty line; raises ValueError with the reason."""
    text = line.strip()
    if not text or text.startswith("#"):
        return None
    parts = text.split()
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError("it is not two ids, from<TAB>to")
    follower, author = int(parts[0]), int(parts[1])
    if not (1 <= follower <= MAX_ID and 1 <= author <= MAX_ID):
        raise ValueError(f"an id is not between 1 and {MAX_ID}")
    if follower == author:
        raise ValueError("nobody follows themselves")
    return follower, author


def load(
    source: Path,
    tables: Tables,
    checkpoint: Checkpoint,
    *,
    limit: int | None = None,
    complain: Callable[[str], None] = print,
    moved: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Write every edge that is not there yet, then count again whom each person in the file follows and is followed by.

    `moved` is told the position in the file, in bytes.
    """
    outcome = Outcome()
    done = checkpoint.line if _still_there(tables, checkpoint.edge) else 0
    known: set[int] = set()
    with source.open("rb") as raw:
        edges = islice(_edges(raw, outcome, complain), limit)
        for window in _windows(edges, BATCH * SIDE_BY_SIDE):
            outcome.read += len(window)
            outcome.people.update(person for _, edge in window for person in edge)
            line, last = window[-1]
            if line <= done:
                known = set(outcome.people)
                continue
            _write(tables, _people(outcome.people - known))
            known = set(outcome.people)
            edges_now = {edge for _, edge in window}
            outcome.new += _write(tables, _follows(edges_now - _left(tables, edges_now)))
            checkpoint.save(line, last)
            moved(raw.tell())
    _recount(tables, outcome.people)
    checkpoint.file.unlink(missing_ok=True)
    return outcome


def _edges(raw: BinaryIO, outcome: Outcome, complain: Callable[[str], None]) -> Iterator[tuple[int, Edge]]:
    """(line number, edge) of the good lines; the bad ones are counted, and the first complained of."""
    zipped = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    lines = gzip.GzipFile(fileobj=raw) if zipped else raw
    for number, line in enumerate(_cut(lines), 1):
        try:
            if len(line) > LONGEST_LINE and not line.startswith(b"#"):
                raise ValueError(f"it is longer than {LONGEST_LINE} bytes")
            edge = parse(line.decode("utf-8", "replace"))
        except ValueError as reason:
            outcome.bad += 1
            if outcome.bad <= MOST_TOLD:
                complain(f"line {number} is skipped: {reason}.")
            elif outcome.bad == MOST_TOLD + 1:
                complain("Further bad lines are counted only.")
            continue
        if edge is not None:
            yield number, edge


def _cut(lines: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    """Every line, without what goes beyond the longest by more than a byte: a file of anything must fit in memory."""
    while line := lines.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = lines.readline(1 << 16) or b"\n"


def _windows(items: Iterator[_T], size: int) -> Iterator[list[_T]]:
    while window := list(islice(items, size)):
        yield window


def _still_there(tables: Tables, edge: Edge | None) -> bool:
    """Whether the database still holds what the checkpoint speaks of: it may have been emptied since."""
    return edge is not None and tables.get(RELATIONS, relations.key(edge[1], edge[0])) is not None


def _people(ids: set[int]) -> list[Write]:
    now_ms = int(time.time() * 1000)
    return [Put(USERS, users.key(id), {"user_id": id, "created_ms": now_ms}, Expect.ABSENT) for id in sorted(ids)]


def _left(tables: Tables, edges: set[Edge]) -> set[Edge]:
    """Edges whose follower has unfollowed that author since: an import does not undo what a person did."""
    followers = sorted({follower for follower, _ in edges})
    rows = tables.get_many({SESSIONS: [sessions.key(follower) for follower in followers]}, {SESSIONS: ()})[SESSIONS]
    left = {follower: sessions.decode(rows.get(sessions.key(follower))).left for follower in followers}
    return {(follower, author) for follower, author in edges if author in left[follower]}


def _follows(edges: set[Edge]) -> list[Write]:
    """An imported follow has no session entry: its relation row speaks for it until it changes."""
    now_ms = int(time.time() * 1000)
    columns = {"epoch": now_ms, "followed_ms": now_ms, "seen_day": now_ms // DAY_MS}
    return [Put(RELATIONS, relations.key(author, follower), columns, Expect.ABSENT) for follower, author in edges]


def _write(tables: Tables, writes: Sequence[Write]) -> int:
    """How many of them happened; refused ones had nothing to do. Raises NotWritten when some keep failing."""
    refused = 0
    left = list(writes)
    for attempt in range(TRIES):
        if not left:
            break
        if attempt:
            time.sleep(0.05 * 2**attempt)
        batches = [left[start : start + BATCH] for start in range(0, len(left), BATCH)]
        failed = [
            one
            for some in _windows(iter(batches), SIDE_BY_SIDE)
            for result in tables.together(*((lambda batch=batch: tables.write_many(batch)) for batch in some))
            for one in result
        ]
        refused += sum(one.refused for one in failed)
        left = [one.write for one in failed if not one.refused]
    if left:
        raise NotWritten(f"{len(left)} rows could not be written in {TRIES} tries; run the command again to go on.")
    return len(writes) - refused


def _recount(tables: Tables, people: set[int]) -> None:
    """Counters from the rows themselves, in one pass over all relations; their index would lag."""
    followers: Counter[int] = Counter()
    following: Counter[int] = Counter()
    start: Sequence[int | str | End] = (End.MIN, End.MIN)
    while True:
        page = tables.scan(RELATIONS, start, (End.MAX, End.MAX), columns=("followed_ms",))
        for row in page.rows:
            followers[unhashed(str(row["author_key"]))] += 1
            following[unhashed(str(row["follower_key"]))] += 1
        if page.next_key is None:
            break
        start = page.next_key
    _write(
        tables,
        [
            Update(
                USERS,
                (hashed(id),),
                put={"follower_count": followers[id], "following_count": following[id]},
                add={"recounts": 1},  # whoever counts or recounts them just now is refused
                expect=Expect.PRESENT,
            )
            for id in sorted(people)
        ],
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/import-follows",
        description="Loads follows from a file of lines from<TAB>to; # starts a comment, .gz is fine. Stop it and "
        "start it again as often as needed, but not while people follow and unfollow: their counts are made anew. "
        + EXPLAINED,
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=_positive, metavar="N", help="only the first N follows")
    parser.add_argument(
        "--local",
        nargs="?",
        type=Path,
        const=LOCAL,
        metavar="DIR",
        help="into the local cloud that scripts/dev has started (with --data DIR)",
    )
    given = parser.parse_args(arguments)
    quiet_sdks()
    try:
        return _run(given.file, given.limit, given.local)
    except (NoTarget, NotRunning, NotWritten) as reason:
        print(reason, file=sys.stderr)
    except (OSError, EOFError, zlib.error) as error:
        why = str(getattr(error, "strerror", None) or error).rstrip(".")
        print(f"{given.file} cannot be read: {why}.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped; run the command again to go on.", file=sys.stderr)
    except FeedError as error:
        print(f"{error.message} Run the command again to go on.", file=sys.stderr)
    return 1


def _run(file: Path, limit: int | None, local: Path | None) -> int:
    from tqdm import tqdm

    instance = chosen(local)
    checkpoint = Checkpoint.of(file, instance.label, LOCAL)
    began = time.monotonic()

    def move(position: int) -> None:
        bar.update(position - bar.n)

    with tqdm(total=file.stat().st_size, unit="B", unit_scale=True, disable=None, desc="importing") as bar:
        outcome = load(
            file,
            instance.tables((USERS, RELATIONS, SESSIONS)),
            checkpoint,
            limit=limit,
            complain=lambda sentence: tqdm.write(sentence, file=sys.stderr),
            moved=move,
        )
    seconds = time.monotonic() - began
    print(
        f"{outcome.read} follows read, {outcome.new} of them new; {len(outcome.people)} people counted; "
        f"{outcome.bad} bad lines skipped; {seconds:.1f} s ({outcome.read / seconds:.0f} follows/s)"
    )
    return 1 if outcome.bad else 0


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a limit is a whole number above 0, not {text!r}")
    return int(text)
