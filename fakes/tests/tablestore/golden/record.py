"""Records the golden exchanges anew: `python -m fakes.tests.tablestore.golden.record --help`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import tablestore as sdk

from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage.memory import MemoryStorage

from .exchanges import Exchange, save
from .stories import STORIES, Narrator

FOLDER = Path(__file__).parent
NOW_MS = 1_700_000_000_000
SETTINGS = Settings(transactions=("bank",))
_HEAD = """\
# {count} exchanges with the Python SDK {version}, on an empty instance at {now} ms since 1970.
# exchanges.py explains the format; `python -m fakes.tests.tablestore.golden.record` writes all of it anew."""


@contextmanager
def fixed_names() -> Iterator[None]:
    """Transactions and scan sessions, whose names are drawn else, are numbered."""
    numbers = count(1)

    def drawn(size: int) -> bytes:
        return next(numbers).to_bytes(size, "big")

    engine = "alifakes.tablestore.engine"
    with (
        patch(f"{engine}.transactions.secrets", SimpleNamespace(token_hex=lambda size: drawn(size).hex())),
        patch(f"{engine}.search.scans.os", SimpleNamespace(urandom=drawn)),
    ):
        yield


def new_engine() -> tuple[Engine, MemoryStorage]:
    """As it was when the recording began."""
    storage = MemoryStorage()
    return Engine(storage, clock=Clock(lambda: NOW_MS), settings=SETTINGS, instance="golden"), storage


def record(story: str) -> list[Exchange]:
    """What goes over HTTP while the installed SDK tells the story."""
    with fixed_names(), TablestoreFake(settings=SETTINGS, clock=lambda: NOW_MS) as fake:
        client = fake.client("golden", retry_policy=sdk.NoRetryPolicy(), enable_native=False)
        narrator = Narrator(client)
        STORIES[story](narrator)
        client.connection.pool.clear()
    return narrator.exchanges


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description="Writes the files of golden exchanges anew, from the installed SDK and the emulator as they are "
        "now. Look at the difference before you keep it: every changed byte is a change of the protocol."
    )
    parser.add_argument("story", nargs="*", metavar="STORY", help=f"of {', '.join(STORIES)}; all when none is named")
    given = parser.parse_args(arguments).story
    if unknown := set(given) - set(STORIES):
        parser.error(f"no such story: {', '.join(sorted(unknown))}")
    for story in given or STORIES:
        exchanges = record(story)
        head = _HEAD.format(count=len(exchanges), version=sdk.__version__, now=NOW_MS)
        save(FOLDER / f"{story}.txt", head, exchanges)
        print(f"{story}: {len(exchanges)} exchanges")


if __name__ == "__main__":
    main()
