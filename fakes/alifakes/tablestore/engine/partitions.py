"""The partitions of the tables of one instance: where they begin, which have just split, and what their clocks show."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import NamedTuple

from alifakes.tablestore import errors
from alifakes.tablestore.engine.catalog import Table
from alifakes.tablestore.engine.keys import after, decode_key, encode_key
from alifakes.tablestore.engine.model import KeyValue, NamedKey
from alifakes.tablestore.engine.pending import Pending
from alifakes.tablestore.engine.samples import Group, read_groups, rows_behind, sampled
from alifakes.tablestore.engine.schema import check_key
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage.interface import Changes, Storage

_END = b"\xff"  # behind every key


class _Move(NamedTuple):
    """A partition that cannot be used before `until_ms`."""

    rows: str  # of which table, as the storage names them
    start: bytes
    end: bytes
    until_ms: int


class Partitions:
    """A partition splits in its middle with the write that fills it, and never grows together again.

    Its halves refuse rows for `partition_ready_ms`. The clock of every second partition of a table is `clock_skew_ms`
    behind, so that what a split moves to another partition may be stamped with an earlier time than before.
    """

    def __init__(self, storage: Storage, settings: Settings) -> None:
        self._storage = storage
        self._split_rows = settings.split_rows
        self._ready_ms = settings.partition_ready_ms
        self._skew_ms = settings.clock_skew_ms
        self._points: dict[str, list[bytes]] = {}  # of tables whose points have been read
        self._room: dict[str, dict[bytes, float]] = {}  # table -> where a partition begins -> rows until it may be full
        self._moves: list[_Move] = []
        self.unusual = self._skew_ms > 0
        """Whether a row has to ask its partition."""

    def points(self, table: Table) -> tuple[KeyValue, ...]:
        """Values of the first key column at which every partition but the first begins."""
        return tuple(decode_key(point)[0] for point in self._encoded_points(table))

    def number(self, table: Table, key: bytes) -> int:
        """Of the partition in which a key or bound lies."""
        return bisect_right(self._encoded_points(table), key)

    def enter(self, table: Table, key: NamedKey, now_ms: int) -> int:
        """What the clock of a row's partition shows; raises OtsError, also 503 OTSPartitionUnavailable."""
        start = encode_key(check_key(table, key)[:1])  # type: ignore[arg-type]
        self.check(table, start, after(start), now_ms)
        return now_ms - self._skew_ms * (self.number(table, start) % 2)

    def check(self, table: Table, start: bytes, end: bytes, now_ms: int) -> None:
        """Raises OtsError 503 OTSPartitionUnavailable if any of the range lies in a partition that has just split."""
        self._set_moves([move for move in self._moves if now_ms < move.until_ms])
        for move in self._moves:
            if move.rows == table.rows and start < move.end and move.start < end:
                raise errors.partition_unavailable()

    def forget(self, table: Table) -> None:
        """It is being dropped."""
        self._points.pop(table.rows, None)
        self._room.pop(table.rows, None)
        self._set_moves([move for move in self._moves if move.rows != table.rows])

    def _set_moves(self, moves: list[_Move]) -> None:
        self._moves = moves
        self.unusual = bool(moves) or self._skew_ms > 0

    # growth

    def sample(self, pending: Pending, table: Table) -> None:
        """Add to a request what its writes change in the samples of the table and its indexes."""
        for one in table.with_indexes:
            pending.put_all(one.samples, sampled(pending.changes(one.rows), self._split_rows))

    def sampled(self, changes: Mapping[bytes, bytes | None]) -> dict[bytes, bytes | None]:
        return sampled(changes, self._split_rows)

    def grow(self, table: Table, changes: Changes, now_ms: int) -> None:
        """Split what is full after these changes, which have been written."""
        for one in table.with_indexes:
            entries = changes.get(one.samples)
            if entries:
                self._grow(one, entries, now_ms)

    def _grow(self, table: Table, entries: Mapping[bytes, bytes | None], now_ms: int) -> None:
        points, room = self._encoded_points(table), self._room.setdefault(table.rows, {})
        grown: set[bytes] = set()
        for key, entry in entries.items():
            if entry is not None:
                at = bisect_right(points, key)
                start = points[at - 1] if at else b""
                room[start] = room.get(start, 0.0) - rows_behind(entry)
                grown.add(start)
        for start in grown:
            if room[start] <= 0:
                self._divide(table, start, now_ms)

    def _divide(self, table: Table, start: bytes, now_ms: int) -> None:
        """Split the partition that begins there if it is full, else see what it can still take."""
        points = self._encoded_points(table)
        end = next((point for point in points if point > start), _END)
        groups = read_groups(self._storage, table, start, end)
        new = _halves(groups, self._split_rows)
        encoded = [encode_key((point,)) for point in new]
        if new:
            self._storage.apply({table.partitions: dict.fromkeys(encoded, b"")})
            self._points[table.rows] = sorted([*points, *encoded])
            if self._ready_ms:
                self._set_moves([*self._moves, _Move(table.rows, start, end, now_ms + self._ready_ms)])
        for begin, part in zip([start, *encoded], cut(groups, new), strict=True):
            left = self._split_rows - _rows(part)
            # one partition key is never split, however many rows it has: then look again after as many
            self._room[table.rows][begin] = left if left > 0 else self._split_rows

    def _encoded_points(self, table: Table) -> list[bytes]:
        points = self._points.get(table.rows)
        if points is None:
            with closing(self._storage.scan(table.partitions, b"")) as entries:
                grown = [key for key, _ in entries]
            asked = [encode_key((point,)) for point in table.schema.split_points]
            points = self._points[table.rows] = sorted({*asked, *grown})
        return points


def cut(groups: Sequence[Group], points: Sequence[KeyValue]) -> list[Sequence[Group]]:
    """The groups before, between and behind the points."""
    keys = [encode_key((group.key,)) for group in groups]
    ends = [bisect_left(keys, encode_key((point,))) for point in points]
    return [groups[start:end] for start, end in zip([0, *ends], [*ends, len(groups)], strict=True)]


def _halves(groups: Sequence[Group], split_rows: int) -> list[KeyValue]:
    total = _rows(groups)
    if total < split_rows or len(groups) < 2:
        return []
    before = 0.0
    at = 0
    while at < len(groups) - 1 and (at == 0 or before + groups[at].rows <= total / 2):
        before += groups[at].rows
        at += 1
    return [*_halves(groups[:at], split_rows), groups[at].key, *_halves(groups[at:], split_rows)]


def _rows(groups: Sequence[Group]) -> float:
    return sum(group.rows for group in groups)
