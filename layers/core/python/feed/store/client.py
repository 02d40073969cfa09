"""The only door to the Tablestore SDK: rows in, rows out, spending counted, errors in our own terms."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from feed.call import Spent
from feed.config import Credentials
from feed.errors import Busy, ConditionFailed, Misconfigured, OutcomeUnknown
from feed.observability import quiet_sdks
from feed.store.rows import (
    Bound,
    Copies,
    Delete,
    End,
    Failed,
    Hit,
    Key,
    Page,
    Put,
    Row,
    Search,
    Update,
    Value,
    Wanted,
    Write,
)
from feed.store.schema import KEY_NAMES
from feed.store.sdk import call, encode, hits_of, retry_delay_s, retry_policy, row_of, searched
from feed.store.stand_ins import imported_on_use
from feed.store.template import CopiesRequest, teach

MAX_BATCH_WRITE = 200
MAX_BATCH_GET = 100
"""Rows per request: help.aliyun.com "Limits on general-purpose features of Tablestore"."""

_READS = frozenset({"get_row", "batch_get_row", "get_range", "search"})
_THREADS = 16
_COUNT_TRIES = 3
_GET_TRIES = 3
"""Of rows that a batch read refuses one by one, which the SDK leaves to its caller."""
_REFUSED_UNITS = (1, 1)
"""A condition that does not hold is billed all the same, and no answer says so: the Java SDK's CapacityUnitTest."""
_T = TypeVar("_T")
_S = TypeVar("_S")


class Connection(NamedTuple):
    """The SDK's client with its pool, and threads for requests that run side by side; one per instance.

    `takes_copies`: whether the client was taught CopiesRequest.
    """

    sdk: Any
    threads: ThreadPoolExecutor
    takes_copies: bool

    @classmethod
    def open(cls, endpoint: str, instance: str, credentials: Credentials, timeout_s: float) -> Connection:
        """`timeout_s` is how long one answer may take; nothing is sent yet."""
        quiet_sdks()
        with imported_on_use():
            import tablestore
        from urllib3 import Timeout

        sdk = tablestore.OTSClient(
            endpoint,
            credentials.access_key_id,
            credentials.access_key_secret,
            instance,
            sts_token=credentials.security_token or None,
            socket_timeout=Timeout(connect=3, read=timeout_s),
            max_connection=_THREADS * 2,
            retry_policy=retry_policy(),
        )
        return cls(sdk, ThreadPoolExecutor(_THREADS, thread_name_prefix="tablestore"), teach(sdk))


class Tables:
    """What one call may do with the tables that its function was granted; every request is counted in `spent`."""

    def __init__(self, connection: Connection, spent: Spent, granted: Iterable[str]) -> None:
        self._sdk = connection.sdk
        self._threads = connection.threads
        self._takes_copies = connection.takes_copies
        self._spent = spent
        self._granted = frozenset(granted)
        self._counting = threading.Lock()

    def get(self, table: str, key: Key, columns: Sequence[str] = ()) -> Row | None:
        consumed, row, _ = self._send("get_row", (table,), self._named(table, key), list(columns), None, 1)
        self._count(consumed)
        return row_of(row)

    def get_many(
        self, wanted: Mapping[str, Sequence[Key]], columns: Mapping[str, Sequence[str]]
    ) -> dict[str, dict[Key, Row]]:
        """Rows by table and key, absent ones left out; columns by table. One request per hundred rows over all."""
        found: dict[str, dict[Key, Row]] = {table: {} for table in wanted}
        flat = [(table, key) for table, keys in wanted.items() for key in dict.fromkeys(keys)]
        for start in range(0, len(flat), MAX_BATCH_GET):
            part = flat[start : start + MAX_BATCH_GET]
            for times in range(_GET_TRIES):
                part, code = self._get_batch(part, columns, found)
                if not part:
                    break
                if times + 1 == _GET_TRIES:
                    raise Busy(f"Tablestore could not read a row of {part[0][0]} ({code}); try again.")
                time.sleep(retry_delay_s(times))
        return found

    def _get_batch(
        self, part: Sequence[tuple[str, Key]], columns: Mapping[str, Sequence[str]], found: dict[str, dict[Key, Row]]
    ) -> tuple[list[tuple[str, Key]], str]:
        """One BatchGetRow, what it read added to `found`; the rows that were refused, and the last one's code."""
        from tablestore import BatchGetRowRequest, TableInBatchGetRowItem

        keys_of: dict[str, list[Key]] = {}
        for table, key in part:
            keys_of.setdefault(table, []).append(key)
        request = BatchGetRowRequest()
        for table, keys in keys_of.items():
            named = [self._named(table, key) for key in keys]
            request.add(TableInBatchGetRowItem(table, named, list(columns[table]), None, 1))
        answer = self._send("batch_get_row", tuple(keys_of), request)
        refused: list[tuple[str, Key]] = []
        code, read = "", 0
        for table, keys in keys_of.items():
            for key, item in zip(keys, answer.get_result_by_table(table), strict=True):
                if not item.is_ok:
                    refused.append((table, key))
                    code = item.error_code
                    continue
                read += item.consumed.read
                row = row_of(item.row)
                if row is not None:
                    found[table][key] = row
        self._spend(read, 0)
        return refused, code

    def read(self, *wanted: Wanted) -> dict[str, dict[Key, Row]]:
        """As `get_many`; each table is named once."""
        return self.get_many({item.table: item.keys for item in wanted}, {item.table: item.columns for item in wanted})

    def scan(
        self,
        table: str,
        start: Bound,
        end: Bound,
        *,
        columns: Sequence[str] = (),
        limit: int | None = None,
        backward: bool = False,
        stamped: bool = False,
    ) -> Page:
        """One GetRange, [start, end) in the direction asked; at most 5,000 rows or 4 MiB, fewer with `limit`.

        `stamped`: each row with its STAMP and FIRST_STAMP.
        """
        direction = "BACKWARD" if backward else "FORWARD"
        consumed, next_key, rows, _ = self._send(
            "get_range",
            (table,),
            direction,
            self._named(table, start),
            self._named(table, end),
            list(columns),
            limit,
            None,
            1,
        )
        self._count(consumed)
        found = [row for row in (row_of(each, stamped=stamped) for each in rows) if row is not None]
        return Page(found, tuple(value for _, value in next_key) if next_key else None)

    def search(self, search: Search) -> list[Hit]:
        """The first rows that pass every filter, in the search's order; the index lags by seconds."""
        query, columns = searched(search)
        answer = self._send("search", (search.table,), search.index, query, columns)
        self._spend(0, 0)  # searches are billed apart, by time and rows looked at; no answer tells how much
        return hits_of(answer)

    def write(self, write: Write) -> None:
        """Raises ConditionFailed, and changes nothing, when the row is not as expected."""
        row, condition = encode(self._named(write.table, write.key), write)
        method = {Put: "put_row", Update: "update_row", Delete: "delete_row"}[type(write)]
        consumed, _ = self._send(method, (write.table,), row, condition)
        self._count(consumed)

    def append(self, table: str, partition: str, columns: Mapping[str, Value]) -> int:
        """Put a row whose second key column the server numbers; the number. A repetition makes a second row."""
        from tablestore import PK_AUTO_INCR, Condition, ReturnType
        from tablestore import Row as SdkRow

        names = KEY_NAMES[table]
        row = SdkRow([(names[0], partition), (names[1], PK_AUTO_INCR)], list(columns.items()))
        consumed, returned = self._send("put_row", (table,), row, Condition("IGNORE"), ReturnType.RT_PK)
        self._count(consumed)
        return int(dict(returned.primary_key)[names[1]])

    def write_many(self, writes: Sequence[Write]) -> list[Failed]:
        """One BatchWriteRow of at most 200 rows; the rows that did not happen, each for itself.

        When the whole request fails as busy or unanswered, every row is returned as failed.
        """
        from tablestore import BatchWriteRowRequest, DeleteRowItem, PutRowItem, TableInBatchWriteRowItem, UpdateRowItem

        kinds = {Put: PutRowItem, Update: UpdateRowItem, Delete: DeleteRowItem}
        order = list(kinds)
        by_table: dict[str, list[Write]] = {}
        # by kind, as the SDK returns them: no order is kept between the rows of a batch
        for write in sorted(writes, key=lambda write: order.index(type(write))):
            by_table.setdefault(write.table, []).append(write)
        request = BatchWriteRowRequest()
        for table, group in by_table.items():
            items = [kinds[type(write)](*encode(self._named(table, write.key), write)) for write in group]
            request.add(TableInBatchWriteRowItem(table, items))
        return self._written(request, writes, by_table)

    def put_copies(self, copies: Copies) -> list[Failed]:
        """As `write_many` of each row, at a small part of its processor time."""
        if not self._takes_copies:
            return self.write_many(copies)
        request = CopiesRequest(copies, KEY_NAMES[copies.table])
        return self._written(request, copies, {copies.table: copies})

    def write_all(self, *writes: Write) -> None:
        """Writes that may be repeated, in one request; a row whose condition refuses it is as good as written.

        Raises OutcomeUnknown unless every other one is acknowledged.
        """
        if any(not failed.refused for failed in self.write_many(writes)):
            raise OutcomeUnknown("Not everything could be written; it is safe to repeat.")

    def count(self, *writes: Write) -> bool:
        """Move counters: rows that were certainly not written are tried again, others never counted twice.

        Whether every one moved for certain; a put beside them that is refused is as good as written.
        """
        left: list[Write] = list(writes)
        certain = True
        for _ in range(_COUNT_TRIES):
            failed = self.write_many(left)
            certain = certain and all(isinstance(row.write, Put) for row in failed if row.refused)
            certain = certain and not any(row.unknown for row in failed)
            left = [row.write for row in failed if not (row.refused or row.unknown)]
            if not left:
                return certain
        return False

    def _written(self, request: Any, writes: Sequence[Write], by_table: Mapping[str, Sequence[Write]]) -> list[Failed]:
        try:
            answer = self._send("batch_write_row", tuple(by_table), request)
        except Busy as error:
            return [Failed(write, unknown=isinstance(error, OutcomeUnknown)) for write in writes]
        return self._failures(answer, by_table)

    def _failures(self, answer: Any, by_table: Mapping[str, Sequence[Write]]) -> list[Failed]:
        failed: list[Failed] = []
        read = written = 0
        for table, group in by_table.items():
            items = answer.table_of_put[table] + answer.table_of_update[table] + answer.table_of_delete[table]
            for at, item in enumerate(items):  # an item's own index is not there before SDK 6
                if item.is_ok:
                    read += item.consumed.read
                    written += item.consumed.write
                else:
                    refused = item.error_code == "OTSConditionCheckFail"
                    read += refused * _REFUSED_UNITS[0]
                    written += refused * _REFUSED_UNITS[1]
                    failed.append(Failed(group[at], refused=refused))
        self._spend(read, written)
        return failed

    def together(self, *work: Callable[[], _T]) -> list[_T]:
        """Run requests side by side, at most sixteen at a time; their results in order, or the first one's error."""
        return [future.result() for future in [self._threads.submit(item) for item in work]]

    def pair(self, one: Callable[[], _T], other: Callable[[], _S]) -> tuple[_T, _S]:
        """Two requests side by side, and both results."""
        first = self._threads.submit(one)
        second = other()
        return first.result(), second

    def _named(self, table: str, key: Bound) -> list[tuple[str, Any]]:
        from tablestore import INF_MAX, INF_MIN

        ends = {End.MIN: INF_MIN, End.MAX: INF_MAX}
        values = (ends[value] if isinstance(value, End) else value for value in key)
        return list(zip(KEY_NAMES[table], values, strict=True))

    def _send(self, method: str, tables: tuple[str, ...], *arguments: Any) -> Any:
        """Call the SDK; `tables[0]` is its first argument where the method takes a single table."""
        self._check_granted(tables)
        single = () if method.startswith("batch") else (tables[0],)
        try:
            return call(getattr(self._sdk, method), method in _READS, *single, *arguments)
        except ConditionFailed:
            self._spend(*_REFUSED_UNITS)
            raise
        except Busy:
            self._spend(0, 0)
            raise

    def _check_granted(self, tables: tuple[str, ...]) -> None:
        for table in tables:
            if table not in self._granted:
                raise Misconfigured(f"This function was not granted the table {table}.")

    def _count(self, consumed: Any) -> None:
        self._spend(consumed.read, consumed.write)

    def _spend(self, read: int, write: int) -> None:
        with self._counting:
            self._spent.add(read, write)
