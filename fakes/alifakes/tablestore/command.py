"""`python -m alifakes tablestore`: serve a local Tablestore until told to stop."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from alifakes.options import port
from alifakes.tablestore import coverage
from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.auth import LOCAL_CREDENTIALS, Credential
from alifakes.tablestore.storage import StorageError


def main(argv: Sequence[str]) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit code, 1 when the port or the file cannot be used."""
    options = _parser().parse_args(argv)
    if options.coverage:
        print(coverage.markdown() if options.coverage == "markdown" else coverage.text(), end="")
        return 0
    credentials = {**LOCAL_CREDENTIALS, options.access_key: Credential(options.secret)}
    fake = TablestoreFake(
        options.data,
        host=options.host,
        port=options.port,
        credentials=credentials,
        index_lag_ms=options.index_lag_ms,
        search_lag_ms=options.search_lag_ms,
    )
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    try:
        fake.start()
    except StorageError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"Port {options.port} of {options.host} cannot be listened on: {error.strerror}.")
    try:
        print(f"ready: {fake.endpoint}", flush=True)
        stopped.wait()
    finally:
        fake.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m alifakes tablestore", description=__doc__)
    parser.add_argument("--port", type=port, default=0, help="0, the default, takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", type=Path, metavar="FILE", help="SQLite file; without it data live in memory")
    parser.add_argument("--index-lag-ms", type=_milliseconds, default=0, help="how far secondary indexes run behind")
    parser.add_argument(
        "--search-lag-ms", type=_milliseconds, help="the same of search indexes; just as far if not given"
    )
    parser.add_argument(
        "--coverage", nargs="?", const="text", choices=("text", "markdown"), help="print what is emulated, and end"
    )
    parser.add_argument("--access-key", default="local", help="an access key id that is accepted")
    parser.add_argument("--secret", default="local", help="the secret of --access-key")
    return parser


def _milliseconds(text: str) -> int:
    milliseconds = int(text)
    if milliseconds < 0:
        raise argparse.ArgumentTypeError(f"a lag cannot be negative: {milliseconds}")
    return milliseconds


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
