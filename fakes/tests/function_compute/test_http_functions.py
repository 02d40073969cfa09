"""HTTP functions of FC 2.0: a WSGI application behind the service's proxy path, as aliyun-fc2 calls it."""

from __future__ import annotations

from typing import Any

import fc2 as sdk
import pytest
import requests

from alifakes.function_compute import FunctionComputeFake


def call(fake: FunctionComputeFake, path: str, name: str = "site", method: str = "GET", **options: Any) -> Any:
    keys = {"accessKeyID": "local", "accessKeySecret": "local", **options.pop("keys", {})}
    return sdk.Client(endpoint=fake.endpoint, **keys).do_http_request(method, "sample", name, path, **options)


def test_the_environment_is_that_of_the_services_runtime(fc2: FunctionComputeFake) -> None:
    headers = {"content-type": "text/x", "x-own": "a,b"}
    answer = call(fc2, "/a b/é", method="POST", headers=headers, params={"k": ["v1", "v 2"]}, body=b"body")
    seen = answer.json()
    assert seen["request_id"] == answer.headers["x-fc-request-id"]
    assert {name: seen[name] for name in ("REQUEST_METHOD", "PATH_INFO", "SCRIPT_NAME", "QUERY_STRING")} == {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/a b/é",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "k=v1&k=v+2",
    }
    assert seen["fc.request_uri"] == "/2016-08-15/proxy/sample/site/a%20b/%C3%A9?k=v1&k=v+2"
    assert (seen["CONTENT_TYPE"], seen["CONTENT_LENGTH"], seen["body"]) == ("text/x", "4", "body")
    assert (seen["HTTP_X_OWN"], seen["REMOTE_ADDR"]) == ("a,b", "127.0.0.1")
    assert (seen["SERVER_NAME"], seen["FC_FUNCTION_NAME"]) == ("FCRUNTIME", "site")
    assert "HTTP_CONTENT_TYPE" not in seen


def test_status_headers_and_bytes_are_the_applications(fc2: FunctionComputeFake) -> None:
    answer = call(fc2, "/cookies")
    assert (answer.status_code, answer.content) == (201, b"\xff\x00\xfe")
    assert answer.headers["Set-Cookie"] == "a=1, b=2"
    assert call(fc2, "/cookies", method="HEAD").content == b""
    assert call(fc2, "/written").text == "first then last"


@pytest.mark.parametrize("path", ["/raise", "/silent"])
def test_an_error_is_a_502_without_details(fc2: FunctionComputeFake, path: str) -> None:
    # the client sends a GET that was answered by 502 again and again, a POST once
    answer = call(fc2, path, method="POST")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "function_error")
    assert answer.headers["x-fc-error-type"] == "UnhandledInvocationError"
    assert "secret" not in answer.text


def test_its_root_is_reached_without_a_path(fc2: FunctionComputeFake) -> None:
    seen = requests.get(f"{fc2.endpoint}/2016-08-15/proxy/sample.LATEST/site").json()
    assert (seen["PATH_INFO"], seen["QUERY_STRING"]) == ("/", "")


def test_routes_lead_to_it(fc2: FunctionComputeFake) -> None:
    assert requests.get(f"{fc2.api_endpoint}/site?a=b").json()["fc.request_uri"] == "/site?a=b"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("nobody/site/", 404, "ServiceNotFound"),
        ("sample/nothing/", 404, "FunctionNotFound"),
        ("sample.2/site/", 404, "VersionNotFound"),
        ("sample/echo/", 400, "PathNotSupported"),
    ],
)
def test_what_is_not_there(fc2: FunctionComputeFake, path: str, status: int, code: str) -> None:
    answer = requests.get(f"{fc2.endpoint}/2016-08-15/proxy/{path}")
    assert (answer.status_code, answer.json()["ErrorCode"]) == (status, code)
    assert answer.headers["x-fc-request-id"]


def test_methods_that_the_trigger_does_not_allow(fc2: FunctionComputeFake) -> None:
    assert call(fc2, "/", method="PUT").json()["ErrorCode"] == "PathNotSupported"
    answer = requests.put(fc2.api_endpoint, headers={"host": "site.sample.localhost"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")


def test_a_trigger_may_ask_for_a_signature(fc2: FunctionComputeFake) -> None:
    params: dict[str, object] = {"b": "2", "a": ["1", "é"], "c": ""}
    assert call(fc2, "/a b", "private", params=params).json()["PATH_INFO"] == "/a b"
    temporary = {"accessKeyID": "STS.local", "securityToken": "local-token"}
    assert call(fc2, "/", "private", keys=temporary).status_code == 200
    for refused in (
        call(fc2, "/", "private", keys={"accessKeySecret": "wrong"}),
        requests.get(f"{fc2.endpoint}/2016-08-15/proxy/sample/private/"),
        requests.get(fc2.api_endpoint, headers={"host": "private.sample.localhost"}),
    ):
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "access_denied")


def test_a_query_that_was_not_signed_is_refused(fc2: FunctionComputeFake) -> None:
    signed = call(fc2, "/", "private", params={"a": "1"}).request
    changed = requests.get(signed.url.replace("a=1", "a=2"), headers=signed.headers)
    assert changed.status_code == 403


def test_it_is_no_function_of_events(fc2: FunctionComputeFake) -> None:
    client = sdk.Client(endpoint=fc2.endpoint, accessKeyID="local", accessKeySecret="local")
    with pytest.raises(sdk.FcError) as refused:
        client.invoke_function("sample", "site", b"{}")
    assert (refused.value.status_code, refused.value.err_code) == (400, "InvalidArgument")


def test_a_request_that_comes_later_is_retried_and_told(fc2: FunctionComputeFake) -> None:
    accepted = call(fc2, "/raise", headers={"x-fc-invocation-type": "Async"})
    assert accepted.status_code == 202
    assert requests.post(f"{fc2.endpoint}/_fake/idle?timeout_ms=20000").status_code == 200
    invoked = requests.get(f"{fc2.endpoint}/_fake/invocations?function=site").json()["invocations"]
    (record,) = [record for record in invoked if record["request_id"] == accepted.headers["x-fc-request-id"]]
    assert (record["kind"], record["status"], record["attempts"]) == ("async", "error", 4)
    assert record["label"] == "GET /raise"
