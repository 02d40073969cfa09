"""The unmodified alibabacloud-fc20230330 client against functions of both editions."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests
from alibabacloud_fc20230330.client import Client
from alibabacloud_fc20230330.models import InvokeFunctionHeaders, InvokeFunctionRequest
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config
from darabonba.runtime import RuntimeOptions

from alifakes.function_compute import FunctionComputeFake, signatures

# the client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

KEYS = {"access_key_id": "local", "access_key_secret": "local"}
TEMPORARY = {"access_key_id": "STS.local", "access_key_secret": "local", "security_token": "local-token"}


def invoke(
    fake: FunctionComputeFake,
    name: str,
    body: bytes,
    *,
    keys: dict[str, str] = KEYS,
    qualifier: str | None = None,
    kind: str | None = None,
    log: str | None = None,
) -> Any:
    config = Config(**keys, endpoint=fake.endpoint.removeprefix("http://"), protocol="http", region_id="cn-hangzhou")
    request = InvokeFunctionRequest(body=io.BytesIO(body), qualifier=qualifier)
    headers = InvokeFunctionHeaders(x_fc_invocation_type=kind, x_fc_log_type=log)
    return Client(config).invoke_function_with_options(name, request, headers, RuntimeOptions())


def test_synchronous_invocation(fc3: FunctionComputeFake) -> None:
    answer = invoke(fc3, "echo", b"\x00\xff", qualifier="LATEST", kind="Sync")
    assert (answer.status_code, answer.body.read()) == (200, b"\x00\xff")
    assert answer.headers["x-fc-request-id"]


def test_asynchronous_invocation(fc3: FunctionComputeFake) -> None:
    answer = invoke(fc3, "echo", b"later", kind="Async")
    assert (answer.status_code, answer.body.read()) == (202, b"")
    assert requests.post(f"{fc3.endpoint}/_fake/idle?timeout_ms=10000").status_code == 200


def test_temporary_credentials(fc3: FunctionComputeFake) -> None:
    assert invoke(fc3, "echo", b"x", keys=TEMPORARY).body.read() == b"x"


def test_function_error_is_a_200_with_the_header(fc3: FunctionComputeFake) -> None:
    answer = invoke(fc3, "act", json.dumps({"do": "raise", "text": "no"}).encode(), log="Tail")
    assert answer.status_code == 200
    assert answer.headers["x-fc-error-type"] == "UnhandledInvocationError"
    assert json.loads(answer.body.read())["errorType"] == "ValueError"
    assert answer.headers["x-fc-log-result"]


def test_functions_of_a_service_have_both_names(fc2: FunctionComputeFake) -> None:
    assert invoke(fc2, "sample$echo", b"x").body.read() == b"x"
    with pytest.raises(ClientException) as caught:
        invoke(fc2, "echo", b"x")
    assert (caught.value.statusCode, caught.value.code) == (404, "FunctionNotFound")


@pytest.mark.parametrize(
    ("keys", "status", "code"),
    [
        ({**KEYS, "access_key_secret": "wrong"}, 403, "SignatureNotMatch"),
        ({**KEYS, "access_key_id": "stranger"}, 403, "InvalidAccessKeyID"),
        ({**TEMPORARY, "security_token": "other"}, 403, "AccessDenied"),
    ],
)
def test_wrong_credentials(fc3: FunctionComputeFake, keys: dict[str, str], status: int, code: str) -> None:
    with pytest.raises(ClientException) as caught:
        invoke(fc3, "echo", b"x", keys=keys)
    assert (caught.value.statusCode, caught.value.code) == (status, code)
    assert caught.value.request_id


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_time_stamp_far_from_the_clock_is_refused(
    fc3: FunctionComputeFake, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    server_time = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    monkeypatch.setattr(signatures, "_now", lambda: server_time)
    with pytest.raises(ClientException) as caught:
        invoke(fc3, "echo", b"x")
    assert (caught.value.statusCode, caught.value.code) == (400, "InvalidTimeStamp.Expired")


def test_a_time_stamp_that_is_none_is_refused(fc3: FunctionComputeFake) -> None:
    headers = {
        "authorization": "ACS3-HMAC-SHA256 Credential=local,SignedHeaders=host,Signature=00",
        "x-acs-date": "yesterday",
        "x-acs-content-sha256": "00",
    }
    answer = requests.post(f"{fc3.endpoint}/2023-03-30/functions/echo/invocations", headers=headers)
    assert (answer.status_code, answer.json()["Code"]) == (400, "InvalidTimeStamp.Format")


def test_a_changed_body_is_noticed(fc3: FunctionComputeFake, monkeypatch: pytest.MonkeyPatch) -> None:
    real = requests.Session.send

    def tampering(session: requests.Session, prepared: Any, **options: Any) -> requests.Response:
        prepared.prepare_body(b"changed", None)
        return real(session, prepared, **options)

    monkeypatch.setattr(requests.Session, "send", tampering)
    with pytest.raises(ClientException) as caught:
        invoke(fc3, "echo", b"x")
    assert caught.value.code == "SignatureNotMatch"


def test_unknown_function_and_qualifier(fc3: FunctionComputeFake) -> None:
    with pytest.raises(ClientException) as caught:
        invoke(fc3, "nothing", b"")
    assert (caught.value.statusCode, caught.value.code) == (404, "FunctionNotFound")
    with pytest.raises(ClientException) as caught:
        invoke(fc3, "echo", b"", qualifier="2")
    assert (caught.value.statusCode, caught.value.code) == (404, "VersionNotFound")


def test_asynchronous_payload_limit(fc3: FunctionComputeFake) -> None:
    with pytest.raises(ClientException) as caught:
        invoke(fc3, "echo", b"x" * (128 * 1024 + 1), kind="Async")
    assert (caught.value.statusCode, caught.value.code) == (400, "EntityTooLarge")


def test_unsigned_request_is_a_json_object(fc3: FunctionComputeFake) -> None:
    answer = requests.post(f"{fc3.endpoint}/2023-03-30/functions/echo/invocations", data=b"x")
    assert answer.status_code == 400
    assert set(answer.json()) == {"Code", "Message", "RequestId"}
