"""Signatures: verifies those of requests (V2 and V4) and makes those of answers.

A request is checked in this order: required headers, API version, date, access key, security token, signature, body.
The service's list of errors names each refusal; the order is ours where the list leaves it open.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from alifakes.tablestore import errors

API_VERSION = "2015-12-31"
REQUIRED_HEADERS = (
    "x-ots-date",
    "x-ots-apiversion",
    "x-ots-accesskeyid",
    "x-ots-contentmd5",
    "x-ots-instancename",
)
SIGNATURE_V2 = "x-ots-signature"
SIGNATURE_V4 = "x-ots-signaturev4"


@dataclass(frozen=True)
class Credential:
    """The secret of an access key; with a token it is temporary, and accepted only together with that token."""

    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


LOCAL_CREDENTIALS: Mapping[str, Credential] = {
    "local": Credential("local"),
    "STS.local": Credential("local", token="local-token"),
}
_OF_INSTANCES = "STS.local."


@dataclass(frozen=True)
class Signer:
    """Signs the answers to one request with that request's key."""

    access_key_id: str
    key: bytes

    def authorization(self, path: str, headers: Mapping[str, str]) -> str:
        """The Authorization header of an answer with these x-ots-* headers."""
        text = f"{_header_lines(headers)}\n{path}"
        return f"OTS {self.access_key_id}:{_sign('sha1', self.key, text)}"


def find_credential(access_key_id: str, credentials: Mapping[str, Credential]) -> Credential | None:
    """Instances of functions sign with ids of their own: that of temporary credentials, a dot, and anything."""
    found = credentials.get(access_key_id)
    if found is None and access_key_id.startswith(_OF_INSTANCES):
        return credentials.get(_OF_INSTANCES[:-1])
    return found


def find_signer(headers: Mapping[str, str], credentials: Mapping[str, Credential]) -> Signer | None:
    """Who can sign the answer to a request with these headers; None when its access key is unknown."""
    access_key_id = headers.get("x-ots-accesskeyid", "")
    credential = find_credential(access_key_id, credentials)
    if credential is None:
        return None
    if SIGNATURE_V4 in headers:
        date, region = headers.get("x-ots-signdate", ""), headers.get("x-ots-signregion", "")
        return _signer(access_key_id, derive_v4_key(credential.secret, date, region))
    return _signer(access_key_id, credential.secret.encode())


@lru_cache(maxsize=64)
def _signer(access_key_id: str, key: bytes) -> Signer:
    return Signer(access_key_id, key)


def verify(
    path: str, query: str, headers: Mapping[str, str], body: bytes, credentials: Mapping[str, Credential], now: float
) -> None:
    """Check a POST request; `path` is `/ApiName`, header names are lower case, `now` is Unix time in seconds.

    Raises OtsError 400 OTSParameterInvalid for headers that are missing or malformed, 403 OTSAuthFailed otherwise.
    """
    _check_headers(headers)
    _check_date(headers["x-ots-date"], now)
    credential = find_credential(headers["x-ots-accesskeyid"], credentials)
    if credential is None:
        raise errors.unknown_access_key()
    if headers.get("x-ots-ststoken", "") != (credential.token or ""):
        # the service knows a temporary key by its token alone, and a permanent one has none
        raise errors.unknown_access_key()
    _check_signature(path, query, headers, credentials)
    if headers["x-ots-contentmd5"] != content_md5(body):
        raise errors.body_digest_mismatch()


def content_md5(body: bytes) -> str:
    return binascii.b2a_base64(hashlib.md5(body, usedforsecurity=False).digest(), newline=False).decode()


@lru_cache(maxsize=64)
def derive_v4_key(secret: str, date: str, region: str) -> bytes:
    """The V4 signing key of a day (YYYYMMDD) and region; clients may hold it instead of the secret."""
    key = f"aliyun_v4{secret}".encode()
    for part in (date, region, "ots", "aliyun_v4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return binascii.b2a_base64(key, newline=False)


def _check_headers(headers: Mapping[str, str]) -> None:
    for name in REQUIRED_HEADERS:
        if name not in headers:
            raise errors.missing_header(name)
    if SIGNATURE_V4 in headers:
        for name in ("x-ots-signdate", "x-ots-signregion"):
            if name not in headers:
                raise errors.missing_header(name)
    elif SIGNATURE_V2 not in headers:
        raise errors.missing_header(SIGNATURE_V2)
    if headers["x-ots-apiversion"] != API_VERSION:
        raise errors.invalid_api_version(headers["x-ots-apiversion"])


def _check_date(date: str, now: float) -> None:
    try:
        sent = _parse_date(date)
    except ValueError:
        raise errors.invalid_date(date) from None
    if abs(sent - now) > errors.MAX_CLOCK_SKEW:
        raise errors.clock_mismatch(date)


@lru_cache(maxsize=64)
def _parse_date(date: str) -> float:
    return datetime.strptime(date, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc).timestamp()


def _check_signature(path: str, query: str, headers: Mapping[str, str], credentials: Mapping[str, Credential]) -> None:
    signer = find_signer(headers, credentials)
    assert signer is not None  # the access key was looked up before
    version, digest, salt = (SIGNATURE_V4, "sha256", "ots") if SIGNATURE_V4 in headers else (SIGNATURE_V2, "sha1", "")
    sorted_query = urlencode(sorted(parse_qsl(query))) if query else ""
    lines = _header_lines(headers, version)
    expected = _sign(digest, signer.key, f"{path}\nPOST\n{sorted_query}\n{lines}\n{salt}")
    if not hmac.compare_digest(expected.encode(), headers[version].encode()):
        raise errors.signature_mismatch()


def _header_lines(headers: Mapping[str, str], left_out: str = "") -> str:
    signed = headers.items()
    lines = [f"{name}:{value.strip()}" for name, value in signed if name[:6] == "x-ots-" and name != left_out]
    lines.sort()
    return "\n".join(lines)


def _sign(digest: str, key: bytes, text: str) -> str:
    return binascii.b2a_base64(hmac.digest(key, text.encode(), digest), newline=False).decode()
