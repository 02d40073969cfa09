"""`python -m alifakes fc s.yaml`: runs the emulator until it is told to end."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from datetime import datetime, timezone
from pathlib import Path

from alifakes.console.app import ConsoleOptions
from alifakes.function_compute.app import FunctionComputeFake
from alifakes.function_compute.clock import Clock
from alifakes.function_compute.model import ProjectError
from alifakes.function_compute.static_files import StaticFiles
from alifakes.listening import CannotListen


def main(argv: list[str]) -> int:
    """Returns the exit code: 0 after Ctrl-C or SIGTERM, 1 when it cannot start."""
    options = _parser().parse_args(argv)
    fake = FunctionComputeFake(
        options.project,
        host=options.host,
        port=options.port,
        api_port=options.api_port,
        env=os.environ,
        layers={name: Path(folder) for name, folder in options.layer},
        interpreters=dict(options.interpreter),
        routes=options.routes,
        static=_static(options.static, options.static_headers),
        log_file=options.log_file or sys.stderr,
        max_instances=options.max_instances,
        max_waiting=options.max_waiting,
        clock=Clock(options.clock),
        timers=not options.no_timers,
        on_line=lambda line: print(line, flush=True),
        console=None if options.no_console else ConsoleOptions(options.tablestore, options.alipay, options.prices),
    )
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        fake.start()
    except (ProjectError, CannotListen) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(_sentence(error), file=sys.stderr)
        return 1
    for note in fake.notes:
        print(f"note: {note}", file=sys.stderr)
    print(f"invoke: {fake.endpoint}")
    if fake.console is not None:
        print(f"console: {fake.console}")
    print(f"ready: {fake.api_endpoint}", flush=True)
    ended.wait()
    fake.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m alifakes fc", description=__doc__)
    parser.add_argument("project", help="s.yaml, or any file of edition 3.0.0 (fc3) or 1.0.0 (fc)")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000, help="the invoke API's port (0: any free one)")
    parser.add_argument("--api-port", type=int, default=8000, help="the public API's port (0: any free one)")
    parser.add_argument("--routes", help="an OpenAPI document with x-aliyun-apigateway-backend fields")
    parser.add_argument("--static", type=Path, metavar="DIR", help="files to serve where no route is")
    parser.add_argument("--static-headers", type=_object, default={}, metavar="FILE", help="JSON of their headers")
    layer = "a folder or zip laid out as the layer; {runtime} in it stands for the function's runtime"
    parser.add_argument("--layer", type=_pair, action="append", default=[], metavar="NAME=PATH", help=layer)
    parser.add_argument("--interpreter", type=_pair, action="append", default=[], metavar="RUNTIME=PYTHON")
    parser.add_argument("--log-file", help="where the output of functions goes (default: stderr)")
    parser.add_argument("--max-instances", type=int, default=4, help="instances per function")
    parser.add_argument("--max-waiting", type=int, default=100, help="waiting requests per function; beyond them, 429")
    parser.add_argument(
        "--clock", type=_moment, metavar="TIME", help="time stands still there (ISO 8601) until /_fake/clock moves it"
    )
    console = parser.add_argument_group("console", "at /_console of the invoke API's port, for this machine only")
    console.add_argument("--no-console", action="store_true", help="record nothing, show nothing")
    console.add_argument("--tablestore", metavar="URL", help="the Tablestore emulator that functions use")
    console.add_argument("--alipay", metavar="URL", help="the Alipay emulator that they use")
    console.add_argument("--prices", type=Path, metavar="FILE", help="a file of prices; without it, quantities only")
    parser.add_argument("--no-timers", action="store_true", help="timer triggers fire only when asked to")
    return parser


def _static(folder: Path | None, headers: dict[str, str]) -> StaticFiles | None:
    return StaticFiles(folder, headers=headers) if folder is not None else None


def _object(file: str) -> dict[str, str]:
    try:
        found = json.loads(Path(file).read_bytes())
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"'{file}' cannot be read as JSON: {error}") from None
    return {str(name): str(value) for name, value in found.items()}


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not name or not separator or not value:
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form NAME=VALUE")
    return name, value


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a time such as 2026-01-31T08:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _sentence(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"The emulator cannot start: {error.strerror or error}{where}."
