"""What an inbox may lack because its reader was away, or because an author's followers are too many to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.sessions import Session
    from feed.wiring import World


@dataclass(frozen=True)
class Freshened:
    """`changed`: rows were put, so that what was read before lacks them; `rebuilding`: some are still to come."""

    changed: bool = False
    rebuilding: bool = False


def freshen(session: Session, call: Call, world: World, *, first: bool) -> Freshened:  # noqa: ARG001
    """Before a look into the inbox; `first` is a walk's first page, or a count."""
    return Freshened()
