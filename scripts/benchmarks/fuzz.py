"""Inputs that nobody sends, to the product's edges and to the emulators' ports: none is a bug, none is believed."""

from __future__ import annotations

import argparse
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from alifakes.tablestore.app import TablestoreFake
from benchmarks import fuzz_ports, fuzz_product, fuzz_signed
from benchmarks.fuzz_emulators import indexed
from benchmarks.stage import AMPLE, Stage
from commands.local_cloud import LocalCloud

MINUTES = 10.0
MOST_FAILURES = 5
"""Of a target, after which it is left."""
STRIDE = 1_000_003
"""Between two batches' seeds, so that runs from neighbouring seeds do not repeat each other."""


class Target(Protocol):
    """Tries a batch of inputs drawn from a seed, and counts what came of them; raises for a failure."""

    def attempt(self, seed: int) -> Counter[str]: ...


@dataclass
class Tried:
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)
    """What was said, by the batch's seed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"shared by the targets (default {MINUTES:g})")
    parser.add_argument("--seed", type=int, default=1, help="of the first batch of each target (default 1)")
    parser.add_argument("--target", metavar="NAME", help="one of the printed names only; --minutes 0 tries one batch")


def run(given: argparse.Namespace) -> dict[str, object]:
    with targets() as every:
        if given.target is not None and given.target not in every:
            raise SystemExit(f"There is no target {given.target!r}; there are {', '.join(every)}.")
        chosen = {name: target for name, target in every.items() if given.target in (None, name)}
        tried = tried_of(chosen, given.minutes * 60, given.seed)
    result = result_of(tried)
    _print(result)
    return result


@contextmanager
def targets() -> Iterator[dict[str, Target]]:
    """By name, each on a stage of its own or with others."""
    with ExitStack() as stack:
        keys = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        scene = fuzz_product.Scene(stack.enter_context(Stage(keys)), keys)
        cloud = stack.enter_context(LocalCloud(env={"FEED_BUDGETS": AMPLE}, timers=False, max_instances=2))
        port = fuzz_ports.TablestoreHttp(stack.enter_context(TablestoreFake()))
        stack.callback(port.close)
        yield {
            "events": fuzz_product.Events(scene),
            "cursors": fuzz_product.Cursors(scene),
            "tokens": fuzz_signed.Tokens(scene),
            "notifications": fuzz_signed.Notifications(scene),
            "traces": fuzz_product.Traces(scene),
            "tablestore-bodies": fuzz_ports.TablestoreBodies(),
            "tablestore-http": port,
            "tablestore-search": fuzz_ports.Searches(stack.enter_context(indexed())),
            "function-compute": fuzz_ports.invocation_port(cloud),
            "api-gateway": fuzz_ports.api_port(cloud),
            "alipay": fuzz_ports.AlipayGateway(cloud),
        }


def tried_of(chosen: Mapping[str, Target], seconds: float, first: int) -> dict[str, Tried]:
    """Batch after batch of each in turn, at least one."""
    tried = {name: Tried() for name in chosen}
    ends, seed = time.monotonic() + seconds, first
    with tqdm(desc="fuzz", unit=" inputs", mininterval=1, disable=None) as bar:
        while True:
            for name, target in chosen.items():
                if len(tried[name].failures) < MOST_FAILURES:
                    bar.update(_batch(target, seed, tried[name]))
            if time.monotonic() >= ends:
                return tried
            seed += STRIDE


def _batch(target: Target, seed: int, tried: Tried) -> int:
    try:
        outcomes = target.attempt(seed)
    except AssertionError as failure:
        tried.failures[seed] = str(failure) or traceback.format_exc(limit=-3)
    except Exception:
        tried.failures[seed] = traceback.format_exc(limit=-8)
    else:
        tried.outcomes += outcomes
        return outcomes.total()
    return 0


def result_of(tried: Mapping[str, Tried]) -> dict[str, Any]:
    counted = {name: {"inputs": each.outcomes.total(), **each.outcomes} for name, each in tried.items()}
    failures = {name: each.failures for name, each in tried.items() if each.failures}
    inputs = sum(each["inputs"] for each in counted.values())
    return {"inputs": inputs, "targets": counted, "failures": failures, "passed": not failures}


def _print(result: Mapping[str, Any]) -> None:
    print(f"\n  {'':18} {'inputs':>9} {'refused':>9} {'accepted':>9} {'cut off':>8} failures")
    for name, counted in result["targets"].items():
        cells = [f"{counted.get(kind, 0):9,}" for kind in ("inputs", "refused", "accepted")]
        failed = len(result["failures"].get(name, ()))
        print(f"  {name:18} {' '.join(cells)} {counted.get(fuzz_ports.DROPPED, 0):8,} {failed:8}")
    for name, failures in result["failures"].items():
        for seed, said in failures.items():
            print(f"\n  FAILED: scripts/bench fuzz --target {name} --seed {seed} --minutes 0\n{said[:2000]}")
    failed = sum(map(len, result["failures"].values()))
    print(f"\n  {result['inputs']:,} inputs tried, {failed} batches failed\n")
