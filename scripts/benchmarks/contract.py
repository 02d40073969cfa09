"""The API's document against the running API: schemathesis sends what it can think of, right and wrong, and checks."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.contract_scene import Scene
from benchmarks.stage import AMPLE
from commands.local_cloud import ROUTES, LocalCloud

REQUESTS = 100_000
PER_ROUND = 60
"""Cases that schemathesis draws for an operation before it begins anew with the next seed, and new articles."""
ALL = ("--phases", "coverage,fuzzing,stateful")
FOUND = 1
"""How schemathesis ends when a check failed."""
SECTION = re.compile("^=+ (ERRORS|FAILURES) =+$", re.MULTILINE)
UNLIMITED = {"FEED_BUDGETS": AMPLE}
CONFIGURATION = """
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "413", "415", "429"]
"""

Told = Counter[tuple[str, int]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--requests", type=int, default=REQUESTS, help=f"how many at least (default {REQUESTS:,})")
    parser.add_argument("--seed", type=int, default=1, help="of the first round; each round has the next one")


def run(given: argparse.Namespace) -> dict[str, object]:
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCloud(env=UNLIMITED, timers=False, max_instances=2) as cloud,
        tqdm(total=given.requests, desc="contract", unit="request", mininterval=1, disable=None) as bar,
    ):
        told, failed = _sent(Scene(cloud), given.requests, given.seed, Path(folder), bar)
    result = _judged(told, failed)
    _print(result)
    return result


def _sent(scene: Scene, requests: int, seed: int, folder: Path, bar: Any) -> tuple[Told, int]:
    """Rounds until so many requests were sent: how often each operation was answered by each status, and how many
    rounds failed, of which what schemathesis says is printed."""
    told: Told = Counter()
    failed = 0
    while told.total() < requests:
        counts, complaint = round_of(scene, seed, folder)
        told.update(counts)
        bar.update(counts.total())
        if complaint:
            failed += 1
            tqdm.write(complaint)
        seed += 1
    return told, failed


def round_of(
    scene: Scene, seed: int, folder: Path, per_round: int = PER_ROUND, options: Sequence[str] = ALL
) -> tuple[Told, str]:
    """How often each operation was answered by each status, and the report of failures if there are any.

    `options` are schemathesis' own.
    """
    given, out, configuration = folder / "given.json", folder / "told.json", folder / "schemathesis.toml"
    configuration.write_text(CONFIGURATION)
    out.unlink(missing_ok=True)
    given.write_text(json.dumps({**scene.refreshed(), "seed": seed, "out": str(out)}))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration), "run", str(ROUTES)]
    command += ["--url", scene.api, "--checks", "all", "--max-examples", str(per_round), "--seed", str(seed)]
    command += options
    command += ["--continue-on-failure", "--no-shrink", "--no-color", "--generation-database", "none"]
    environment = {"SCHEMATHESIS_HOOKS": "benchmarks.contract_hooks", "FEED_CONTRACT": str(given), "COLUMNS": "120"}
    done = subprocess.run(command, env={**os.environ, **environment}, cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, FOUND) or not out.exists():
        raise RuntimeError(f"schemathesis did not run:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    counts: Told = Counter({(name, status): count for name, status, count in json.loads(out.read_text())})
    if not done.returncode:
        return counts, ""
    begins = SECTION.search(done.stdout)
    return counts, f"--seed {seed}:\n{done.stdout[begins.start() if begins else 0 :]}"


def _judged(told: Told, failed: int) -> dict[str, Any]:
    """Passed: no round failed, nothing was a 500, and each operation of the document was answered well."""
    document = json.loads(ROUTES.read_text(encoding="utf-8"))
    wanted = [f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods]
    routes = {name: _share(told, name) for name in wanted}
    unanswered = [name for name, share in routes.items() if not share["well"]]
    statuses = Counter[int]()
    for (_, status), count in told.items():
        statuses[status] += count
    return {
        "requests": told.total(),
        "statuses": dict(sorted(statuses.items())),
        "routes": routes,
        "unanswered": unanswered,
        "failed_rounds": failed,
        "passed": not failed and not unanswered and not statuses[500],
    }


def _share(told: Told, name: str) -> dict[str, float]:
    counts = {status: count for (label, status), count in told.items() if label == name}
    well = sum(count for status, count in counts.items() if status < 300)
    return {"requests": sum(counts.values()), "well": well}


def _print(result: dict[str, Any]) -> None:
    print(f"\n  {'':52} requests   2xx")
    for name, share in result["routes"].items():
        print(f"  {name:52} {share['requests']:8,} {share['well'] / max(share['requests'], 1):5.0%}")
    print(f"\n  {result['requests']:,} requests: {_listed(result['statuses'].items())}")
    print(f"  rounds that failed: {result['failed_rounds']}; never answered 2xx: {_named(result['unanswered'])}\n")


def _listed(statuses: Iterable[tuple[int, int]]) -> str:
    return ", ".join(f"{count:,} × {status}" for status, count in statuses)


def _named(routes: Sequence[str]) -> str:
    return ", ".join(routes) or "none"
