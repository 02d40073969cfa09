"""A local Tablestore: the service's wire protocol over an engine in memory or in SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alifakes.tablestore.app import TablestoreFake as TablestoreFake

__all__ = ["TablestoreFake"]


def __getattr__(name: str) -> object:
    """The server is imported when it is asked for: the engine is used without it too."""
    if name != "TablestoreFake":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from alifakes.tablestore.app import TablestoreFake

    return TablestoreFake
