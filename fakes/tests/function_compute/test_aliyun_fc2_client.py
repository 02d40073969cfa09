"""The unmodified aliyun-fc2 client against functions of FC 2.0 services."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import fc2 as sdk
import pytest
import requests

from alifakes.function_compute import FunctionComputeFake, signatures

ASYNC = {"x-fc-invocation-type": "Async"}


def client(fake: FunctionComputeFake, **changes: str) -> Any:
    keys = {"accessKeyID": "local", "accessKeySecret": "local", **changes}
    return sdk.Client(endpoint=fake.endpoint, **keys)


def act(fake: FunctionComputeFake, **order: object) -> Any:
    return client(fake).invoke_function("sample", "act", json.dumps(order).encode())


def refused(call: Any, *arguments: Any, **options: Any) -> Any:
    with pytest.raises(sdk.FcError) as caught:
        call(*arguments, **options)
    return caught.value


def test_synchronous_invocation_returns_the_bytes(fc2: FunctionComputeFake) -> None:
    answer = client(fc2).invoke_function("sample", "echo", b"\x00\xff bytes")
    assert answer.data == b"\x00\xff bytes"
    assert answer.headers["x-fc-request-id"]
    assert int(answer.headers["x-fc-invocation-duration"]) >= 0


def test_qualifier_latest_is_the_only_one(fc2: FunctionComputeFake) -> None:
    assert client(fc2).invoke_function("sample", "echo", b"x", qualifier="LATEST").data == b"x"
    error = refused(client(fc2).invoke_function, "sample", "echo", b"x", qualifier="prod")
    assert (error.status_code, error.err_code) == (404, "AliasNotFound")


def test_asynchronous_invocation_is_accepted_with_an_empty_body(fc2: FunctionComputeFake) -> None:
    answer = client(fc2).invoke_function("sample", "echo", b"later", headers=ASYNC)
    assert answer.data == b""
    assert requests.post(f"{fc2.endpoint}/_fake/idle?timeout_ms=10000").status_code == 200
    records = requests.get(f"{fc2.endpoint}/_fake/invocations?function=echo").json()["invocations"]
    record = next(record for record in records if record["request_id"] == answer.headers["x-fc-request-id"])
    assert (record["kind"], record["status"], record["attempts"]) == ("async", "ok", 1)


def test_asynchronous_payload_limit(fc2: FunctionComputeFake) -> None:
    limit = 128 * 1024
    assert client(fc2).invoke_function("sample", "echo", b"x" * limit, headers=ASYNC).data == b""
    error = refused(client(fc2).invoke_function, "sample", "echo", b"x" * (limit + 1), headers=ASYNC)
    assert (error.status_code, error.err_code) == (400, "EntityTooLarge")
    assert "131072 bytes" in error.message


def test_big_payloads_pass_up_to_32_mb(fc2: FunctionComputeFake) -> None:
    payload = b"0123456789abcdef" * (2 * 1024 * 1024)
    assert client(fc2).invoke_function("sample", "echo", payload).data == payload
    error = refused(client(fc2).invoke_function, "sample", "echo", payload + b"!")
    assert (error.status_code, error.err_code) == (400, "EntityTooLarge")


def test_unhandled_exception_is_the_documented_body(fc2: FunctionComputeFake) -> None:
    error = refused(act, fc2, do="raise", text="something is wrong")
    body = json.loads(error.message)
    assert error.status_code == 200
    assert (body["errorMessage"], body["errorType"]) == ("something is wrong", "ValueError")
    assert len(body["stackTrace"]) == 1
    file, line, where, code = body["stackTrace"][0]
    assert file.startswith('File "/')
    assert file.endswith('index.py"')
    assert line.startswith("line ")
    assert (where, code) == ("in act", 'raise ValueError(order["text"])')


@pytest.mark.parametrize("ending", ["exit", "die"])
def test_death_of_the_process_hurts_that_invocation_only(fc2: FunctionComputeFake, ending: str) -> None:
    error = refused(act, fc2, do=ending)
    message = json.loads(error.message)["errorMessage"]
    assert message.startswith("Process exited unexpectedly before completing request (duration: ")
    assert act(fc2, do="nothing").data == b"done"


def test_infinite_loop_ends_at_its_time_out(fc2: FunctionComputeFake) -> None:
    error = refused(act, fc2, do="loop")
    assert "timed out after 2 seconds" in json.loads(error.message)["errorMessage"]
    assert act(fc2, do="nothing").data == b"done"


def test_unknown_names(fc2: FunctionComputeFake) -> None:
    error = refused(client(fc2).invoke_function, "nobody", "echo")
    assert (error.status_code, error.err_code) == (404, "ServiceNotFound")
    assert "service 'nobody' does not exist" in error.message
    error = refused(client(fc2).invoke_function, "sample", "nothing")
    assert (error.status_code, error.err_code) == (404, "FunctionNotFound")


def test_function_of_an_fc3_file_cannot_be_reached(fc3: FunctionComputeFake) -> None:
    for service in ("sample", "echo", "default"):
        error = refused(client(fc3).invoke_function, service, "echo", b"")
        assert (error.status_code, error.err_code) == (404, "ServiceNotFound")


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"accessKeySecret": "wrong"}, "SignatureNotMatch"),
        ({"accessKeyID": "stranger"}, "InvalidAccessKeyID"),
        ({"accessKeyID": "STS.local"}, "AccessDenied"),
        ({"accessKeyID": "STS.local", "securityToken": "other"}, "AccessDenied"),
        ({"securityToken": "local-token"}, "AccessDenied"),
    ],
)
def test_wrong_credentials(fc2: FunctionComputeFake, keys: dict[str, str], code: str) -> None:
    error = refused(client(fc2, **keys).invoke_function, "sample", "echo", b"")
    assert (error.status_code, error.err_code) == (403, code)


@pytest.mark.parametrize(("minutes", "refusals"), [(-16, 1), (-14, 0), (14, 0), (16, 1)])
def test_a_date_far_from_the_clock_is_refused(
    fc2: FunctionComputeFake, monkeypatch: pytest.MonkeyPatch, minutes: int, refusals: int
) -> None:
    server_time = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    monkeypatch.setattr(signatures, "_now", lambda: server_time)
    codes = []
    try:
        client(fc2).invoke_function("sample", "echo", b"x")
    except sdk.FcError as error:
        codes.append((error.status_code, error.err_code))
    assert codes == [(403, "AccessDenied")] * refusals


def test_a_date_that_is_none_is_refused(fc2: FunctionComputeFake) -> None:
    headers = {"authorization": "FC local:AAAA", "date": "yesterday"}
    answer = requests.get(f"{fc2.endpoint}/2016-08-15/services", headers=headers)
    assert (answer.status_code, answer.json()["ErrorCode"]) == (400, "InvalidArgument")


def test_temporary_credentials_are_let_in(fc2: FunctionComputeFake) -> None:
    temporary = client(fc2, accessKeyID="STS.local", securityToken="local-token")
    assert temporary.invoke_function("sample", "echo", b"x").data == b"x"


def test_log_tail(fc2: FunctionComputeFake) -> None:
    order = json.dumps({"do": "print", "text": "a line of its own"}).encode()
    answer = client(fc2).invoke_function("sample", "act", order, headers={"x-fc-log-type": "Tail"})
    log = base64.b64decode(answer.headers["x-fc-log-result"]).decode()
    request_id = answer.headers["x-fc-request-id"]
    assert log.startswith(f"FC Invoke Start RequestId: {request_id}\n")
    assert "a line of its own\n" in log
    assert f"{request_id} [WARNING] from the logger\n" in log
    assert "to stderr\n" in log
    assert log.endswith(f"no newline\nFC Invoke End RequestId: {request_id}\n")
    assert answer.data == b"done"


def test_reading_services_and_functions(fc2: FunctionComputeFake) -> None:
    api = client(fc2)
    assert [service["serviceName"] for service in api.list_services().data["services"]] == ["sample"]
    assert api.get_service("sample").data["serviceName"] == "sample"
    names = [function["functionName"] for function in api.list_functions("sample").data["functions"]]
    assert names == ["echo", "show", "act", "web", "site", "private", "raw", "task", "remember", "chain"]
    assert api.get_function("sample", "act").data["timeout"] == 2
    config = api.get_function_async_invoke_config("sample", "LATEST", "act").data
    assert (config["maxAsyncRetryAttempts"], config["maxAsyncEventAgeInSeconds"]) == (2, 3600)


def test_everything_else_is_not_supported(fc2: FunctionComputeFake) -> None:
    error = refused(client(fc2).delete_function, "sample", "echo")
    assert (error.status_code, error.err_code) == (400, "PathNotSupported")
    answer = requests.post(f"{fc2.endpoint}/2016-08-15/services/sample/functions/echo/invocations", data=b"")
    assert (answer.status_code, answer.json()["ErrorCode"]) == (400, "MissingRequiredHeader")
    assert answer.headers["X-Fc-Request-Id"]
