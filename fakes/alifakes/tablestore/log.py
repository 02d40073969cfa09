"""The last requests that were answered: what each asked for, how it ended, and what it cost."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Sequence
from itertools import islice
from threading import Lock
from typing import NamedTuple, TextIO

from alifakes.tablestore.actions.call import Spent

KEPT = 10_000


class Entry(NamedTuple):
    """`at_us`: when it was answered, since 1970. `code` is empty for a success; `fault` is the kind that struck it.

    `received` and `sent` are bytes of bodies. The access key id is as it was sent, whatever became of its signature.
    """

    at_us: int
    request_id: str
    instance: str
    api: str
    tables: tuple[str, ...]
    status: int
    code: str
    spent: Sequence[Spent]
    took_us: int
    fault: str | None
    access_key_id: str = ""
    received: int = 0
    sent: int = 0

    def json(self) -> dict[str, object]:
        return {
            "at_ms": self.at_us // 1000,
            "request_id": self.request_id,
            "instance": self.instance,
            "api": self.api,
            "tables": list(self.tables),
            "status": self.status,
            "code": self.code,
            "rows": sum(part.rows for part in self.spent),
            "read_cu": sum(part.read for part in self.spent),
            "write_cu": sum(part.write for part in self.spent),
            "took_ms": self.took_us / 1000,
            "fault": self.fault,
            "access_key_id": self.access_key_id,
            "received": self.received,
            "sent": self.sent,
        }

    def row(self) -> list[object]:
        """The same for programs that take thousands of them, with what was spent in each table."""
        began_us = self.at_us - self.took_us
        spent = [list(part) for part in self.spent]
        return [
            began_us,
            self.took_us,
            self.access_key_id,
            self.api,
            self.tables,
            self.status,
            self.code,
            spent,
            self.received,
            self.sent,
            self.fault,
        ]


class RequestLog:
    """Fed by the serving thread, read by any; the oldest of more than KEPT requests are forgotten.

    While it is open, each request is also a line of JSON at the end of the file `path`, which nothing is taken from.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._added = 0
        self._lock = Lock()
        self._path = path
        self._file: TextIO | None = None

    def open(self) -> None:
        """Raises OSError when the file cannot be written."""
        if self._path is not None:
            self._file = open(self._path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115  # line by line

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def add(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(entry)
            self._added += 1
        if self._file is not None:
            self._file.write(json.dumps(entry.json()) + "\n")

    def entries(
        self, *, table: str | None = None, api: str | None = None, code: str | None = None, since_ms: int = 0
    ) -> list[dict[str, object]]:
        """Those that match all that is given, oldest first, with the units that they consumed."""
        with self._lock:
            entries = list(self._entries)
        return [
            entry.json()
            for entry in entries
            if entry.at_us >= since_ms * 1000
            and api in (None, entry.api)
            and code in (None, entry.code)
            and (table is None or table in entry.tables)
        ]

    def after(self, number: int) -> dict[str, object]:
        """Those behind the first `number` ever added, as rows, and how many there are now; `lost` are forgotten.

        A number that was never reached is of a log before this one: it begins with what is kept.
        """
        with self._lock:
            first = self._added - len(self._entries)
            begin = first if number > self._added else max(number, first)
            entries = list(islice(self._entries, begin - first, None))
            added = self._added
        return {"rows": [entry.row() for entry in entries], "number": added, "lost": max(0, first - number)}

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
