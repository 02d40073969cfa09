"""Two releases on one instance: functions of either in processes of their own, one queue for what both invoke."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
import zipfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.steps import ROOT, SWEEP, Answer, Product

FROZEN = ROOT / "tests" / "roll_out"


@dataclass
class Shared:
    """What the releases have in common: the invocations that wait, and how far the time was moved on."""

    queue: deque[tuple[str, bytes]] = field(default_factory=deque)
    ahead_ms: int = 0

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms


class Release:
    """A product's driver, by the functions below `root` and the layer there."""

    def __init__(self, root: Path, environment: Mapping[str, str], shared: Shared, token: Callable[[int], str]) -> None:
        self.shared = shared
        self.product = Product(self)
        self._token = token
        path = os.pathsep.join(map(str, (root / "layers" / "core" / "python", ROOT)))
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.roll_out.worker", str(root)],
            cwd=root,
            env={**os.environ, **environment, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def send(self, method: str, path: str, user: int | None, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        given = dict(headers)
        if user is not None:
            given["Authorization"] = f"Bearer {self._token(user)}"
        said = self._ask(body or b"", method=method, path=path, headers=given)
        return Answer(said["status"], said["headers"], said["body"])

    def settle(self) -> int:
        return settle(self)

    def invoke(self, function: str, event: bytes) -> Any:
        """What it answers, or the name of the error that it ended with."""
        said = self._ask(event, function=function)
        return said.get("said", said.get("raised"))

    def tick(self) -> None:
        """Both timers, and everything that they begin, to its end."""
        for timer in ("scheduled-publish", "sweep"):
            self.invoke(timer, SWEEP)
        self.settle()

    def _ask(self, body: bytes, **order: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order |= {"body": base64.b64encode(body).decode(), "ahead_ms": self.shared.ahead_ms}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the process has ended"
        return json.loads(line)


def settle(*releases: Release) -> int:
    """Everything that waits, to its end, by the releases in turn; how many invocations that took."""
    queue, runs = releases[0].shared.queue, 0
    while queue:
        function, event = queue.popleft()
        releases[runs % len(releases)].invoke(function, event)
        runs += 1
        assert runs < 1_000
    return runs


def unpacked(folder: Path) -> Path:
    """The release that was frozen last."""
    frozen: Sequence[Path] = list(FROZEN.glob("feed-*.zip"))
    assert len(frozen) == 1, "python -m commands.freeze_release keeps one"
    with zipfile.ZipFile(frozen[0]) as archive:
        archive.extractall(folder)
    return folder
