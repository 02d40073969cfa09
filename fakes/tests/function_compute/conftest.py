"""The sample project, served in both editions."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import fc2 as sdk
import pytest
import requests
from alibabacloud_fc20230330.client import Client
from alibabacloud_fc20230330.models import InvokeFunctionHeaders, InvokeFunctionRequest
from alibabacloud_tea_openapi.models import Config
from darabonba.runtime import RuntimeOptions

from alifakes.function_compute import FunctionComputeFake

SAMPLE = Path(__file__).parent / "sample"


class Caller:
    """Speaks with an emulator: its functions through the official client, its own routes by HTTP."""

    def __init__(self, fake: FunctionComputeFake) -> None:
        self.fake = fake
        keys = {"access_key_id": "local", "access_key_secret": "local", "region_id": "cn-hangzhou"}
        self._client = Client(Config(**keys, endpoint=fake.endpoint.removeprefix("http://"), protocol="http"))

    def _invoke(self, name: str, order: dict[str, object], **headers: str) -> Any:
        request = InvokeFunctionRequest(body=io.BytesIO(json.dumps(order).encode()))
        return self._client.invoke_function_with_options(
            name, request, InvokeFunctionHeaders(**headers), RuntimeOptions()
        )

    def now(self, name: str, **order: object) -> Any:
        """What the function returned, or the error's body: as JSON where it is."""
        body = self._invoke(name, order).body.read()
        try:
            return json.loads(body)
        except ValueError:
            return body.decode()

    def later(self, name: str, *, task: str | None = None, **order: object) -> Any:
        """The answer's headers."""
        named = {"x_fc_async_task_id": task} if task is not None else {}
        return self._invoke(name, order, x_fc_invocation_type="Async", **named).headers

    def wait(self) -> None:
        assert requests.post(f"{self.fake.endpoint}/_fake/idle?timeout_ms=60000").status_code == 200

    def advance(self, seconds: float) -> None:
        answer = requests.post(f"{self.fake.endpoint}/_fake/clock", json={"advance_ms": int(seconds * 1000)})
        assert answer.status_code == 200

    def records(self, name: str) -> list[dict[str, Any]]:
        answer = requests.get(f"{self.fake.endpoint}/_fake/invocations", params={"function": name})
        return cast("list[dict[str, Any]]", answer.json()["invocations"])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Caller]]:
    """Starts an emulator of one fc3 function, by default on the sample's code; options go to the emulator."""
    running: list[FunctionComputeFake] = []

    def begin(props: dict[str, object], **options: Any) -> Caller:
        file = tmp_path / "s.yaml"
        defaults = {"region": "cn-hangzhou", "functionName": "one", "runtime": "python3.12", "handler": "index.act"}
        unit = {"component": "fc3", "props": {**defaults, "code": str(SAMPLE / "code"), **props}}
        file.write_text(json.dumps({"edition": "3.0.0", "name": "one", "resources": {"one": unit}}))
        fake = FunctionComputeFake(file, **{"timers": False, **options})
        fake.start()
        running.append(fake)
        return Caller(fake)

    yield begin
    for fake in running:
        fake.stop()


@pytest.fixture(scope="session")
def speak() -> Callable[[FunctionComputeFake], Caller]:
    return Caller


@pytest.fixture
def calls(fc3: FunctionComputeFake) -> Caller:
    """Speaks with the emulator of the sample's fc3 functions."""
    return Caller(fc3)


@pytest.fixture(scope="session")
def sample() -> Path:
    """The folder of the sample project."""
    return SAMPLE


@pytest.fixture(scope="session")
def layers(sample: Path) -> dict[str, Path]:
    return {"first": sample / "layers/first", "second": sample / "layers/second"}


@pytest.fixture(scope="module")
def fc3(sample: Path, layers: dict[str, Path]) -> Iterator[FunctionComputeFake]:
    with FunctionComputeFake(
        sample / "s.yaml",
        env={"UNRELATED": "not declared"},
        layers=layers,
        routes=sample / "openapi.yaml",
        timers=False,
        retry_base_s=0.01,
        max_body=1024 * 1024,
    ) as fake:
        yield fake


@pytest.fixture(scope="module")
def fc2(sample: Path) -> Iterator[FunctionComputeFake]:
    with FunctionComputeFake(
        sample / "s.fc2.yaml",
        env=lambda endpoint, _: {"GREETING": "hello", "ENDPOINT": endpoint},
        layers={"packages": Path(sdk.__file__).parents[1]},
        routes=sample / "openapi.fc2.yaml",
        timers=False,
        retry_base_s=0.01,
    ) as fake:
        yield fake
