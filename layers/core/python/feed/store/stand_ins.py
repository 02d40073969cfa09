"""What the Tablestore SDK imports at once and no request of ours needs: each is imported when it is used.

aiohttp and asyncio are for the asynchronous client, crc32c for time series: together more than half of what importing
the SDK costs, so of every cold start. The vendor layer holds no aiohttp at all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

NAMES = ("aiohttp", "asyncio", "crc32c")


@contextmanager
def imported_on_use() -> Iterator[None]:
    """Inside the block, who is the first to import one of NAMES gets a stand-in; nobody sees it afterwards."""
    absent = [name for name in NAMES if name not in sys.modules]
    sys.modules.update((name, _StandIn(name)) for name in absent)
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


class _StandIn(ModuleType):
    """Every name of it is a function that calls the real module's of the same name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *arguments, **named: getattr(import_module(self.__name__), name)(*arguments, **named)
