"""From which figure on a reading is a warning or critical: one file, for scripts/status and for the alarms."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass
from pathlib import Path

from commands.running import ROOT

FILE = ROOT / "deploy" / "observability" / "thresholds.json"


class Level(enum.IntEnum):
    """The command's exit code is the worst reading's."""

    OK = 0
    WARNING = 1
    CRITICAL = 2


@dataclass(frozen=True)
class Threshold:
    """A figure of so much or more is a warning, or critical, if at least so many things were measured; `why` so."""

    name: str
    title: str
    warning: float
    critical: float
    why: str
    of_at_least: int = 0

    def level(self, figure: float, measured: int) -> Level:
        if measured < self.of_at_least or figure < self.warning:
            return Level.OK
        return Level.CRITICAL if figure >= self.critical else Level.WARNING


def thresholds(file: Path = FILE) -> dict[str, Threshold]:
    return {name: Threshold(name, **given) for name, given in json.loads(file.read_text()).items()}
