"""An operator at an instance: who acts and why, asked before each act, and every act on record."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from feed.call import Call
from feed.operations._fields import format_rfc3339
from feed.store import audits
from feed.store.audits import Audit
from feed.store.client import Tables

TRIES = 5
"""How often an act begins anew because somebody else has changed its target meanwhile."""


class Declined(Exception):
    """Nobody has agreed to it; the message is one sentence."""


@dataclass(frozen=True)
class Desk:
    """`agree` asks whether to do what it is told. Raises Declined."""

    tables: Tables
    call: Call
    by: str
    why: str
    agree: Callable[[str], None]

    @contextmanager
    def recorded(self, act: str, target: str, before: str, after: str) -> Iterator[None]:
        """A row of the audit table stands from before the act, and is completed after it, unless that fails."""
        audit = Audit(target, self.call.time_ms(), secrets.token_hex(8), act, self.by, self.why, before, after)
        audits.begin(self.tables, audit)
        yield
        audits.complete(self.tables, audit, after, self.call.time_ms())

    def complete_earlier(self, act: str, target: str) -> None:
        """What has been done for certain, and whose command did not live to say so."""
        for audit in audits.of(self.tables, target):
            if audit.act == act and audit.done_ms is None:
                audits.complete(self.tables, audit, audit.after, self.call.time_ms())


def moment(ms: int) -> str:
    return format_rfc3339(ms)
