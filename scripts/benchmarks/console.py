"""What the console costs the runtime: the same invocations on an emulator with it, watched, and on one without.

1 when the console makes the emulator's own processor time more than half as much again.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

MOST_RATIO = 1.5
AT_ONCE = 4
BLOCK = 500  # invocations of one emulator before the other's turn
# Each asks for rows with its own key but no signature: the refusal is logged like any request, and costs little.
CODE = """
import http.client, json, os, socket
HEADERS = {"x-ots-accesskeyid": os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"]}
connection = http.client.HTTPConnection(os.environ["OTS"])
connection.connect()
connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
def act(event, context):
    for _ in range(int(os.environ["REQUESTS"])):
        connection.request("POST", "/GetRow", b"x" * 300, HEADERS)
        connection.getresponse().read()
    print(json.dumps({"operation": "work", "outcome": "200", "padding": "x" * 200}))
    return {"statusCode": 200, "body": "x" * 500}
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--invocations", type=int, default=10_000, help="on each emulator (default 10000)")
    parser.add_argument("--requests", type=int, default=5, help="to Tablestore in each (default 5)")


def run(given: argparse.Namespace) -> dict[str, object]:
    with TemporaryDirectory() as folder, ExitStack() as stack:
        project = _project(Path(folder), given.requests)
        tablestore = stack.enter_context(_command("tablestore"))["ready"]
        environment = {"OTS": urlsplit(tablestore).netloc}
        bare = stack.enter_context(_Emulator.running([*project, "--no-console"], environment))
        watched = stack.enter_context(_Emulator.running([*project, "--tablestore", tablestore], environment))
        watcher = stack.enter_context(_watching(watched.endpoint))
        for _ in range(-(-given.invocations // BLOCK)):
            for emulator in (bare, watched):
                emulator.work(min(BLOCK, given.invocations - emulator.done))
        counted = watched.counted()
        return _report(bare, watched, counted, watcher, given.requests)


class _Emulator:
    """One emulator of Function Compute, and what it took to run invocations."""

    def __init__(self, pid: int, endpoint: str, api: str) -> None:
        self.pid = pid
        self.endpoint = endpoint
        self.done = 0
        self.cpu_s = 0.0
        self.took_ms: list[float] = []
        self._api = urlsplit(api).netloc
        self.work(AT_ONCE * 10)  # instances start
        self.done, self.cpu_s, self.took_ms = 0, 0.0, []
        self.before_mb = _resident_mb(pid)

    @classmethod
    @contextmanager
    def running(cls, arguments: list[str], environment: dict[str, str]) -> Iterator[_Emulator]:
        with _command("fc", *arguments, **environment) as said:
            yield cls(int(said["pid"]), said["invoke"], said["ready"])

    def work(self, count: int) -> None:
        began = _cpu_s(self.pid)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            shares = [count // AT_ONCE + (each < count % AT_ONCE) for each in range(AT_ONCE)]
            for took in pool.map(self._calls, shares):
                self.took_ms += took
        self.cpu_s += _cpu_s(self.pid) - began
        self.done += count

    def _calls(self, count: int) -> list[float]:
        took = []
        connection = http.client.HTTPConnection(self._api, timeout=60)
        for _ in range(count):
            began = time.perf_counter()
            connection.request("GET", "/work")
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, f"/work answered {answer.status}"
            took.append((time.perf_counter() - began) * 1000)
        connection.close()
        return took

    def counted(self) -> int:
        """The requests to Tablestore that the console ascribes to invocations."""
        connection = http.client.HTTPConnection(urlsplit(self.endpoint).netloc, timeout=60)
        connection.request("GET", "/_console/api/costs")
        costs = json.loads(connection.getresponse().read())
        connection.close()
        return sum(int(each["sums"][3]) for each in costs["functions"])

    def percentile(self, part: float) -> float:
        return sorted(self.took_ms)[int((len(self.took_ms) - 1) * part)]


def _report(
    bare: _Emulator, watched: _Emulator, counted: int, watcher: dict[str, int], requests: int
) -> dict[str, object]:
    ratio = watched.cpu_s / bare.cpu_s
    asked = (watched.done + AT_ONCE * 10) * requests
    print(f"{watched.done} invocations on each, {requests} requests to Tablestore in each, {AT_ONCE} at once\n")
    print(f"{'':34}{'without':>10}{'with':>10}{'ratio':>8}")
    rows = [("emulator's CPU ms / invocation", bare.cpu_s / bare.done * 1000, watched.cpu_s / watched.done * 1000)]
    rows += [
        (f"answer ms, {part:g} %", bare.percentile(part / 100), watched.percentile(part / 100)) for part in (50, 99)
    ]
    rows.append(("emulator's memory, MB", _resident_mb(bare.pid), _resident_mb(watched.pid)))
    for name, without, with_it in rows:
        print(f"{name:34}{without:10.2f}{with_it:10.2f}{with_it / without:8.2f}")
    per_kb = (_resident_mb(watched.pid) - watched.before_mb) * 1024 / watched.done
    print(f"\n{per_kb:.1f} KB more memory per invocation; of {asked} requests, {counted} belong to an invocation.")
    print(f"The watcher was told {watcher['events']} times, {watcher['bytes'] / 2**20:.1f} MB in all.")
    return {
        "cpu_ratio": ratio,
        "kb_per_invocation": per_kb,
        "requests": asked,
        "counted": counted,
        "passed": ratio <= MOST_RATIO and counted == asked,
    }


def _project(folder: Path, requests: int) -> list[str]:
    """The arguments that name a project of one function."""
    code = folder / "code"  # alone: whatever else lay in it would be seen as new code
    code.mkdir()
    (code / "index.py").write_text(CODE)
    variables = {"OTS": "${env('OTS')}", "REQUESTS": str(requests)}
    props = {
        "region": "cn-hangzhou",
        "functionName": "work",
        "runtime": "python3.10",
        "handler": "index.act",
        "code": str(code),
        "role": "acs:ram::1000000000000000:role/bench",
        "timeout": 60,
        "environmentVariables": variables,
    }
    units = {"work": {"component": "fc3", "props": props}}
    (folder / "s.yaml").write_text(json.dumps({"edition": "3.0.0", "name": "bench", "resources": units}))
    backend = {"x-aliyun-apigateway-backend": {"type": "FC", "functionName": "work"}}
    (folder / "routes.json").write_text(json.dumps({"paths": {"/work": {"get": backend}}}))
    ports = ["--port", "0", "--api-port", "0", "--log-file", str(folder / "log")]
    return [str(folder / "s.yaml"), *ports, "--routes", str(folder / "routes.json")]


@contextmanager
def _command(name: str, *arguments: str, **environment: str) -> Iterator[dict[str, str]]:
    """`python -m alifakes` while the block runs; what its lines say until it is ready, and its pid."""
    command = [sys.executable, "-m", "alifakes", name, *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **environment}
    ) as process:
        try:
            assert process.stdout is not None
            said = {"pid": str(process.pid)}
            for line in process.stdout:
                key, _, value = line.strip().partition(": ")
                said[key] = value
                if key == "ready":
                    break
            threading.Thread(target=process.stdout.read, daemon=True).start()  # a line per invocation
            yield said
        finally:
            process.terminate()


@contextmanager
def _watching(endpoint: str) -> Iterator[dict[str, int]]:
    """As a browser would: how often and how much it has been told."""
    told = {"events": 0, "bytes": 0}
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=60)
    connection.request("GET", "/_console/api/events")
    stream = connection.getresponse()

    def read() -> None:
        for line in stream:
            told["events"] += line.startswith(b"event: ")
            told["bytes"] += len(line)

    threading.Thread(target=read, daemon=True).start()
    yield told


def _cpu_s(pid: int) -> float:
    """Of the process alone, not of those that it started."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
