"""What operators have done, and why."""

from __future__ import annotations

from collections.abc import Iterator

from commands.admin.desk import moment
from feed.store import audits
from feed.store.audits import Audit
from feed.store.client import Tables


def listed(tables: Tables, target: str | None) -> Iterator[str]:
    """A line for each act, oldest first: of one target (`article:ID` or `user:ID`), or of all."""
    found = audits.of(tables, target) if target else audits.all_of_them(tables)
    yield from map(line, found)
    open_acts = sum(audit.done_ms is None for audit in found)
    yield f"{len(found)} acts" + (f", {open_acts} of them begun and not known to have ended" if open_acts else "")


def line(audit: Audit) -> str:
    ended = "" if audit.done_ms is not None else "  BEGUN"
    return (
        f"{moment(audit.at_ms)}  {audit.act}  {audit.target}  {audit.before} → {audit.after}  "
        f"by {audit.by}: {audit.why}{ended}"
    )
