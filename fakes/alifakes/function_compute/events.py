"""Builds the events that functions receive, and reads the HTTP answers that they return."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

from alifakes.function_compute.model import LOCAL_ACCOUNT
from alifakes.server import Request, Response

# set by the server itself
_HOP_HEADERS = {"connection", "content-length", "transfer-encoding", "keep-alive"}


@dataclass(frozen=True)
class HttpCall:
    """A request on its way to a function; `base` is what stands in the URL before the path that the function sees."""

    request: Request
    request_id: str
    moment: datetime
    path_parameters: Mapping[str, str]
    base: str = ""

    @property
    def raw_path(self) -> str:
        return self.request.target.partition("?")[0].removeprefix(self.base)


def http_v1(call: HttpCall, trigger_name: str, region: str) -> bytes:
    """The event of an HTTP trigger, format v1 (help page 2545977)."""
    prefix = f"{trigger_name}-local"
    context = {
        "accountId": LOCAL_ACCOUNT,
        "domainName": f"{prefix}.{region}.fcapp.run",
        "domainPrefix": prefix,
        "requestId": call.request_id,
        "time": call.moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "timeEpoch": str(int(call.moment.timestamp() * 1000)),
        "http": {
            "method": call.request.method,
            "path": unquote(call.raw_path),
            "protocol": "HTTP/1.1",
            "sourceIp": call.request.client_ip,
            "userAgent": call.request.headers.get("user-agent", ""),
        },
    }
    event = {
        "version": "v1",
        "rawPath": call.raw_path,
        **_body(call.request.body),
        "headers": _headers(call.request),
        "queryParameters": _query(call.request),
        "requestContext": context,
    }
    return json.dumps(event, ensure_ascii=False).encode()


def http_function(call: HttpCall) -> bytes:
    """What the service tells the Python runtime of FC 2.0 about a request, from which that makes a WSGI environment."""
    event = {
        "path": unquote(call.raw_path) or "/",
        "method": call.request.method,
        "requestURI": call.request.target,
        "clientIP": call.request.client_ip,
        "headersMap": {name: [value] for name, value in _headers(call.request).items()},
        "body": base64.b64encode(call.request.body).decode(),
    }
    return json.dumps(event, ensure_ascii=False).encode()


def api_gateway(call: HttpCall) -> bytes:
    """The event of API Gateway (help page 85208); the gateway adds its own X-Ca headers."""
    added = {"X-Ca-Request-Id": call.request_id, "X-Forwarded-For": call.request.client_ip}
    event = {
        "path": unquote(call.raw_path),
        "httpMethod": call.request.method,
        "headers": _headers(call.request) | added,
        "queryParameters": _query(call.request),
        "pathParameters": dict(call.path_parameters),
        **_body(call.request.body),
    }
    return json.dumps(event, ensure_ascii=False).encode()


def timer(moment: datetime, trigger_name: str, payload: str) -> bytes:
    """The event of a timer trigger (help page 2513615)."""
    time = moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    event = {"triggerTime": time, "triggerName": trigger_name, "payload": payload}
    return json.dumps(event, ensure_ascii=False).encode()


def _body(body: bytes) -> dict[str, Any]:
    try:
        return {"body": body.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def _headers(request: Request) -> dict[str, str]:
    return {"-".join(part.capitalize() for part in name.split("-")): value for name, value in request.headers.items()}


def _query(request: Request) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(request.target.partition("?")[2], keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


class UnusableAnswer(ValueError):
    """What a function returned is no HTTP answer; the message says why."""


def read_http_answer(body: bytes) -> Response:
    """An HTTP trigger's answer: a JSON object with statusCode, or anything else, which is sent as a 200's body."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if isinstance(answer, dict) and "statusCode" in answer:
        return _read_answer(answer)
    content_type = "text/plain; charset=utf-8" if answer is None else "application/json"
    return Response(200, [("content-type", content_type)], body)


def read_gateway_answer(body: bytes) -> Response:
    """API Gateway's answer: a JSON object with statusCode (a number, or one as text); raises UnusableAnswer."""
    try:
        answer = json.loads(body)
    except ValueError:
        raise UnusableAnswer("the function did not return JSON") from None
    if not isinstance(answer, dict) or "statusCode" not in answer:
        raise UnusableAnswer("the function's answer has no statusCode")
    return _read_answer(answer)


def _read_answer(answer: Mapping[str, Any]) -> Response:
    status, headers = answer["statusCode"], answer.get("headers") or {}
    if isinstance(status, str) and status.isdecimal():
        status = int(status)
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
        raise UnusableAnswer(f"statusCode {answer['statusCode']!r} is not a status from 200 to 599")
    if not isinstance(headers, dict):
        raise UnusableAnswer("headers is not an object")
    lines = [
        (str(name), str(value))
        for name, values in headers.items()
        for value in (values if isinstance(values, list) else [values])
        if str(name).lower() not in _HOP_HEADERS
    ]
    for name, value in lines:
        if not name.isascii() or any(mark in name + value for mark in "\r\n\0") or not value.isascii():
            raise UnusableAnswer(f"header {name!r} holds characters that HTTP does not allow")
    return Response(status, lines, _answer_body(answer))


def _answer_body(answer: Mapping[str, Any]) -> bytes:
    body = answer.get("body", "")
    if body is None:
        return b""
    if not isinstance(body, str):
        return json.dumps(body, ensure_ascii=False).encode()
    if answer.get("isBase64Encoded") in (True, "true"):
        try:
            return base64.b64decode(body, validate=True)
        except ValueError:
            raise UnusableAnswer("body is not base64, though isBase64Encoded says so") from None
    return body.encode("utf-8", "replace")


def without_body(answer: Response) -> Response:
    """For HEAD, and for the statuses that have no body."""
    return replace(answer, body=b"")


def json_error(status: int, code: str, message: str, request_id: str, *headers: tuple[str, str]) -> Response:
    """What the gateway itself answers: `{"error": {"code", "message", "request_id"}}`."""
    error = {"error": {"code": code, "message": message, "request_id": request_id}}
    fixed = [("content-type", "application/json"), ("x-fc-request-id", request_id)]
    return Response(HTTPStatus(status), [*fixed, *headers], json.dumps(error, ensure_ascii=False).encode())
