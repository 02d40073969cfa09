"""scripts/docs: writes the documents that are built, or says which are stale; records calls and examples."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from commands.docs import api, architecture, indexes
from commands.running import ROOT
from feed.observability import quiet_sdks

PAGES: dict[Path, Callable[[], str]] = {
    Path("docs/api.md"): api.page,
    Path("docs/architecture.md"): architecture.page,
    Path("docs/decisions/README.md"): indexes.decisions,
    Path("docs/runbooks/README.md"): indexes.runbooks,
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/docs",
        description=f"Writes {', '.join(map(str, PAGES))} from the code and {architecture.CALL_TREE}.",
    )
    parser.add_argument("--check", action="store_true", help="only say which are not what the code says")
    parser.add_argument(
        "--record", action="store_true", help="record calls and examples first, on the local cloud (20 s)"
    )
    given = parser.parse_args(arguments)
    if given.record:
        quiet_sdks()
        from commands.docs import examples, story

        (ROOT / architecture.CALL_TREE).write_text(story.recorded().text(), encoding="utf-8")
        (ROOT / api.EXAMPLES).write_text(examples.text(examples.recorded()), encoding="utf-8")
    stale = [(file, text) for file, make in PAGES.items() if (text := make()) != _there(file)]
    if given.check:
        for file, _ in stale:
            print(f"{file} is not what the code says: run scripts/docs and commit it.", file=sys.stderr)
        return 1 if stale else 0
    for file, text in stale:
        (ROOT / file).write_text(text, encoding="utf-8")
        print(file)
    return 0


def _there(file: Path) -> str:
    return (ROOT / file).read_text("utf-8") if (ROOT / file).exists() else ""
