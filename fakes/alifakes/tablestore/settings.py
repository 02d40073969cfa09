"""How one emulator behaves where the service's behaviour is slow, limited, or a matter of configuration."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from alifakes.tablestore.errors import TABLE_OPERATIONS_A_SECOND

Fsync = Literal["full", "normal", "off"]


@dataclass(frozen=True)
class Settings:
    """The defaults suit tests: nothing lags, and no limit makes anybody wait.

    `index_lag_ms`: how far secondary indexes run behind; `search_lag_ms`: the same of search indexes, None is just as
    far. `table_ready_ms`: how long a new table refuses rows. `build_rows_per_s`: how fast a new index takes in the rows
    of its table, None is 10,000 with each request that needs it. `table_operations_per_s`: of one instance, None is
    without limit. `split_rows`: rows at which a partition splits; `partition_ready_ms`: how long it refuses rows then.
    `clock_skew_ms`: how far the clock of every second partition, which stamps what is written, is behind.
    `transactions`: patterns of the tables that allow local transactions though CreateTable did not ask for them.
    `fsync`: SQLite's `synchronous`. `verify_cells`: check the checksum of every cell, not only that of rows.
    """

    index_lag_ms: int = 0
    search_lag_ms: int | None = None
    table_ready_ms: int = 0
    build_rows_per_s: int | None = None
    table_operations_per_s: int | None = None
    split_rows: int = 1_000_000
    partition_ready_ms: int = 0
    clock_skew_ms: int = 0
    transactions: tuple[str, ...] = ()
    fsync: Fsync = "full"
    verify_cells: bool = False

    @property
    def effective_search_lag_ms(self) -> int:
        return self.index_lag_ms if self.search_lag_ms is None else self.search_lag_ms

    def allows_transactions(self, table: str) -> bool:
        return any(fnmatchcase(table, pattern) for pattern in self.transactions)


# The times are guesses at what is only described: a new table takes "about a minute", indexes follow within seconds,
# a partition is away for a moment.
LIKE_SERVICE = Settings(
    index_lag_ms=100,
    search_lag_ms=3_000,
    table_ready_ms=60_000,
    build_rows_per_s=10_000,
    table_operations_per_s=TABLE_OPERATIONS_A_SECOND,
    partition_ready_ms=1_000,
)
