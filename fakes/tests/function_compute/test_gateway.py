"""The public port: routes, events and answers over HTTP."""

from __future__ import annotations

import base64
import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest
import requests

from alifakes.function_compute import FunctionComputeFake, ProjectError
from alifakes.function_compute.model import Project
from alifakes.function_compute.project import read_project
from alifakes.function_compute.routes import Routes


def test_http_trigger_gets_a_v1_event(fc3: FunctionComputeFake) -> None:
    answer = requests.put(f"{fc3.api_endpoint}/things/a%20b?x=1&x=2", data="{}", headers={"content-type": "text/json"})
    event = answer.json()
    assert (answer.status_code, answer.headers["X-Sample"]) == (201, "yes")
    assert answer.headers["X-Fc-Request-Id"] == event["requestContext"]["requestId"]
    assert (event["version"], event["rawPath"], event["body"]) == ("v1", "/things/a%20b", "{}")
    assert event["queryParameters"] == {"x": "1,2"}
    assert event["headers"]["Content-Type"] == "text/json"
    assert event["requestContext"]["http"]["path"] == "/things/a b"


def test_function_of_a_service_gets_an_api_gateway_event(fc2: FunctionComputeFake) -> None:
    event = requests.put(f"{fc2.api_endpoint}/things/a%2Fb?x=1", data=b"\xff").json()
    assert (event["httpMethod"], event["path"]) == ("PUT", "/things/a/b")
    assert event["pathParameters"] == {"thing": "a/b"}
    assert (event["body"], event["isBase64Encoded"]) == (base64.b64encode(b"\xff").decode(), True)


def test_literal_segment_wins_over_a_parameter(fc3: FunctionComputeFake) -> None:
    assert requests.get(f"{fc3.api_endpoint}/things/special").text == "just text"
    assert requests.get(f"{fc3.api_endpoint}/things/other").status_code == 201


@pytest.mark.parametrize("path", ["/", "/things", "/things/", "/things/1/", "/things/1/2", "//", "/%2e%2e/things"])
def test_unknown_path(fc3: FunctionComputeFake, path: str) -> None:
    answer = requests.get(fc3.api_endpoint + path)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (404, "not_found")
    assert error["request_id"] == answer.headers["X-Fc-Request-Id"]


def test_known_path_with_another_method(fc3: FunctionComputeFake) -> None:
    answer = requests.delete(f"{fc3.api_endpoint}/things/1")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, PUT, HEAD")
    assert answer.json()["error"]["code"] == "method_not_allowed"


def test_head_has_no_body(fc3: FunctionComputeFake) -> None:
    with requests.Session() as session:
        answer = session.head(f"{fc3.api_endpoint}/things/1")
        assert (answer.status_code, answer.content) == (201, b"")
        assert session.get(f"{fc3.api_endpoint}/things/1").status_code == 201


def test_function_error_is_a_502_without_details(fc3: FunctionComputeFake, fc2: FunctionComputeFake) -> None:
    # the sample's `raw` returns the body that came in, so this is an answer API Gateway cannot use
    answer = requests.post(f"{fc2.api_endpoint}/raw", data="no json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "bad_function_answer")
    answer = requests.post(f"{fc3.api_endpoint}/raw", data=json.dumps({"statusCode": 9999}))
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "bad_function_answer")
    answer = requests.post(f"{fc3.api_endpoint}/broken")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "function_error")
    assert answer.headers["X-Fc-Error-Type"] == "UnhandledInvocationError"
    assert "secret" not in answer.text


def test_status_unknown_to_http_and_one_without_body(fc3: FunctionComputeFake) -> None:
    with requests.Session() as session:
        for status, body in ((599, b"x"), (204, b""), (499, b"x")):
            answer = session.post(f"{fc3.api_endpoint}/raw", data=json.dumps({"statusCode": status, "body": "x"}))
            assert (answer.status_code, answer.content) == (status, body)


def test_function_authentication_is_demanded(fc3: FunctionComputeFake) -> None:
    assert requests.get(f"{fc3.api_endpoint}/guarded").status_code == 403


def test_body_over_the_limit(fc3: FunctionComputeFake) -> None:
    assert requests.put(f"{fc3.api_endpoint}/things/1", data=b"x" * 1024 * 1024).status_code == 201
    answer = requests.put(f"{fc3.api_endpoint}/things/1", data=b"x" * (1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_too_large_body_inside_a_pipeline(fc3: FunctionComputeFake) -> None:
    host = fc3.api_endpoint.removeprefix("http://")
    small = f"PUT /things/1 HTTP/1.1\r\nhost: {host}\r\ncontent-length: 2\r\n\r\n{{}}".encode()
    size = 1024 * 1024 + 1
    large = f"PUT /things/1 HTTP/1.1\r\nhost: {host}\r\ncontent-length: {size}\r\n\r\n".encode() + b"x" * size
    last = small.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")
    name, port = host.split(":")
    with socket.create_connection((name, int(port)), timeout=20) as connection:
        connection.sendall(small + large + last)
        received = b""
        while part := connection.recv(65536):
            received += part
    statuses = re.findall(rb"HTTP/1\.1 (\d{3}) ", received)
    assert statuses == [b"201", b"413", b"201"]


@pytest.fixture(scope="module")
def project(sample: Path) -> Project:
    return read_project(sample / "s.yaml", {})


def backend(**fields: object) -> dict[str, Any]:
    return {"x-aliyun-apigateway-backend": {"type": "FunctionCompute", **fields}}


@pytest.mark.parametrize(
    ("paths", "sentence"),
    [
        ({"/a": {"get": {}}}, "routes: GET /a: x-aliyun-apigateway-backend with a functionName is missing."),
        ({"/a": {"get": backend(functionName="nothing")}}, "function 'nothing' is not declared in s.yaml"),
        ({"/a": {"get": backend(functionName="echo")}}, "function 'echo' has no http trigger that allows GET"),
        ({"/a": {"delete": backend(functionName="web")}}, "function 'web' has no http trigger that allows DELETE"),
        ({"/a{b}": {"get": backend(functionName="web")}}, "segment 'a{b}' is not a literal or one parameter"),
        ({"a": {}}, "is not a path with its operations"),
        (None, "routes: paths: must be a mapping, but is None."),
    ],
)
def test_routes_must_agree_with_the_project(project: Project, paths: object, sentence: str) -> None:
    with pytest.raises(ProjectError) as caught:
        Routes({"paths": paths}, project)
    assert sentence in str(caught.value)


def test_routes_from_a_json_file(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    document = {"basePath": "/v1", "paths": {"/a/{b}": {"get": backend(functionName="web")}}}
    file.write_text(json.dumps(document, indent="\t"))
    found = Routes.read(file, project).find("/v1/a/%C3%A9")
    assert found is not None
    assert found[0]["GET"].function.name == "web"
    assert found[1] == {"b": "é"}
    file.write_text("{")
    with pytest.raises(ProjectError, match=r"^openapi\.json: Expecting property name"):
        Routes.read(file, project)


def test_raw_bytes_in_a_query_are_refused_in_json(fc3: FunctionComputeFake) -> None:
    name, port = fc3.api_endpoint.removeprefix("http://").split(":")
    with socket.create_connection((name, int(port)), timeout=20) as connection:
        connection.sendall("GET /things/1?q=雨 HTTP/1.1\r\nhost: here\r\n\r\n".encode())
        received = b""
        while part := connection.recv(65536):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert "percent-encoded" in json.loads(body)["error"]["message"]
