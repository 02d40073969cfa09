"""Requests that may be repeated, tried again for half a minute; what all of them cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import tablestore
from urllib3.exceptions import HTTPError

_TRIES = 8
_PAUSE_S = 0.5
_T = TypeVar("_T")


@dataclass
class Units:
    """Capacity units that were consumed; several threads count."""

    read: int = 0
    write: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, consumed: Any) -> None:
        with self._lock:
            self.read += consumed.read
            self.write += consumed.write


def patiently(ask: Callable[[], _T]) -> _T:
    """Raises what the last try did, or the first refusal that no repetition mends."""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE_S * 1.5**attempt)
        try:
            return ask()
        except (tablestore.OTSServiceError, tablestore.OTSClientError, HTTPError) as error:
            final = isinstance(error, tablestore.OTSServiceError) and error.http_status < 500
            if final or attempt == _TRIES - 1:
                raise
    raise AssertionError("it has been tried")
