"""CommitTransaction."""

from __future__ import annotations

from alifakes.tablestore import errors
from alifakes.tablestore.actions.call import Call


def decode(_body: bytes) -> Call:
    raise errors.not_emulated("CommitTransaction")
