"""Counts what clients spent: requests, rows and capacity units per operation and table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from threading import Lock

from alifakes.tablestore.actions.call import Spent


@dataclass(slots=True)
class Count:
    requests: int = 0
    rows: int = 0
    read_cu: int = 0
    write_cu: int = 0


class Usage:
    """Counters that the serving thread feeds and any thread may read.

    A request counts once in every table that it names (under "" if it names none), refused and failed ones too.
    """

    def __init__(self) -> None:
        self._counts: defaultdict[tuple[str, str], Count] = defaultdict(Count)  # of API and table
        self._lock = Lock()

    def add_request(self, api: str, tables: Iterable[str]) -> None:
        with self._lock:
            for table in set(tables) or {""}:
                self._counts[api, table].requests += 1

    def add_spent(self, api: str, spent: Iterable[Spent]) -> None:
        with self._lock:
            for part in spent:
                count = self._counts[api, part.table]
                count.rows += part.rows
                count.read_cu += part.read
                count.write_cu += part.write

    def snapshot(self) -> dict[str, dict[str, dict[str, int]]]:
        """Operation -> table -> {"requests", "rows", "read_cu", "write_cu"}."""
        counts: dict[str, dict[str, dict[str, int]]] = {}
        with self._lock:
            for (api, table), count in self._counts.items():
                counts.setdefault(api, {})[table] = asdict(count)
        return counts

    def reset(self) -> None:
        with self._lock:
            self._counts.clear()
