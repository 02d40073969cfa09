"""The client's processor time per inbox row of a fan-out, beside a bare loop of the SDK over the same rows."""

from __future__ import annotations

import argparse
import logging
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

import tablestore
from tablestore.encoder import NATIVE_ENCODER_AVAILABLE

from benchmarks.rows import FIRST_AUTHOR, FIRST_READER
from commands import table_admin
from commands.running import ACCESS_KEY, INSTANCE, SECRET
from commands.tablestore_process import TablestoreProcess
from feed.call import Spent
from feed.config import Credentials
from feed.domain.ids import hashed, new_article_id
from feed.store import inboxes
from feed.store.client import MAX_BATCH_WRITE, Connection, Tables
from feed.store.schema import INBOXES, KEY_NAMES

ROUNDS = 9
ANSWER_S = 30
PUBLISHED_MS = 1_790_000_000_000
ARTICLE = new_article_id(PUBLISHED_MS, 0)
LEAST_RATIO = 1 if NATIVE_ENCODER_AVAILABLE else 5
"""The SDK's time over ours: against its native codec, which serves Python 3.12 alone, and against Python."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=10_000, help="inbox rows of a round (default 10,000)")


def run(given: argparse.Namespace) -> dict[str, object]:
    """In turns, after one that does not count; the emulator's time, in a process of its own, is not the client's."""
    readers = [hashed(FIRST_READER + number) for number in range(given.rows)]
    emulator = TablestoreProcess(None, index_lag_ms=0)
    try:
        bare, ours = _measured(emulator.endpoint, readers)
    finally:
        emulator.stop()
    result = {
        "rows": given.rows,
        "python": platform.python_version(),
        "native": NATIVE_ENCODER_AVAILABLE,
        "cpu_us_per_row": round(median(ours), 2),
        "sdk_cpu_us_per_row": round(median(bare), 2),
        "ratio_to_sdk": round(median(bare) / median(ours), 2),
        "passed": median(bare) >= LEAST_RATIO * median(ours),
    }
    _print(result)
    return result


def _measured(endpoint: str, readers: Sequence[str]) -> tuple[list[float], list[float]]:
    """Microseconds per row of each round, the SDK's and ours."""
    client = tablestore.OTSClient(endpoint, ACCESS_KEY, SECRET, INSTANCE)
    logging.getLogger(client.DEFAULT_LOGGER_NAME).setLevel(logging.WARNING)
    table_admin.create(client, lambda _: None)
    connection = Connection.open(endpoint, INSTANCE, Credentials(ACCESS_KEY, SECRET, ""), ANSWER_S)
    tables = Tables(connection, Spent(), [INBOXES])
    bare, ours = [], []
    for _ in range(1 + ROUNDS):
        bare.append(_cpu_us(lambda: _bare_loop(client, readers)) / len(readers))
        ours.append(_cpu_us(lambda: _push(tables, readers)) / len(readers))
    connection.threads.shutdown()
    return bare[1:], ours[1:]


def _cpu_us(work: Callable[[], None]) -> float:
    """Of all threads."""
    began = time.process_time_ns()
    work()
    return (time.process_time_ns() - began) / 1_000


def _push(tables: Tables, readers: Sequence[str]) -> None:
    failed = inboxes.push(tables, readers, PUBLISHED_MS, ARTICLE, FIRST_AUTHOR, 1, only_if_absent=False)
    assert not failed, f"{len(failed)} rows were not written"


def _bare_loop(client: Any, readers: Sequence[str]) -> None:
    """What `_push` writes, as the SDK's documentation would."""
    row = inboxes.put("", PUBLISHED_MS, ARTICLE, FIRST_AUTHOR, 1, only_if_absent=False)
    first, *rest = KEY_NAMES[INBOXES]
    key, columns = list(zip(rest, row.key[1:], strict=True)), list(row.columns.items())
    for start in range(0, len(readers), MAX_BATCH_WRITE):
        items = [
            tablestore.PutRowItem(tablestore.Row([(first, reader), *key], columns), tablestore.Condition("IGNORE"))
            for reader in readers[start : start + MAX_BATCH_WRITE]
        ]
        request = tablestore.BatchWriteRowRequest()
        request.add(tablestore.TableInBatchWriteRowItem(INBOXES, items))
        assert client.batch_write_row(request).is_all_succeed()


def _print(result: Mapping[str, object]) -> None:
    codec = "its native codec" if result["native"] else "its Python codec"
    print(f"\n  {result['rows']} inbox rows, batches of {MAX_BATCH_WRITE}, Python {result['python']}\n")
    print(f"  {'client CPU per row':34} {result['cpu_us_per_row']:>7} us")
    print(f"  {'bare SDK loop, ' + codec:34} {result['sdk_cpu_us_per_row']:>7} us")
    print(f"  {'times ours':34} {result['ratio_to_sdk']:>7}      at least {LEAST_RATIO}")
    print(f"\n  Medians of {ROUNDS} rounds in turn; {'passed' if result['passed'] else 'NOT passed'}.\n")
