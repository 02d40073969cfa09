"""deploy/gateway.json: every route of the API in words that API Gateway imports."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from alifakes.function_compute.project import read_project
from commands.deploy import gateway
from commands.openapi import BACKEND
from commands.project_files import EXAMPLE, routes
from commands.running import ROOT

DOCUMENT: dict[str, Any] = json.loads((ROOT / gateway.FILE).read_text())
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def test_it_holds_the_routes_of_the_api_and_their_functions() -> None:
    assert DOCUMENT["swagger"] == "2.0"
    assert routes(ROOT / gateway.FILE) == routes(ROOT / "openapi.json")


def test_backends_are_functions_of_the_service() -> None:
    functions = {(function.service, function.name) for function in read_project(ROOT / "s.fc2.yaml", EXAMPLE).functions}
    for _, _, operation in OPERATIONS:
        backend = operation[BACKEND]
        assert backend["type"] == "FC"
        assert (backend["serviceName"], backend["functionName"]) in functions


def test_names_in_paths_are_parameters_and_nothing_else_is_looked_at() -> None:
    for _, path, operation in OPERATIONS:
        assert [parameter["name"] for parameter in operation["parameters"]] == re.findall(r"\{(\w+)\}", path)
        assert all(parameter["in"] == "path" for parameter in operation["parameters"])
        assert operation["x-aliyun-apigateway-auth-type"] == "ANONYMOUS"
        assert operation["x-aliyun-apigateway-paramater-handling"] == "PASSTHROUGH"
        assert all(response["description"] for response in operation["responses"].values())
    notify = DOCUMENT["paths"]["/v1/payments/alipay/notify"]["post"]
    assert notify["consumes"] == ["application/x-www-form-urlencoded"]
    assert "text/plain" in notify["produces"]


def test_the_committed_document_is_what_the_code_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gateway.main(["--check"]) == 0, capsys.readouterr().err
    mine = tmp_path / "mine.json"
    assert gateway.main(["--check", "--out", str(mine)]) == 1
    assert gateway.main(["--account", "42", "--region", "cn-shanghai", "--out", str(mine)]) == 0
    backend = json.loads(mine.read_text())["paths"]["/healthz"]["get"][BACKEND]
    assert (backend["fcRegion"], backend["arn"]) == ("cn-shanghai", "acs:ram::42:role/aliyunapigatewayaccessingfcrole")
