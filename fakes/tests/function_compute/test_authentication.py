"""Who may call an HTTP trigger: anyone, whoever signs, whoever shows a token."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import jwt
import pytest
import requests
from alibabacloud_tea_openapi.utils import Utils
from cryptography.hazmat.primitives.asymmetric import rsa
from darabonba.request import DaraRequest

from alifakes.function_compute import FunctionComputeFake, ProjectError

# the official client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ROUTES = {"paths": {"/hello": {"post": {"x-aliyun-apigateway-backend": {"functionName": "one"}}}}}


def signed(secret: str = "local", key_id: str = "local", **changes: str) -> dict[str, str]:
    """The headers that the documented program sends."""
    request = DaraRequest()
    request.method, request.pathname, request.query = "GET", "/guarded", {"foo": "b r"}
    date = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    request.headers = {"x-acs-date": date, "x-acs-security-token": "", **changes}
    authorization = Utils.get_authorization(request, "ACS3-HMAC-SHA256", "", key_id, secret)
    return {**request.headers, "authorization": authorization}


def test_a_signed_request_is_let_in(fc3: FunctionComputeFake) -> None:
    url = f"{fc3.api_endpoint}/guarded?foo=b%20r"
    assert requests.get(url, headers=signed()).text == "just text"
    temporary = signed(key_id="STS.local", **{"x-acs-security-token": "local-token"})
    assert requests.get(url, headers=temporary).status_code == 200


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("/guarded?foo=b%20r", {}),
        ("/guarded?foo=b%20r", signed(secret="wrong")),
        ("/guarded?foo=b%20r", signed(key_id="nobody")),
        ("/guarded?foo=b%20r", signed(**{"x-acs-date": "2020-01-01T00:00:00Z"})),
        ("/guarded?foo=b%20r", {**signed(), "x-acs-extra": "not signed"}),
        ("/guarded?foo=other", signed()),
    ],
)
def test_other_requests_are_refused(fc3: FunctionComputeFake, url: str, headers: dict[str, str]) -> None:
    answer = requests.get(fc3.api_endpoint + url, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "access_denied")


def number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode().rstrip("=")


def trigger(**changes: object) -> dict[str, Any]:
    public = KEY.public_key().public_numbers()
    jwk = {"alg": "RS256", "e": number(public.e), "kid": "k", "kty": "RSA", "n": number(public.n), "use": "sig"}
    config = {"jwks": {"keys": [jwk]}, "tokenLookup": "header:Authorization:Bearer,cookie:token,query:token", **changes}
    return {
        "handler": "index.web",
        "triggers": [
            {
                "triggerName": "http",
                "triggerType": "http",
                "triggerConfig": {"authType": "jwt", "methods": ["POST"], "authConfig": config},
            }
        ],
    }


def token(key: rsa.RSAPrivateKey = KEY, algorithm: str = "RS256", **claims: object) -> str:
    return jwt.encode({"sub": "7", **claims}, key, algorithm, headers={"kid": "k"})


@pytest.fixture
def url(start: Callable[..., Any]) -> str:
    passed = [{"claimName": "sub", "mappingParameterName": "X-User", "mappingParameterPosition": "header"}]
    return f"{start(trigger(claimPassBy=passed), routes=ROUTES).fake.api_endpoint}/hello"


def test_a_token_is_found_and_its_claims_are_passed_on(url: str) -> None:
    valid = token(exp=time.time() + 60, nbf=time.time() - 60)
    for sent in (
        {"headers": {"Authorization": f"Bearer {valid}"}},
        {"cookies": {"token": valid}},
        {"params": {"token": valid}},
    ):
        answer = requests.post(url, data="{}", **sent)  # type: ignore[arg-type]
        assert answer.status_code == 201
        assert answer.json()["headers"]["X-User"] == "7"


def test_a_token_in_a_form(start: Callable[..., Any]) -> None:
    lookup = [{"readPosition": "form", "parameterName": "token"}]
    calls = start(trigger(tokenLookup=lookup), routes=ROUTES)
    assert requests.post(f"{calls.fake.api_endpoint}/hello", data={"token": token()}).status_code == 201
    assert requests.post(f"{calls.fake.api_endpoint}/hello", data={"other": token()}).status_code == 403


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ("", "there is no token where the trigger looks for it"),
        ("Basic x", "there is no token where the trigger looks for it"),
        ("Bearer x", "the token is not one that the trigger's keys have signed"),
        ("Bearer a.b.c", "the token is not one that the trigger's keys have signed"),
        (f"Bearer {token(OTHER_KEY)}", "the token is not one that the trigger's keys have signed"),
        (f"Bearer {token(algorithm='RS512')}", "the token is not one that the trigger's keys have signed"),
        (f"Bearer {token()[:-4]}AAAA", "the token is not one that the trigger's keys have signed"),
        (f"Bearer {token(exp=1)}", "the token has expired"),
        (f"Bearer {token(nbf=2**40)}", "the token is not valid yet"),
    ],
)
def test_other_tokens_are_refused(url: str, shown: str, why: str) -> None:
    answer = requests.post(url, headers={"Authorization": shown})
    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == f"The http trigger 'http' refuses it: {why}."


def test_unsigned_tokens_are_refused(url: str) -> None:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, {})]
    answer = requests.post(url, headers={"Authorization": f"Bearer {'.'.join(parts)}."})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("lists", "open_paths", "closed_paths"),
    [
        ({"whitelist": ["/a", "/login/*"]}, ["/a", "/login/", "/login/b/c"], ["/a/", "/b", "/login", "/A"]),
        ({"blacklist": ["/a", "/own/*"]}, ["/a/", "/b", "/own"], ["/a", "/%61", "/own/", "/own/b/c"]),
        ({}, [], ["/", "/a"]),
    ],
)
def test_paths_that_need_no_token(
    start: Callable[..., Any], lists: dict[str, list[str]], open_paths: list[str], closed_paths: list[str]
) -> None:
    fake = start(trigger(**lists)).fake
    answers = {
        path: requests.post(fake.api_endpoint + path, data="{}", headers={"host": "one.localhost"}).status_code
        for path in (*open_paths, *closed_paths)
    }
    assert answers == {**dict.fromkeys(open_paths, 201), **dict.fromkeys(closed_paths, 403)}


def test_claims_go_where_the_trigger_says_instead_of_what_was_there(start: Callable[..., Any]) -> None:
    passed = "header:sub:x-user,query:sub:user,cookie:sub:user,form:sub:user,query:absent:other"
    calls = start(trigger(claimPassBy=passed), routes=ROUTES)
    sent = {"Authorization": f"Bearer {token()}", "X-User": "1", "Cookie": "user=1; kept=2"}
    answer = requests.post(
        f"{calls.fake.api_endpoint}/hello?user=1&kept=2", data={"user": "1", "kept": "a b"}, headers=sent
    )
    event = answer.json()
    assert (event["headers"]["X-User"], event["headers"]["Cookie"]) == ("7", "kept=2; user=7")
    assert (event["queryParameters"], event["body"]) == ({"kept": "2", "user": "7"}, "kept=a+b&user=7")
    assert event["headers"]["Content-Length"] == str(len(event["body"]))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"whitelist": ["/a"], "blacklist": ["/b"]}, r"authConfig: whitelist and blacklist exclude each other"),
        ({"claimPassBy": "body:sub:user"}, "claimPassBy: 'body' is none of header, query, cookie, form"),
        (
            {"jwks": {"keys": [{"alg": "ES256", "e": "", "kty": "EC", "n": "", "use": "sig"}]}},
            "the emulator verifies RS256, RS384 and RS512 only",
        ),
    ],
)
def test_what_the_emulator_does_not_do_is_said(
    start: Callable[..., Any], changes: dict[str, object], expected: str
) -> None:
    with pytest.raises(ProjectError, match=expected):
        start(trigger(**changes), routes=ROUTES)


def test_jwt_needs_its_config(start: Callable[..., Any]) -> None:
    props = trigger()
    del props["triggers"][0]["triggerConfig"]["authConfig"]
    with pytest.raises(ProjectError, match="authType jwt needs jwks and tokenLookup"):
        start(props, routes=ROUTES)
