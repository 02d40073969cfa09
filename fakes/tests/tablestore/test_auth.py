"""Signatures both ways: what the SDK signs is verified, what the emulator signs the SDK verifies."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore.auth import RequestContext, SignV2, SignV4
from tablestore.credentials import StaticCredentialsProvider
from tablestore.protocol import OTSProtocol

from alifakes.tablestore import auth
from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.auth import LOCAL_CREDENTIALS, Credential
from alifakes.tablestore.errors import OtsError

PATH = "/ListTable"
SIGNERS: dict[str, Callable[[], Any]] = {
    "V2": lambda: SignV2("utf8"),
    "V4": lambda: SignV4("utf8", region="cn-hangzhou"),
}


def signed(
    version: str = "V2",
    body: bytes = b"",
    key: tuple[str, str, str | None] = ("local", "local", None),
    drop: str | None = None,
    **changes: str,
) -> dict[str, str]:
    """Headers of a request as the SDK signs them, with some dropped or changed before they are signed."""
    headers = {
        "x-ots-date": auth_date(time.time()),
        "x-ots-apiversion": "2015-12-31",
        "x-ots-accesskeyid": key[0],
        "x-ots-instancename": "any",
        "x-ots-contentmd5": auth.content_md5(body),
    }
    if key[2] is not None:
        headers["x-ots-ststoken"] = key[2]
    headers.update({f"x-ots-{name}": value for name, value in changes.items()})
    headers.pop(drop or "", None)
    context = RequestContext(StaticCredentialsProvider(*key).get_credentials())
    SIGNERS[version]().make_request_signature_and_add_headers(PATH, headers, context)
    return headers


def auth_date(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(moment))


def verify(headers: Mapping[str, str], body: bytes = b"", path: str = PATH, query: str = "") -> None:
    auth.verify(path, query, headers, body, LOCAL_CREDENTIALS, time.time())


def refusal(headers: Mapping[str, str], body: bytes = b"", path: str = PATH, query: str = "") -> str:
    with pytest.raises(OtsError) as caught:
        verify(headers, body, path, query)
    return str(caught.value)


@pytest.mark.parametrize("version", SIGNERS)
def test_what_the_sdk_signs_is_accepted(version: str) -> None:
    verify(signed(version, b"body"), b"body")


@pytest.mark.parametrize("version", SIGNERS)
def test_a_wrong_secret(version: str) -> None:
    assert refusal(signed(version, key=("local", "wrong", None))) == "403 OTSAuthFailed Signature mismatch."


@pytest.mark.parametrize("version", SIGNERS)
@pytest.mark.parametrize("header", ["x-ots-date", "x-ots-instancename", "x-ots-contentmd5", "x-ots-extra"])
def test_every_header_of_the_service_is_under_the_signature(version: str, header: str) -> None:
    headers = signed(version)
    headers[header] = auth_date(time.time() + 60) if header == "x-ots-date" else "changed"
    assert refusal(headers) == "403 OTSAuthFailed Signature mismatch."


@pytest.mark.parametrize("version", SIGNERS)
def test_path_and_query_are_under_the_signature(version: str) -> None:
    assert refusal(signed(version), path="/DeleteTable") == "403 OTSAuthFailed Signature mismatch."
    assert refusal(signed(version), query="a=1") == "403 OTSAuthFailed Signature mismatch."


@pytest.mark.parametrize("header", ["signdate", "signregion"])
def test_v4_is_bound_to_its_day_and_region(header: str) -> None:
    headers = signed("V4")
    headers[f"x-ots-{header}"] = "20200101" if header == "signdate" else "cn-beijing"
    assert refusal(headers) == "403 OTSAuthFailed Signature mismatch."


def test_a_signature_that_is_not_ascii() -> None:
    assert refusal({**signed(), "x-ots-signature": "é"}) == "403 OTSAuthFailed Signature mismatch."


def test_a_body_that_is_not_the_one_signed() -> None:
    expected = "403 OTSAuthFailed Mismatch between MD5 value of request body and x-ots-contentmd5 in header."
    assert refusal(signed(body=b"one"), b"two") == expected


@pytest.mark.parametrize("seconds", [-16 * 60, 16 * 60])
def test_a_clock_that_is_off(seconds: int) -> None:
    date = auth_date(time.time() + seconds)
    message = f"403 OTSAuthFailed Mismatch between system time and x-ots-date: {date}."
    assert refusal(signed(date=date)) == message


@pytest.mark.parametrize("seconds", [-14 * 60, 14 * 60])
def test_a_clock_that_is_off_by_less(seconds: int) -> None:
    verify(signed(date=auth_date(time.time() + seconds)))


def test_a_date_with_microseconds_as_the_native_client_sends_it() -> None:
    verify(signed(date=auth_date(time.time()).replace(".000Z", ".123456Z")))


@pytest.mark.parametrize("date", ["", "yesterday", "2026-01-01 00:00:00"])
def test_a_date_in_another_format(date: str) -> None:
    assert refusal(signed(date=date)) == f"400 OTSParameterInvalid Invalid date format: {date}."


@pytest.mark.parametrize("name", auth.REQUIRED_HEADERS)
def test_a_missing_header(name: str) -> None:
    assert refusal(signed(drop=name)) == f"400 OTSParameterInvalid Missing header: {name}."


@pytest.mark.parametrize(
    ("version", "name"),
    [("V2", "x-ots-signature"), ("V4", "x-ots-signdate"), ("V4", "x-ots-signregion")],
)
def test_a_missing_header_of_the_signature(version: str, name: str) -> None:
    headers = signed(version)
    del headers[name]
    assert refusal(headers) == f"400 OTSParameterInvalid Missing header: {name}."


def test_another_api_version() -> None:
    assert refusal(signed(apiversion="2014-08-08")) == "400 OTSParameterInvalid Invalid API version: 2014-08-08."


@pytest.mark.parametrize("token", [None, "", "another"])
def test_a_temporary_key_needs_its_token(token: str | None) -> None:
    verify(signed(key=("STS.local", "local", "local-token")))
    message = refusal(signed(key=("STS.local", "local", token)))
    assert message == "403 OTSAuthFailed The AccessKeyID does not exist."


def test_a_permanent_key_has_no_token() -> None:
    message = refusal(signed(key=("local", "local", "local-token")))
    assert message == "403 OTSAuthFailed The AccessKeyID does not exist."


def test_an_unknown_key() -> None:
    message = refusal(signed(key=("nobody", "local", None)))
    assert message == "403 OTSAuthFailed The AccessKeyID does not exist."


def test_secrets_stay_out_of_representations() -> None:
    assert "hidden" not in repr(Credential("hidden", "hidden"))


def test_the_sdk_connects_with_a_temporary_key() -> None:
    with TablestoreFake() as fake:
        assert list(fake.client(access_key_id="STS.local").list_table()) == []
        client = ots_sdk.OTSClient(fake.endpoint, "STS.local", "local", "any", retry_policy=ots_sdk.NoRetryPolicy())
        with pytest.raises(ots_sdk.OTSServiceError, match="The AccessKeyID does not exist"):
            client.list_table()


def test_own_credentials_replace_the_default() -> None:
    with TablestoreFake(credentials={"me": Credential("mine")}) as fake:
        assert list(fake.client(access_key_id="me").list_table()) == []
        client = ots_sdk.OTSClient(fake.endpoint, "local", "local", "any", retry_policy=ots_sdk.NoRetryPolicy())
        with pytest.raises(ots_sdk.OTSServiceError, match="The AccessKeyID does not exist"):
            client.list_table()


@pytest.mark.parametrize("options", [{}, {"region": "cn-hangzhou"}], ids=["V2", "V4"])
@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        ("x-ots-requestid", "Invalid signature in response"),
        ("x-ots-date", "The difference between date in response and system time"),
        ("x-ots-contentmd5", "MD5 mismatch in response"),
        ("authorization", "Invalid signature in response"),
    ],
)
def test_the_sdk_refuses_an_answer_that_was_tampered_with(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, str], header: str, complaint: str
) -> None:
    tampered = {
        "x-ots-requestid": "another",
        "x-ots-date": "2020-09-04T08:20:18.991322Z",
        "x-ots-contentmd5": auth.content_md5(b"another"),
        "authorization": "OTS local:AAAA",
    }[header]
    check = OTSProtocol.handle_error

    def tamper(self: Any, api: str, query: str, status: int, reason: str, headers: Any, *rest: Any) -> Any:
        assert header in headers
        return check(self, api, query, status, reason, {**headers, header: tampered}, *rest)

    with TablestoreFake() as fake:
        client = fake.client(retry_policy=ots_sdk.NoRetryPolicy(), **options)
        client.list_table()
        monkeypatch.setattr(OTSProtocol, "handle_error", tamper)
        with pytest.raises(ots_sdk.OTSClientError, match=complaint):
            client.list_table()


def test_errors_are_signed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    check = OTSProtocol._check_authorization

    def spy(self: Any, query: str, headers: Any, **rest: Any) -> Any:
        seen.append(headers.get("authorization"))
        return check(self, query, headers, **rest)

    monkeypatch.setattr(OTSProtocol, "_check_authorization", spy)
    with TablestoreFake() as fake, pytest.raises(ots_sdk.OTSServiceError):
        fake.client().describe_table("none")
    assert seen[0].startswith("OTS local:")
