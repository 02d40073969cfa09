"""A project of one function on emulators of Tablestore and Function Compute, with the console beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import tablestore as ots_sdk

from alifakes.console.app import ConsoleOptions
from alifakes.function_compute import FunctionComputeFake
from alifakes.tablestore.app import TablestoreFake

SAMPLE = Path(__file__).parent / "sample"
PRICES = {
    "date": "2026-01-02",
    "currency": "CNY",
    "prices": {
        "tablestore_read": {"yuan": 1.0},
        "tablestore_write": {"yuan": 20.0, "verified": False},
        "function_unit": {"yuan": 2.0},
        "invocation": {"units": 50.0},
        "vcpu_second": {"units": 0.0},
        "gb_second": {"units": 0.0},
        "traffic_gb": {"yuan": 0.0},
    },
}


class Cloud:
    """Both emulators, and the console asked as its own page would."""

    def __init__(self, functions: FunctionComputeFake, ots: TablestoreFake) -> None:
        self.functions = functions
        self.ots = ots
        self.address = f"{functions.endpoint}/_console/api"
        self._own = {"origin": functions.endpoint}

    def work(self, **order: object) -> Any:
        """Invokes the function by HTTP, waits until all that followed has ended, and returns what it answered."""
        answer = requests.post(f"{self.functions.api_endpoint}/work/7", json=order, timeout=60)
        assert requests.post(f"{self.functions.endpoint}/_fake/idle?timeout_ms=60000", timeout=70).status_code == 200
        return answer.json()

    def get(self, name: str, **query: object) -> Any:
        answer = requests.get(f"{self.address}/{name}", params={k: str(v) for k, v in query.items()}, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, name: str, body: object, **query: str) -> Any:
        answer = requests.post(f"{self.address}/{name}", params=query, json=body, headers=self._own, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    folder = tmp_path_factory.mktemp("project")
    props = {
        "region": "cn-hangzhou",
        "functionName": "work",
        "runtime": "python3.10",
        "handler": "index.act",
        "code": str(SAMPLE),
        "memorySize": 512,
        "timeout": 30,
        "role": "acs:ram::1000000000000000:role/sample",
        "layers": ["acs:fc:cn-hangzhou:1000000000000000:layers/packages/versions/1"],
        "environmentVariables": {"OTS": "${env('OTS')}", "FC": "${env('FC')}"},
        "asyncInvokeConfig": {"maxAsyncRetryAttempts": 1},
        "triggers": [
            {
                "triggerName": "nightly",
                "triggerType": "timer",
                "triggerConfig": {"cronExpression": "0 0 3 * * *", "enable": True, "payload": '{"rows": 1}'},
            }
        ],
    }
    project = {"edition": "3.0.0", "name": "sample", "resources": {"work": {"component": "fc3", "props": props}}}
    (folder / "s.yaml").write_text(json.dumps(project))
    (folder / "prices.json").write_text(json.dumps(PRICES))
    backend = {"x-aliyun-apigateway-backend": {"type": "FC", "functionName": "work"}}
    packages = Path(ots_sdk.__file__).parents[1]
    with (
        TablestoreFake() as ots,
        FunctionComputeFake(
            folder / "s.yaml",
            env=lambda endpoint, _: {"OTS": ots.endpoint, "FC": endpoint},
            layers={"packages": packages},
            routes={"paths": {"/work/{id}": {"post": backend}}},
            timers=False,
            retry_base_s=0.01,
            console=ConsoleOptions(tablestore=ots.endpoint, prices=folder / "prices.json"),
        ) as functions,
    ):
        client = ots.client("sample")
        key = ots_sdk.TableMeta("things", [("id", "STRING")])
        client.create_table(key, ots_sdk.TableOptions(), ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(0, 0)))
        yield Cloud(functions, ots)
