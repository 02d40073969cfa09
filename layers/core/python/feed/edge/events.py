"""Events as Function Compute delivers them, normalised once: HTTP trigger, API Gateway, timer, invocation."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from feed.errors import InvalidRequest

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ENCODED_SLASH = re.compile(r"%2[Ff]")
_TRACEPARENT = re.compile(
    r"(?:00(?=.{53}\Z)|(?!00|ff)[0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?",
    re.ASCII,
)
"""https://www.w3.org/TR/trace-context/#traceparent-header: a later version than 00 may say more at the end."""
_TRACE_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


class MalformedEvent(Exception):
    """The platform, not a client, sent something that is no event of the expected kind; `str()` names the part."""


class HttpRequest(NamedTuple):
    """Header names are lower case; repeated headers and query parameters are joined by ','; `path` is decoded."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    client_ip: str

    @property
    def trace_id(self) -> str:
        """The client's, "" where it sends none, or one that is no trace context: that is passed over."""
        match = _TRACEPARENT.fullmatch(self.headers.get("traceparent", ""))
        return match[1] if match else ""


def http_request(event: bytes) -> HttpRequest:
    """Read an HTTP trigger's v1 event or an API Gateway event.

    Raises InvalidRequest for what a client can get wrong, MalformedEvent for what only the platform can.
    """
    envelope = _object(event)
    headers = _headers(envelope)
    if "requestContext" in envelope:
        http = _member(_member(envelope, "requestContext", dict), "http", dict)
        method, client_ip = _member(http, "method", str), _member(http, "sourceIp", str)
        path = _path(_member(envelope, "rawPath", str))
    else:
        # API Gateway has decoded its path already.
        method, path = _member(envelope, "httpMethod", str), _member(envelope, "path", str)
        # The gateway appends the address it saw; what stands before it was the client's to write.
        client_ip = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return HttpRequest(method.upper(), path, _query(envelope), headers, _body(envelope), client_ip)


def require_timer(event: bytes) -> None:
    """Raises MalformedEvent unless a timer trigger made the event: an HTTP client cannot put a name at its top."""
    if "triggerTime" not in _object(event):
        raise MalformedEvent("The event has no triggerTime, so no timer sent it.")


def message(event: bytes) -> dict[str, Any]:
    """The JSON object that another of our functions sent by invoking this one. Raises MalformedEvent."""
    return _object(event)


def trace_id(message: Mapping[str, Any]) -> str:
    """The sender's, "" where an older one sends none."""
    told = message.get("trace")
    return told if isinstance(told, str) and _TRACE_ID.fullmatch(told) else ""


def _object(event: bytes) -> dict[str, Any]:
    try:
        value = json.loads(event)
    except (ValueError, RecursionError):
        raise MalformedEvent("The event is not JSON.") from None
    if not isinstance(value, dict):
        raise MalformedEvent("The event is not a JSON object.")
    return value


def _member(parent: Mapping[str, Any], name: str, kind: type) -> Any:
    value = parent.get(name)
    if not isinstance(value, kind):
        raise MalformedEvent(f"The event's {name} is missing or not of type {kind.__name__}.")
    return value


def _texts(envelope: Mapping[str, Any], name: str) -> dict[str, str]:
    values = envelope.get(name) or {}
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise MalformedEvent(f"The event's {name} do not map names to text.")
    return values


def _headers(envelope: Mapping[str, Any]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in _texts(envelope, "headers").items():
        key = name.lower()
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    return headers


def _query(envelope: Mapping[str, Any]) -> dict[str, str]:
    query = _texts(envelope, "queryParameters")
    if not all(_is_unicode(name) and _is_unicode(value) for name, value in query.items()):
        raise InvalidRequest("The query is not valid UTF-8.")
    return query


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _path(raw: str) -> str:
    """Decoded exactly once. An encoded slash is refused: decoded, it would look like a separator."""
    if _BAD_ESCAPE.search(raw) or _ENCODED_SLASH.search(raw):
        raise InvalidRequest("The path holds a percent sign that does not encode a character allowed there.")
    try:
        return unquote_to_bytes(raw).decode()
    except UnicodeError:
        raise InvalidRequest("The path is not valid UTF-8.") from None


def _body(envelope: Mapping[str, Any]) -> bytes:
    text = envelope.get("body")
    if text is None:
        return b""
    if not isinstance(text, str):
        raise MalformedEvent("The event's body is not text.")
    # API Gateway's documentation prints the flag as text, the HTTP trigger's as a boolean.
    if envelope.get("isBase64Encoded") in (True, "true"):
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise InvalidRequest("The body is not valid base64.") from None
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidRequest("The body is not valid UTF-8.") from None
