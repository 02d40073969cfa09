"""scripts/matrix: the tests under every Python, and with the Tablestore SDK that Function Compute preinstalls."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from commands.layers.interpreters import NoInterpreter, interpreter
from commands.running import ROOT
from commands.test import SIDE_BY_SIDE

# what else there is tells of our code, not of a Python
QUICK = ("tests/unit", *map("tests/journeys/test_{}.py".format, ("main_job", "scheduled", "tips", "discovery")))
LAYERS = ("build_layers", "imports")
OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True)
class Leg:
    """With a `lock`, which is installed over requirements.lock, the product's tests are run, and what is `added`."""

    python: str
    lock: str = ""
    added: tuple[str, ...] = ()

    def environment(self, name: str) -> dict[str, str]:
        if self == Leg(OWN):
            return {}
        # SDK 5.4.1 makes every process warn of a parameter that urllib3 no longer needs
        quiet = {"PYTHONWARNINGS": "ignore:The 'strict' parameter:FutureWarning"} if self.lock else {}
        return {"FEED_VENV": f".venv-{name}", "FEED_LOCK": self.lock} | quiet

    def tests(self, quick: bool) -> list[str]:
        return [*(QUICK if quick else ("tests",) if self.lock else ()), *self.added, *SIDE_BY_SIDE]


LEGS = {
    "3.10": Leg("3.10"),
    "3.11": Leg("3.11"),
    "3.12": Leg("3.12"),
    # what asks for a later SDK stays out: most of the emulator's tests, and those of our own layer, which holds one
    "3.10-sdk5": Leg(
        "3.10",
        "fakes/tests/tablestore/sdk-5.4.1.lock",
        ("fakes/tests/tablestore/test_sdk_smoke.py", *map("--ignore=tests/unit/test_{}.py".format, LAYERS)),
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/matrix",
        description="Runs the tests under Python 3.10, 3.11 and 3.12, each in an environment of its own, and on 3.10 "
        "with the Tablestore SDK 5.4.1 that Function Compute preinstalls. Further arguments are pytest's.",
    )
    parser.add_argument("--leg", action="append", choices=LEGS, help="only this one; may be given more than once")
    parser.add_argument("--others", action="store_true", help=f"all but Python {OWN}, which runs this command")
    parser.add_argument("--quick", action="store_true", help="only the unit tests and four journeys")
    parser.add_argument("--set-up", action="store_true", help="only make their environments")
    given, tests = parser.parse_known_args(arguments)
    names = [name for name in given.leg or LEGS if not (given.others and LEGS[name] == Leg(OWN))]
    if given.set_up:
        results = {name: _run(name, LEGS[name], ["--help"]) for name in names}
    else:
        results = {name: _run(name, LEGS[name], [*LEGS[name].tests(given.quick), *tests]) for name in names}
    print("\n".join(f"{name:10} {result}" for name, result in results.items()))
    return 0 if set(results.values()) <= {"ok"} else 1


def _run(name: str, leg: Leg, arguments: Sequence[str]) -> str:
    try:
        python = interpreter(leg.python)
    except NoInterpreter as error:
        return f"cannot run: {error}"
    print(f"== {name}", flush=True)
    began = time.monotonic()
    failed = subprocess.call([python, "scripts/test", *arguments], cwd=ROOT, env=os.environ | leg.environment(name))
    print(f"== {name}: {time.monotonic() - began:.0f} s", flush=True)
    return "FAILED" if failed else "ok"
