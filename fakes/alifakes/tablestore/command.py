"""`python -m alifakes tablestore`: serve a local Tablestore until told to stop."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import get_args

from alifakes.listening import CannotListen
from alifakes.loopback import is_loopback
from alifakes.options import port
from alifakes.tablestore import coverage
from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.auth import LOCAL_CREDENTIALS, Credential
from alifakes.tablestore.settings import LIKE_SERVICE, Fsync, Settings
from alifakes.tablestore.storage import StorageError


def main(argv: Sequence[str]) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit code: 1 when the port or a file cannot be used, 2 for a host
    that others reach when nobody said that they may."""
    options = _parser().parse_args(argv)
    if options.coverage:
        print(coverage.markdown() if options.coverage == "markdown" else coverage.text(), end="")
        return 0
    if not (options.allow_remote or is_loopback(options.host)):
        print(
            f"{options.host} can be reached from other machines, and the keys are no secret: say --allow-remote.",
            file=sys.stderr,
        )
        return 2
    fake = TablestoreFake(
        options.data,
        host=options.host,
        port=options.port,
        credentials={**LOCAL_CREDENTIALS, options.access_key: Credential(options.secret)},
        settings=_settings(options),
        instances=options.instance,
        log_file=options.log_file,
    )
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    try:
        fake.start()
    except StorageError as error:
        return _fail(str(error))
    except CannotListen as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"The log {error.filename} cannot be written: {error.strerror}.")
    try:
        print(f"ready: {fake.endpoint}", flush=True)
        stopped.wait()
    finally:
        fake.stop()
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    """Every setting is an option of the same name; those that are not given keep their defaults."""
    given = {name: value for name, value in vars(options).items() if value is not None}
    named = {field.name: given[field.name] for field in fields(Settings) if field.name in given}
    named["transactions"] = tuple(named.get("transactions", ()))
    return replace(LIKE_SERVICE if options.like_service else Settings(), **named)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m alifakes tablestore", description=__doc__)
    parser.add_argument("--port", type=port, default=0, help="0, the default, takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on, by default 127.0.0.1")
    parser.add_argument("--allow-remote", action="store_true", help="let --host be one that other machines reach")
    parser.add_argument("--data", type=Path, metavar="FILE", help="SQLite file; without it data live in memory")
    parser.add_argument("--access-key", default="local", help="an access key id that is accepted")
    parser.add_argument("--secret", default="local", help="the secret of --access-key")
    parser.add_argument("--instance", action="append", metavar="NAME", help="one that exists; without it, all do")
    parser.add_argument("--log-file", type=Path, metavar="FILE", help="gets a line of JSON for each request")
    parser.add_argument(
        "--coverage", nargs="?", const="text", choices=("text", "markdown"), help="print what is emulated, and end"
    )
    _add_settings(parser.add_argument_group("settings"))
    return parser


def _add_settings(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--like-service", action="store_true", help=f"start from {_described(LIKE_SERVICE)} rather than from no waiting"
    )
    group.add_argument("--index-lag-ms", type=_not_negative, help="how far secondary indexes run behind, 0")
    group.add_argument("--search-lag-ms", type=_not_negative, help="the same of search indexes, as far as those")
    group.add_argument("--table-ready-ms", type=_not_negative, help="how long a new table refuses rows, 0")
    group.add_argument("--build-rows-per-s", type=_positive, help="how fast a new index takes in rows, at once")
    group.add_argument("--table-operations-per-s", type=_positive, help="per instance, without limit")
    group.add_argument("--split-rows", type=_positive, help="at which a partition splits, 1000000")
    group.add_argument("--partition-ready-ms", type=_not_negative, help="how long it refuses rows then, 0")
    group.add_argument("--clock-skew-ms", type=_not_negative, help="how far each second partition is behind, 0")
    group.add_argument(
        "--transactions",
        action="append",
        metavar="PATTERN",
        help="of tables that allow transactions though their creation did not ask for them",
    )
    group.add_argument("--fsync", choices=get_args(Fsync), help="what a write waits for, full: the disk")
    group.add_argument("--verify-cells", action="store_true", help="check the checksums of cells, not only of rows")


def _described(settings: Settings) -> str:
    default = Settings()
    changed = {field.name: getattr(settings, field.name) for field in fields(Settings)}
    return ", ".join(
        f"--{name.replace('_', '-')} {value}" for name, value in changed.items() if value != getattr(default, name)
    )


def _not_negative(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"it cannot be negative: {number}")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"it must be at least 1: {number}")
    return number


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
