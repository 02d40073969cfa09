"""The Tablestore fake in a process of its own, which ends with the process that started it, however that ends."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

READY = "ready: "
STOPS_WITHIN_S = 10


class CannotStart(Exception):
    """The local cloud cannot run, or run on; the message is one sentence."""


class TablestoreProcess:
    """A running fake; `endpoint` is known once the constructor returns. Raises CannotStart with the child's reason."""

    def __init__(self, data: Path | None, index_lag_ms: int) -> None:
        command = [sys.executable, "-m", "commands.tablestore_process", "--index-lag-ms", str(index_lag_ms)]
        if data is not None:
            command += ["--data", str(data)]
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the parent, which ends this one after the functions
        )
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line.startswith(READY):
            _, complaint = self._child.communicate()
            raise CannotStart(complaint.strip() or "The Tablestore fake ended before it was ready.")
        self.endpoint = line.removeprefix(READY).strip()

    def alive(self) -> bool:
        return self._child.poll() is None

    def stop(self) -> None:
        """Ask it to end by closing its input; kill it if it does not."""
        try:
            self._child.communicate(timeout=STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.communicate()


def main(arguments: Sequence[str] | None = None) -> int:
    """The child: serves until its input ends."""
    from alifakes.tablestore.app import TablestoreFake
    from alifakes.tablestore.storage import StorageError

    parser = argparse.ArgumentParser(prog="python -m commands.tablestore_process", description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--index-lag-ms", type=int, default=0)
    given = parser.parse_args(arguments)
    fake = TablestoreFake(given.data, index_lag_ms=given.index_lag_ms)
    try:
        fake.start()
    except StorageError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{READY}{fake.endpoint}", flush=True)
    sys.stdin.read()
    fake.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
