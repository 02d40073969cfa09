"""scripts/dev: the whole product on this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from commands.running import LOCAL, NotRunning, running
from commands.tablestore_process import CannotStart

MOST_PORT = 65_535
INDEX_LAG_MS = 100
"""Secondary indexes lag in the service too; a demo without it would flatter."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.port and given.port == given.console_port:
        parser.error(f"the web client and the console cannot share port {given.port}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        _serve(given)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"The local cloud cannot run: {str(error.strerror or error).rstrip('.')}{where}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/dev", description="Runs the whole product here, until Ctrl-C.")
    parser.add_argument(
        "--port", type=_port, default=8000, help="of the web client and the API (default 8000; 0: a free one)"
    )
    parser.add_argument(
        "--console-port", type=_port, metavar="PORT", help="of the console (default: the API's and one, or a free one)"
    )
    parser.add_argument("--data", type=Path, default=LOCAL, metavar="DIR", help="keeps the data (default .local)")
    parser.add_argument("--fresh", action="store_true", help="forget the data first")
    parser.add_argument("--no-demo", action="store_true", help="start without the demo's people and articles")
    parser.add_argument("--edition", choices=["fc3", "fc2"], default="fc3", help="s.yaml (default) or s.fc2.yaml")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {MOST_PORT}, not {text!r}")
    return int(text)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Once only: what follows is the orderly end, which a second Ctrl-C must not break."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _serve(given: argparse.Namespace) -> None:
    _progress("Loading the local cloud")
    from commands.demo.people import PEOPLE
    from commands.local_cloud import LocalCloud
    from commands.web_client import web_client
    from feed.domain.prices import FILE as PRICES

    lines = _Lines()
    cloud = LocalCloud(
        edition=given.edition,
        data=given.data,
        fresh=given.fresh,
        port=given.port,
        console_port=_console_port(given),
        static=web_client(() if given.no_demo else PEOPLE),
        index_lag_ms=INDEX_LAG_MS,
        prices=Path(PRICES),
        on_line=lines.print,
        say=_progress,
    )
    with cloud:
        _first_answer(cloud.api)
        if not given.no_demo:
            from commands.demo import fill

            fill(cloud, _progress)
        announced, known_in = cloud.running(), _known_in(given.data)
        for folder in known_in:
            announced.announce(folder)
        _progress(f"Web client: {cloud.api}/")
        _progress(f"Console: {cloud.console}")
        try:
            lines.start(f"ready: {cloud.api}")
            while not lines.closed.wait(0.5):
                cloud.check_health()
        finally:
            for folder in known_in:
                announced.withdraw(folder)


def _known_in(data: Path) -> set[Path]:
    """Beside its data; also where commands look without more words, unless they would leave a living cloud there."""
    own = {data.resolve()}
    try:
        running(LOCAL)
    except NotRunning:
        return own | {LOCAL.resolve()}
    if LOCAL.resolve() not in own:
        _progress(f"Another local cloud is running: commands reach this one with --local {data}")
    return own


def _console_port(given: argparse.Namespace) -> int:
    """As asked for; else beside the API, so that its address stays from start to start; 0 where that is taken."""
    from commands.local_cloud import taken

    if given.console_port is not None:
        return int(given.console_port)
    beside = given.port + 1
    return beside if 1 < beside <= MOST_PORT and taken(beside) is None else 0


def _progress(line: str) -> None:
    print(f"  {line}", flush=True)


def _first_answer(api: str) -> None:
    try:
        urllib.request.urlopen(f"{api}/healthz", timeout=60).close()
    except urllib.error.HTTPError as error:
        raise CannotStart(f"GET /healthz answered {error.code}; the functions' log says why.") from None


class _Lines:
    """Prints invocations once the start is over; `closed` is set when nobody reads them any more."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self._started = False
        self._printing = threading.Lock()

    def start(self, first: str) -> None:
        with self._printing:
            print(first, flush=True)
            self._started = True

    def print(self, line: str) -> None:
        with self._printing:
            if not self._started or self.closed.is_set():
                return
            try:
                print(line, flush=True)
            except BrokenPipeError:
                self.closed.set()
