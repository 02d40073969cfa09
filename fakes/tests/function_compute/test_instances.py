"""What becomes of a function's processes: started, kept, waited for, ended, lost."""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import requests

from alifakes.function_compute import FunctionComputeFake
from alifakes.function_compute.invocations import Invocation
from alifakes.function_compute.sandbox.instance import Instance


def run(fake: FunctionComputeFake, name: str, event: bytes = b"") -> Any:
    """Runs a function inside the emulator, without a protocol around it: the outcome of its instance."""
    assert fake._invocations is not None
    function = fake._invocations._pools[name].function
    return fake._call(fake._invocations.run(Invocation.of(function, "sync"), event))


def run_json(fake: FunctionComputeFake, name: str, **order: object) -> Any:
    return json.loads(run(fake, name, json.dumps(order).encode()).body)


def invocations(fake: FunctionComputeFake, function: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{fake.endpoint}/_fake/invocations", params={"function": function})
    return cast("list[dict[str, Any]]", answer.json()["invocations"])


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true in time"
        time.sleep(0.01)


def running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_the_initializer_runs_once_per_instance(fc3: FunctionComputeFake) -> None:
    first, second = run_json(fc3, "show"), run_json(fc3, "show")
    assert first["pid"] == second["pid"]
    assert second["initialized"] == 1
    assert second["served"] == first["served"] + 1


def test_a_failing_initializer_is_the_answer_every_time(fc3: FunctionComputeFake) -> None:
    for _ in range(2):
        outcome = run(fc3, "unready")
        assert outcome.error_type == "UnhandledInvocationError"
        assert json.loads(outcome.body)["errorMessage"] == "no database"


def test_a_missing_handler_is_named(fc3: FunctionComputeFake) -> None:
    assert run_json(fc3, "missing")["errorMessage"] == "Handler 'absent' missing on module 'index'"


@pytest.mark.parametrize(
    ("value", "body"), [("text", b"text"), ({"a": "é"}, '{"a": "é"}'.encode()), ([1, 2], b"[1, 2]"), (None, b"null")]
)
def test_results(fc3: FunctionComputeFake, value: object, body: bytes) -> None:
    assert run(fc3, "act", json.dumps({"do": "return", "value": value}).encode()).body == body


def test_pre_stop_runs_when_the_emulator_stops(tmp_path: Path, sample: Path, layers: dict[str, Path]) -> None:
    stopped = tmp_path / "stopped"
    with FunctionComputeFake(sample / "s.yaml", env={"STOP_FILE": str(stopped)}, layers=layers) as fake:
        pid = run_json(fake, "show")["pid"]
        assert not stopped.exists()
    assert stopped.read_text() == "stopped"
    assert not running(pid)


def test_what_a_worker_starts_dies_with_it(sample: Path, layers: dict[str, Path]) -> None:
    with FunctionComputeFake(sample / "s.yaml", layers=layers) as fake:
        grandchild = run_json(fake, "act", do="spawn")["pid"]
        assert running(grandchild)
    until(lambda: not running(grandchild))


def test_an_instance_that_ended_while_idle_is_replaced(fc3: FunctionComputeFake, tmp_path: Path) -> None:
    for number in range(3):
        file = tmp_path / str(number)
        pid = run_json(fc3, "act", do="die-later", file=str(file))["pid"]
        (instance,) = [idle for idle in fc3._pools["act"]._idle if idle._process and idle._process.pid == pid]
        file.touch()
        until(instance.has_ended)
    assert run(fc3, "act", b'{"do": "nothing"}').body == b"done"


def test_an_invocation_goes_on_when_its_client_is_gone(fc3: FunctionComputeFake, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{fc3.api_endpoint}/gate", data=str(gate), timeout=0.5)
    assert len(list(tmp_path.glob("gate.*"))) == 1
    gate.touch()

    def statuses() -> list[str]:
        return [record["status"] for record in invocations(fc3, "gate")]

    until(lambda: statuses() == ["200"])


def test_memory_is_the_functions_own(fc3: FunctionComputeFake) -> None:
    assert 5 < run(fc3, "echo").memory_mb < 40


def test_output_goes_to_the_log_with_its_request(tmp_path: Path, sample: Path, layers: dict[str, Path]) -> None:
    log = tmp_path / "functions.log"
    with FunctionComputeFake(sample / "s.yaml", layers=layers, log_file=log) as fake:
        assert run(fake, "act", b'{"do": "print", "text": "a line"}').body == b"done"
    line = next(line for line in log.read_text().splitlines() if line.endswith("  a line"))
    _, function, request_id, _ = line.split("  ", 3)
    assert function == "act"
    assert f"FC Invoke End RequestId: {request_id}" in log.read_text()


def test_a_function_that_prints_without_end_is_stopped_in_time(fc2: FunctionComputeFake) -> None:
    outcome = run(fc2, "sample$act", b'{"do": "flood"}')
    assert "timed out" in json.loads(outcome.body)["errorMessage"]
    assert outcome.duration_ms < 20_000
    assert run(fc2, "sample$act", b'{"do": "nothing"}').body == b"done"


def test_a_process_that_cannot_be_started_is_a_failed_attempt(
    fc3: FunctionComputeFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.pipe, []

    def pipe() -> tuple[int, int]:
        calls.append(1)
        if len(calls) == 1:
            raise OSError(24, "Too many open files")
        return real()

    run(fc3, "act", b'{"do": "die"}')
    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(os, "pipe", pipe)
    outcome = run(fc3, "act", b'{"do": "nothing"}')
    assert "Process could not be started: Too many open files" in json.loads(outcome.body)["errorMessage"]
    assert len(os.listdir("/proc/self/fd")) <= before
    assert run(fc3, "act", b'{"do": "nothing"}').body == b"done"


def test_an_instance_given_up_while_it_starts_leaves_nothing(
    fc3: FunctionComputeFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Instance] = []

    async def cancelled(**_: object) -> None:
        started.extend(fc3._pools["act"]._instances)
        raise asyncio.CancelledError

    run(fc3, "act", b'{"do": "die"}')
    monkeypatch.setattr(asyncio, "open_unix_connection", cancelled)
    with pytest.raises(concurrent.futures.CancelledError):
        run(fc3, "act", b'{"do": "nothing"}')
    monkeypatch.undo()
    assert all(instance.has_ended() for instance in started if not instance.alive)
    assert not any(instance in fc3._pools["act"]._instances for instance in started if not instance.alive)
    assert run(fc3, "act", b'{"do": "nothing"}').body == b"done"


TRIGGER = {"triggerName": "t", "triggerType": "http", "triggerConfig": {"authType": "anonymous", "methods": ["POST"]}}


@pytest.mark.parametrize(("options", "reserved"), [({"max_instances": 2}, 9), ({"max_instances": 9}, 2)])
def test_instances_scale_then_requests_wait_then_are_refused(
    start: Callable[..., Any], tmp_path: Path, options: dict[str, int], reserved: int
) -> None:
    props = {"handler": "index.gate", "timeout": 30, "triggers": [TRIGGER]}
    fake = start({**props, "concurrencyConfig": {"reservedConcurrency": reserved}}, max_waiting=1, **options).fake
    gate = tmp_path / "gate"
    statuses: list[int] = []

    def post() -> requests.Response:
        return requests.post(fake.api_endpoint, data=str(gate), headers={"host": "one.localhost"}, timeout=30)

    threads = [threading.Thread(target=lambda: statuses.append(post().status_code)) for _ in range(3)]
    for number, thread in enumerate(threads):
        thread.start()
        until(lambda number=number: len(list(tmp_path.glob("gate.*"))) == min(number + 1, 2))  # type: ignore[misc]
    until(lambda: fake._pools["one"]._waiting == 1)
    refused = post()
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many_requests")
    gate.touch()
    for thread in threads:
        thread.join()
    assert statuses == [200, 200, 200]


def test_workers_die_with_an_emulator_that_is_killed(sample: Path, layers: dict[str, Path], tmp_path: Path) -> None:
    mapped = [f"--layer={name}={folder}" for name, folder in layers.items()]
    command = "import sys; from alifakes.function_compute.command import main; sys.exit(main(sys.argv[1:]))"
    arguments = [
        str(sample / "s.yaml"),
        "--port=0",
        "--api-port=0",
        "--no-console",
        f"--routes={sample / 'openapi.yaml'}",
        *mapped,
    ]
    # where its merged layers stay
    environment = {**os.environ, "PYTHONPATH": str(sample.parents[2]), "TMPDIR": str(tmp_path)}
    emulator = subprocess.Popen(
        [sys.executable, "-c", command, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert emulator.stdout is not None
        assert emulator.stderr is not None
        emulator.stdout.readline()
        ready = emulator.stdout.readline().decode().split()
        assert ready[0] == "ready:"
        requests.get(f"{ready[1]}/things/1", timeout=20)
        requests.get(f"{ready[1]}/things/special", timeout=20)
        children = Path(f"/proc/{emulator.pid}/task").glob("*/children")
        workers = [int(pid) for file in children for pid in file.read_text().split()]
        assert len(workers) == 2
        emulator.kill()
        emulator.wait()
        until(lambda: not any(running(pid) for pid in workers))
    finally:
        emulator.kill()
        emulator.communicate()
