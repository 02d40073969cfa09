"""Lists of the pages of a folder: docs/decisions/README.md and docs/runbooks/README.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from commands.observability import runbook
from commands.running import ROOT
from commands.status.thresholds import thresholds

DECISIONS = ROOT / "docs" / "decisions"


def decisions() -> str:
    said = "What was decided, why, and what it costs; a page each. Listed by `scripts/docs`."
    return f"# Decisions\n\n{said}\n\n{''.join(_decisions())}"


def _decisions() -> Iterator[str]:
    for file in sorted(DECISIONS.glob("[0-9]*.md")):
        number, _, title = heading(file).partition(". ")
        yield f"{int(number)}. [{title}]({file.name})\n"


def heading(file: Path) -> str:
    """The page's first line, which is its title."""
    return file.read_text("utf-8").partition("\n")[0].removeprefix("# ")


def runbooks() -> str:
    """In the order of the thresholds."""
    rows = (
        f"| [{heading(ROOT / runbook(name))}]({Path(runbook(name)).name}) | {each.warning:g} | {each.critical:g} |\n"
        for name, each in thresholds().items()
    )
    said = (
        "What an alarm means, what to look at, what to run. `scripts/status` prints these figures; thresholds and\n"
        "their reasons are in [`deploy/observability`](../../deploy/observability/README.md). Listed by `scripts/docs`."
    )
    return f"# Runbooks\n\n{said}\n\n| page | warning from | critical from |\n|---|---|---|\n{''.join(rows)}"
