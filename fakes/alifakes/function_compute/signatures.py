"""Verifies the signatures of both invocation APIs, and whose they are."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, quote, unquote

from alifakes.function_compute.sandbox.environment import ACCESS_KEY_ID, ACCESS_KEY_SECRET, SECURITY_TOKEN
from alifakes.server import Request

# access key id -> secret and the security token that must come with it; each instance has an id after the second's
_KEYS: dict[str, tuple[str, str | None]] = {
    "local": ("local", None),
    ACCESS_KEY_ID: (ACCESS_KEY_SECRET, SECURITY_TOKEN),
}
_ACS3 = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]*), ?SignedHeaders=([^,]*), ?Signature=([0-9a-f]*)")
# the time stamp of a request may differ from the clock of the service by this much
_SKEW = timedelta(minutes=15)
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided."
    " Check your access key and signing method."
)


@dataclass(frozen=True)
class Refusal(Exception):
    """A request is not let in."""

    status: int
    code: str
    message: str


def verify_fc(request: Request, *, with_query: bool = False) -> str:
    """The `FC id:signature` of the 2016-08-15 API (the body is not covered): whose id it is; raises Refusal.

    HTTP triggers want the query signed as well, as lines of its own.
    """
    headers = request.headers
    for name in ("authorization", "date"):
        if not headers.get(name):
            raise Refusal(400, "MissingRequiredHeader", f"required HTTP header {name.title()} was not specified")
    scheme, _, value = headers["authorization"].partition(" ")
    key_id, _, signature = value.partition(":")
    if scheme != "FC" or not signature:
        raise Refusal(400, "InvalidArgument", "the Authorization header is not of the form 'FC AccessKeyID:Signature'")
    _check_date(headers["date"])
    secret = _secret(key_id, headers.get("x-fc-security-token"))
    signed = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers) if name.startswith("x-fc-"))
    lines = [request.method, headers.get("content-md5", ""), headers.get("content-type", ""), headers["date"]]
    path, _, query = request.target.partition("?")
    queries = sorted(f"{name}={value}" for name, value in parse_qsl(query, keep_blank_values=True))
    resource = "\n".join([unquote(path), "\n".join(queries)]) if with_query else unquote(path)
    text = "\n".join([*lines, signed + resource])
    expected = base64.b64encode(hmac.new(secret.encode(), text.encode("utf-8", "surrogateescape"), "sha256").digest())
    if not hmac.compare_digest(expected, signature.encode("latin-1")):
        raise Refusal(403, "SignatureNotMatch", _MISMATCH)
    digest = headers.get("content-md5")
    if digest and digest != base64.b64encode(hashlib.md5(request.body).digest()).decode():  # noqa: S324 - the protocol's
        raise Refusal(400, "InvalidArgument", "the Content-MD5 header does not match the body")
    return key_id


def verify_acs3(request: Request) -> str:
    """The ACS3-HMAC-SHA256 of the 2023-03-30 API, host and payload hash included: whose id it is; raises Refusal."""
    _require(request, "x-acs-content-sha256")
    return _verify_acs3(request, {"host"})


def verify_trigger(request: Request) -> str:
    """The same algorithm as HTTP triggers take it: the documented programs sign neither host nor body."""
    return _verify_acs3(request, set())


def _require(request: Request, *names: str) -> None:
    for name in names:
        if not request.headers.get(name):
            raise Refusal(400, "MissingRequiredHeader", f"required HTTP header {name} was not specified")


def _verify_acs3(request: Request, must: set[str]) -> str:
    headers = request.headers
    _require(request, "authorization", "x-acs-date")
    match = _ACS3.fullmatch(headers["authorization"])
    if not match:
        raise Refusal(400, "InvalidArgument", "the Authorization header is not a signature of ACS3-HMAC-SHA256")
    _check_acs_date(headers["x-acs-date"])
    key_id, names, signature = match.groups()
    signed = names.split(";")
    secret = _secret(key_id, headers.get("x-acs-security-token") or None)
    must = must | {name for name in headers if name.startswith("x-acs-")}
    digest = headers.get("x-acs-content-sha256", "")
    path, _, query = request.target.partition("?")
    canonical = "\n".join(
        [
            request.method,
            path or "/",
            _canonical_query(query),
            "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in signed),
            names,
            digest,
        ]
    )
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode('latin-1')).hexdigest()}"
    expected = hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()
    whole = must <= set(signed) and digest in ("", hashlib.sha256(request.body).hexdigest())
    if not whole or not hmac.compare_digest(expected, signature):
        raise Refusal(403, "SignatureNotMatch", _MISMATCH)
    return key_id


def _check_date(text: str) -> None:
    """The 2016-08-15 API's Date; its codes for this are not documented."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError):
        raise Refusal(400, "InvalidArgument", f"the Date header '{text}' is not an HTTP date") from None
    if abs(_now() - (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc))) > _SKEW:
        raise Refusal(403, "AccessDenied", f"the Date header '{text}' is over 15 minutes from the server's time")


def _check_acs_date(text: str) -> None:
    """x-acs-date, with the codes and messages that all APIs signed by ACS3 share."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        message = "Specified time stamp or date value is not well formatted."
        raise Refusal(400, "InvalidTimeStamp.Format", message) from None
    if abs(_now() - moment) > _SKEW:
        raise Refusal(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _canonical_query(query: str) -> str:
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)


def _secret(key_id: str, token: str | None) -> str:
    known = ACCESS_KEY_ID if key_id.startswith(f"{ACCESS_KEY_ID}.") else key_id
    secret, expected = _KEYS.get(known, ("", None))
    if not secret:
        raise Refusal(403, "InvalidAccessKeyID", f"the access key ID '{key_id}' does not exist")
    if token != expected:
        raise Refusal(403, "AccessDenied", "the security token you provided does not belong to the access key ID")
    return secret
