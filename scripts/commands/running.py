"""Where the local cloud that scripts/dev started can be reached, left beside its data for the other commands."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOCAL = ROOT / ".local"
INSTANCE = "feed"
ACCESS_KEY = "local"
SECRET = "local"


class NotRunning(Exception):
    """No local cloud runs on this data; the message is one sentence."""


@dataclass(frozen=True)
class Running:
    """The endpoints of one running local cloud; `pid` is its parent process."""

    pid: int
    edition: str
    api: str
    ots_endpoint: str
    fc_endpoint: str
    alipay: str

    def announce(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        new = root / f"running.{self.pid}"
        new.write_text(json.dumps(asdict(self)))
        new.replace(root / "running.json")

    def withdraw(self, root: Path) -> None:
        """Remove the announcement, unless another local cloud has replaced it."""
        file = root / "running.json"
        if file.exists() and json.loads(file.read_text()).get("pid") == self.pid:
            file.unlink()


def running(root: Path = LOCAL) -> Running:
    """Raises NotRunning when there is none, or when the one announced has died."""
    file = root / "running.json"
    try:
        found = Running(**json.loads(file.read_text()))
        os.kill(found.pid, 0)
    except (FileNotFoundError, ProcessLookupError, PermissionError):  # the last: its number is another user's now
        raise NotRunning(f"No local cloud is running on the data in {root}; start one with scripts/dev.") from None
    return found
