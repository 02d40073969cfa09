"""Processor time from a function's cold start to its first answer, beside importing its third parties at once."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.coldstart_scene import Scene, scene
from commands.layers.archive import compile_all
from commands.layers.build import unpacked
from commands.layers.contents import LAYERS, LEFT_OUT, NOT_IN_VENDOR, layer
from commands.layers.install import install
from commands.layers.interpreters import NoInterpreter, interpreter
from commands.running import ROOT

PYTHONS = ("3.10", "3.11", "3.12")
LEAST_RUNS = 9
EAGER = (
    "import tablestore",
    "from pydantic import BaseModel",  # `import pydantic` alone loads next to nothing
    "import jwt",
    "from cryptography.hazmat.primitives.asymmetric import rsa",
    "import fc2",
)
"""What a handler would write at its top."""
MOST = 0.5
MOST_WITHOUT_SDK = 0.2
WITHOUT_SDK = ("healthz", "alipay-callback: refused")
CHILD = Path(__file__).with_name("coldstart_child.py")
TIMEOUT_S = 120


@dataclass(frozen=True)
class Cost:
    """Medians over fresh processes; `packages` are the third parties' that were imported."""

    cpu_ms: float
    rss_mb: float
    modules: int
    packages: Sequence[str] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--python", action="append", choices=PYTHONS, help="one of them only; may be repeated")
    parser.add_argument("--runs", type=int, default=LEAST_RUNS, help=f"fresh processes of each (default {LEAST_RUNS})")


def run(given: argparse.Namespace) -> dict[str, object]:
    """Of each Python that is here, the newest one's figures at the top; a missing one is said and left out."""
    found: dict[str, dict[str, Any]] = {}
    for version in given.python or PYTHONS:
        try:
            found[version] = _measured(interpreter(version), given.runs)
        except NoInterpreter as error:
            print(f"\n  {error}")
            continue
        _print(version, found[version], given.runs)
    passed = bool(found) and all(python["passed"] for python in found.values())
    newest = found[list(found)[-1]] if found else {}
    return {**newest, "pythons": found, "runs": given.runs, "passed": passed}


def _measured(python: Path, runs: int) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        eager_path = _installed_whole(python, Path(folder) / "whole")
        layers = {each.name: str(unpacked(each, python, Path(folder) / each.name)) for each in LAYERS}
        with scene(Path(folder) / "keys") as asked:
            return _rounds(python, eager_path, layers, asked, runs)


def _installed_whole(python: Path, folder: Path) -> str:
    """What pip makes of the vendor layer's requirements: nothing pruned, compiled all the same."""
    everything = [*layer("vendor").holds, *LEFT_OUT, *NOT_IN_VENDOR]
    install(everything, python, folder)
    compile_all(folder, python)
    return str(folder)


def _rounds(python: Path, eager_path: str, layers: Mapping[str, str], asked: Scene, runs: int) -> dict[str, Any]:
    """Every round measures the eager imports and each first answer, so that a busy minute strikes all of them."""
    eager: list[dict[str, Any]] = []
    answers: dict[str, list[dict[str, Any]]] = {name: [] for name in asked.events()}
    for _ in range(runs):
        eager.append(_child(python, {"path": [eager_path], "imports": EAGER}))
        for name, event in asked.events().items():
            answers[name].append(_first_answer(python, layers, name, event()))
    base = _cost(eager)
    handlers = {name: _judged(name, _cost(costs), base) for name, costs in answers.items()}
    return {
        "eager_cpu_ms": base.cpu_ms,
        "eager_rss_mb": base.rss_mb,
        "eager_modules": base.modules,
        "handlers": handlers,
        "passed": all(handler["passed"] for handler in handlers.values()),
    }


def _first_answer(python: Path, layers: Mapping[str, str], name: str, event: bytes) -> dict[str, Any]:
    function = name.partition(":")[0]
    code = str(ROOT / "functions" / function.replace("-", "_"))
    given = {"path": _path(layers, function), "code": code, "function": function, "event": event.decode()}
    cost = _child(python, {**given, "timeout": TIMEOUT_S})
    status = cost["answer"].get("statusCode", 200) if isinstance(cost["answer"], dict) else 200
    assert status == 400 if name.endswith(": refused") else status < 300, f"{name}: {cost['answer']}"
    return cost


def _path(layers: Mapping[str, str], function: str) -> list[str]:
    more = {"sweep": ["alipay"], "train-recommendations": ["train"]}.get(function, [])
    return [layers[name] for name in ("core", "vendor", *more)]


def _child(python: Path, given: Mapping[str, object]) -> dict[str, Any]:
    """Without site-packages, the user's or the interpreter's own; nothing is compiled that the layers lack."""
    done = subprocess.run(
        [python, "-I", "-S", "-B", CHILD], input=json.dumps(given), capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr
    cost: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return cost


def _cost(costs: Sequence[Mapping[str, Any]]) -> Cost:
    middle = {name: round(median(cost[name] for cost in costs), 1) for name in ("cpu_ms", "rss_mb")}
    return Cost(**middle, modules=round(median(cost["modules"] for cost in costs)), packages=costs[0]["packages"])


def _judged(name: str, cost: Cost, eager: Cost) -> dict[str, Any]:
    most = MOST_WITHOUT_SDK if name in WITHOUT_SDK else MOST
    ratio = cost.cpu_ms / eager.cpu_ms
    return {
        "cpu_ms": cost.cpu_ms,
        "ratio": round(ratio, 3),
        "most": most,
        "rss_mb": cost.rss_mb,
        "modules": cost.modules,
        "packages": cost.packages,
        "passed": ratio <= most,
    }


def _print(version: str, result: Mapping[str, Any], runs: int) -> None:
    print(f"\n  {'Python ' + version:34} CPU ms   ratio  at most   RSS MB  modules")
    eager = {"cpu_ms": result["eager_cpu_ms"], "rss_mb": result["eager_rss_mb"], "modules": result["eager_modules"]}
    for name, cost in {"eager imports": eager, **result["handlers"]}.items():
        ratio = f"{cost['ratio']:>7.2f} {cost['most']:>8}" if "ratio" in cost else " " * 16
        verdict = "" if cost.get("passed", True) else "  NOT passed"
        print(f"  {name:34} {cost['cpu_ms']:>6.0f} {ratio} {cost['rss_mb']:>8.0f} {cost['modules']:>8}{verdict}")
    print(f"\n  Medians of {runs} fresh processes; {'passed' if result['passed'] else 'NOT passed'}.")
