"""The Tablestore emulator: processor time of the server per operation or row, beside dynalite and moto."""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tqdm import tqdm

from benchmarks.tablestore_growth import growth
from benchmarks.tablestore_load import cpu_us
from benchmarks.tablestore_peers import ROWS_PER_REQUEST, Ours, Server, dynalite, moto

CONNECTIONS = (1, 8, 32)
ROUNDS = 5
SECONDS = 0.5  # of one sample

Figures = dict[str, dict[int, dict[str, float]]]  # operation -> connections -> server -> us


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--storage", choices=("memory", "sqlite"), default="memory", help="ours (default memory)")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"samples of each figure (default {ROUNDS})")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"of each sample (default {SECONDS})")
    parser.add_argument(
        "--rows",
        type=int,
        metavar="N",
        help="instead: ours with 1,000 rows, 10,000 ... N, and its memory; 1 above its aims",
    )


def run(given: argparse.Namespace) -> dict[str, object]:
    """The servers take turns, so that what else the machine does strikes all of them; each figure is a median."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = Ours(place / "bench.db" if given.storage == "sqlite" else None)
        servers = {"ours": ours.server()}
        stack.callback(ours.stop)
        if given.rows is not None:
            return growth(ours, given.rows, lambda: _alone(ours, given))
        for name, start in () if given.alone else (("dynalite", dynalite), ("moto", moto)):
            server = start()
            if server is None:
                print(f"{name} is not in .local/bench: scripts/benchmarks/tablestore_peers.py tells how it gets there.")
                continue
            stack.callback(server.stop)
            servers[name] = server
        figures = _compare(servers, ROWS_PER_REQUEST, CONNECTIONS, given)
    _print(figures)
    return {"storage": given.storage, **figures}


def _compare(
    servers: Mapping[str, Server], operations: Mapping[str, int], connections: Sequence[int], given: argparse.Namespace
) -> Figures:
    figures: Figures = {}
    for operation, rows in tqdm(operations.items(), desc="tablestore", mininterval=1, disable=None):
        for server in servers.values():  # the first does not count: node compiles what is called often
            cpu_us(server.port, server.process.pid, server.requests[operation], connections[0], given.seconds)
        for number in connections:
            samples: dict[str, list[float]] = {name: [] for name in servers}
            for _ in range(given.rounds):
                for name, server in servers.items():
                    took = cpu_us(server.port, server.process.pid, server.requests[operation], number, given.seconds)
                    samples[name].append(took * server.parts.get(operation, 1) / rows)
            medians = {name: round(statistics.median(taken), 2) for name, taken in samples.items()}
            figures.setdefault(operation, {})[number] = medians
    return figures


def _alone(ours: Ours, given: argparse.Namespace) -> dict[str, float]:
    """us by operation, with 8 connections."""
    figures = _compare({"ours": ours.server()}, ROWS_PER_REQUEST, (8,), given)
    return {operation: by_connections[8]["ours"] for operation, by_connections in figures.items()}


def _print(figures: Figures) -> None:
    print("\n  us of processor time, of a single row or of each row of a batch or range\n")
    for operation, by_connections in figures.items():
        for connections, servers in by_connections.items():
            cells = "  ".join(f"{name} {us:>8.2f}" for name, us in servers.items())
            print(f"  {operation:9} {connections:>3} connections  {cells}")
    print()
