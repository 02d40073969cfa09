"""What a function's process is given, and what becomes of it."""

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

import fc2 as sdk
import pytest
import requests

from alifakes.function_compute import FunctionComputeFake, ProjectError
from alifakes.function_compute.invocations import Invocation
from alifakes.function_compute.sandbox.instance import Instance


def write_project(folder: Path, sample: Path, props: str) -> Path:
    """A project of one fc3 function on the sample's code."""
    file = folder / "s.yaml"
    lines = "\n".join(f"      {line}" for line in props.strip().splitlines())
    file.write_text(
        f"edition: 3.0.0\nname: one\nresources:\n  one:\n    component: fc3\n    props:\n"
        f"      region: cn-hangzhou\n      functionName: one\n      code: {sample / 'code'}\n{lines}\n"
    )
    return file


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


def test_context_of_python_3_10(fc3: FunctionComputeFake) -> None:
    context = run_json(fc3, "show-310")["context"]
    assert context.pop("request_id")
    assert context == {
        "account_id": "1000000000000000",
        "credentials": {"access_key_id": "STS.local", "access_key_secret": "local", "security_token": "local-token"},
        "function": {"name": "show-310", "handler": "index.show", "memory": 128, "timeout": 2},
        "region": "cn-hangzhou",
        "service": {"name": None, "log_project": "", "log_store": "", "qualifier": "LATEST", "version_id": ""},
        "tracing": {"span_context": "", "jaeger_endpoint": "", "span_baggages": ""},
    }


def test_context_of_python_3_12_has_no_credentials(fc3: FunctionComputeFake) -> None:
    context = run_json(fc3, "show")["context"]
    assert context.pop("request_id")
    assert context == {
        "account_id": "1000000000000000",
        "function": {
            "name": "show",
            "handler": "index.show",
            "memory": 128,
            "timeout": 2,
            "version_id": "LATEST",
            "qualifier": "LATEST",
        },
        "log_project": "",
        "log_store": "",
        "region": "cn-hangzhou",
    }


def test_service_of_a_function_of_edition_1(fc2: FunctionComputeFake) -> None:
    shown = run_json(fc2, "sample$show")
    assert shown["context"]["service"]["name"] == "sample"
    assert shown["environment"]["FC_SERVICE_NAME"] == "sample"
    assert shown["environment"]["securityToken"] == "local-token"
    assert shown["environment"]["GREETING"] == "hello"


def test_environment_is_the_declared_one_alone(
    fc3: FunctionComputeFake, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FROM_OUTSIDE", "leaks")
    environment = run_json(fc3, "show")["environment"]
    assert environment.pop("FC_INSTANCE_ID").startswith("c-")
    assert environment == {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "GREETING": "hello cn-hangzhou",
        "STOP_FILE": "/dev/null",
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "STS.local",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local",
        "ALIBABA_CLOUD_SECURITY_TOKEN": "local-token",
        "FC_ACCOUNT_ID": "1000000000000000",
        "FC_CUSTOM_LISTEN_PORT": "9000",
        "FC_FUNC_CODE_PATH": f"{sample}/code/",
        "FC_FUNCTION_HANDLER": "index.show",
        "FC_FUNCTION_MEMORY_SIZE": "128",
        "FC_FUNCTION_NAME": "show",
        "FC_FUNCTION_VERSION": "LATEST",
        "FC_REGION": "cn-hangzhou",
    }


def test_path_is_code_and_standard_library(fc3: FunctionComputeFake, sample: Path) -> None:
    shown = run_json(fc3, "show")
    assert shown["path"][0] == shown["cwd"] == str(sample / "code")
    assert not any("site-packages" in entry or "alifakes" in entry for entry in shown["path"])


@pytest.mark.parametrize("module", ["numpy", "pydantic", "requests", "alifakes", "yaml"])
def test_packages_of_the_emulator_do_not_leak_in(fc3: FunctionComputeFake, module: str) -> None:
    assert run_json(fc3, "act", do="import", module=module)["errorType"] == "ModuleNotFoundError"


def test_first_layer_wins(fc3: FunctionComputeFake) -> None:
    assert run_json(fc3, "shadow") == {"shared": "first", "only_second": "second"}


def test_a_folder_without_python_is_a_layer_itself(tmp_path: Path, sample: Path) -> None:
    arn = "acs:fc:cn-hangzhou:official:layers/packages/versions/1"
    file = write_project(tmp_path, sample, f"runtime: python3.12\nhandler: index.act\nlayers: [{arn}]")
    site_packages = Path(sdk.__file__).parents[1]
    with FunctionComputeFake(file, layers={"packages": site_packages}) as fake:
        assert run(fake, "one", b'{"do": "import", "module": "pydantic"}').body == b"done"


def test_a_layer_that_is_not_mapped_is_an_error_at_start(sample: Path, layers: dict[str, Path]) -> None:
    with pytest.raises(ProjectError, match="function shadow uses layer 'second', which is mapped to no folder"):
        FunctionComputeFake(sample / "s.yaml", layers={"first": layers["first"]}).start()


def test_without_a_role_there_are_no_credentials(tmp_path: Path, sample: Path) -> None:
    file = write_project(tmp_path, sample, "runtime: python3.10\nhandler: index.show")
    with FunctionComputeFake(file) as fake:
        shown = run_json(fake, "one")
        assert "one has no role, so it is given no credentials." in fake.notes
    assert set(shown["context"]["credentials"].values()) == {""}
    assert not any(name.startswith("ALIBABA_CLOUD_") for name in shown["environment"])


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


def test_an_interpreter_that_does_not_exist(sample: Path, layers: dict[str, Path]) -> None:
    interpreters = {"python3.10": "/nowhere/python3.10"}
    with pytest.raises(ProjectError, match=r"interpreter /nowhere/python3\.10 cannot be run"):
        FunctionComputeFake(sample / "s.yaml", layers=layers, interpreters=interpreters).start()


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


def test_instances_scale_then_requests_wait_then_are_refused(tmp_path: Path, sample: Path) -> None:
    url = "/work"
    paths = {url: {"post": {"x-aliyun-apigateway-backend": {"functionName": "one"}}}}
    trigger = (
        "\ntriggers:\n  - {triggerName: t, triggerType: http, triggerConfig: {authType: anonymous, methods: [POST]}}"
    )
    file = write_project(tmp_path, sample, f"runtime: python3.10\nhandler: index.gate\ntimeout: 30{trigger}")
    gate = tmp_path / "gate"
    with FunctionComputeFake(file, routes={"paths": paths}, max_instances=2, max_waiting=1) as fake:
        statuses: list[int] = []

        def post() -> None:
            statuses.append(requests.post(fake.api_endpoint + url, data=str(gate), timeout=30).status_code)

        threads = [threading.Thread(target=post) for _ in range(3)]
        for number, thread in enumerate(threads):
            thread.start()
            until(lambda number=number: len(list(tmp_path.glob("gate.*"))) == min(number + 1, 2))  # type: ignore[misc]
        until(lambda: fake._pools["one"]._waiting == 1)
        refused = requests.post(fake.api_endpoint + url, data=str(gate), timeout=30)
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many_requests")
        gate.touch()
        for thread in threads:
            thread.join()
    assert statuses == [200, 200, 200]


def test_workers_die_with_an_emulator_that_is_killed(sample: Path, layers: dict[str, Path]) -> None:
    mapped = [f"--layer={name}={folder}" for name, folder in layers.items()]
    command = "import sys; from alifakes.function_compute.command import main; sys.exit(main(sys.argv[1:]))"
    arguments = [str(sample / "s.yaml"), "--port=0", "--api-port=0", f"--routes={sample / 'openapi.yaml'}", *mapped]
    environment = {**os.environ, "PYTHONPATH": str(sample.parents[2])}
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
