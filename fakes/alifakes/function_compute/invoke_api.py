"""The signed APIs of the control port: 2016-08-15 for functions of FC 2.0 services, 2023-03-30 for all."""

from __future__ import annotations

import base64
import json
import re
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote

from alifakes.function_compute.invocations import ASYNC_PAYLOAD_LIMIT, Invocation, Invocations, TaskExists
from alifakes.function_compute.model import Function, Project
from alifakes.function_compute.sandbox.pool import Exhausted
from alifakes.function_compute.signatures import Refusal, verify_acs3, verify_fc
from alifakes.server import Request, Response

SYNC_PAYLOAD_LIMIT = 32 * 1024 * 1024
_PATH_2016 = re.compile(r"/2016-08-15/services(?:/([^/]+)(?:/functions(?:/([^/]+)(?:/([^/]+))?)?)?)?")
_PATH_2023 = re.compile(r"/2023-03-30/functions/([^/]+)/invocations")
_TASK_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}")


@dataclass(frozen=True)
class _Dialect:
    """How one version of the API words its errors and names a task."""

    code: str
    message: str
    request_id: str | None
    task_header: str


_V2016 = _Dialect("ErrorCode", "ErrorMessage", None, "x-fc-stateful-async-invocation-id")
_V2023 = _Dialect("Code", "Message", "RequestId", "x-fc-async-task-id")


class InvokeApi:
    """Answers both versions; each answer has X-Fc-Request-Id, each error is a JSON object."""

    def __init__(self, project: Project, invocations: Invocations) -> None:
        self._functions = project.by_address()
        self._invocations = invocations

    async def handle(self, request: Request) -> Response:
        request_id = str(uuid.uuid4())
        modern = request.target.startswith("/2023-03-30/")
        dialect = _V2023 if modern else _V2016
        try:
            return await (self._modern if modern else self._classic)(request, request_id)
        except Refusal as refusal:
            return _refused(dialect, refusal, request_id)
        except Exhausted as error:
            return _refused(dialect, Refusal(429, "ResourceExhausted", str(error)), request_id)

    # 2016-08-15
    async def _classic(self, request: Request, request_id: str) -> Response:
        path = unquote(request.target.partition("?")[0])
        match = _PATH_2016.fullmatch(path)
        service, name, leaf = match.groups() if match else (None, None, None)
        invokes = request.method == "POST" and leaf == "invocations"
        if not match or not (invokes or (request.method == "GET" and leaf in (None, "async-invoke-config"))):
            raise Refusal(400, "PathNotSupported", f"{request.method} {path} is not supported")
        verify_fc(request)
        if service is None:
            return _json(
                200, {"services": [_service(name) for name in self._services()], "nextToken": None}, request_id
            )
        service, _, qualifier = service.partition(".")
        if service not in self._services():
            raise Refusal(404, "ServiceNotFound", f"service '{service}' does not exist")
        _check_qualifier(qualifier)
        if name is None:
            if not path.endswith("/functions"):
                return _json(200, _service(service), request_id)
            listed = [_function(function) for function in self._functions.values() if function.service == service]
            return _json(200, {"functions": listed, "nextToken": None}, request_id)
        function = self._functions.get(f"{service}${name}")
        if function is None:
            raise Refusal(404, "FunctionNotFound", f"function '{name}' does not exist in service '{service}'")
        if leaf is None:
            return _json(200, _function(function), request_id)
        if leaf == "async-invoke-config":
            return _json(200, _async_config(function), request_id)
        return await self._invoke(request, function, request_id, _V2016)

    def _services(self) -> list[str]:
        return sorted({function.service for function in self._functions.values() if function.service is not None})

    # 2023-03-30
    async def _modern(self, request: Request, request_id: str) -> Response:
        path, _, query = request.target.partition("?")
        match = _PATH_2023.fullmatch(path)
        if not match or request.method != "POST":
            raise Refusal(400, "PathNotSupported", f"{request.method} {path} is not supported")
        verify_acs3(request)
        address = unquote(match.group(1))
        function = self._functions.get(address)
        if function is None:
            raise Refusal(404, "FunctionNotFound", f"function '{address}' does not exist")
        _check_qualifier(parse_qs(query).get("qualifier", [""])[0])
        return await self._invoke(request, function, request_id, _V2023)

    # both
    async def _invoke(self, request: Request, function: Function, request_id: str, dialect: _Dialect) -> Response:
        kind = request.headers.get("x-fc-invocation-type", "Sync")
        if kind not in ("Sync", "Async"):
            raise Refusal(400, "InvalidArgument", f"the invocation type '{kind}' is neither Sync nor Async")
        invocation = Invocation.of(function, kind.lower())
        invocation.request_id = request_id
        if kind == "Async":
            return self._enqueue(invocation, request, function, dialect.task_header)
        outcome = await self._invocations.run(invocation, request.body)
        headers = [
            ("content-type", "application/octet-stream"),
            ("x-fc-request-id", request_id),
            ("x-fc-instance-id", outcome.instance_id),
            ("x-fc-invocation-duration", f"{outcome.duration_ms:.0f}"),
            ("x-fc-max-memory-usage", f"{outcome.memory_mb:.2f}"),
        ]
        if outcome.error_type is not None:
            headers.append(("x-fc-error-type", outcome.error_type))
        if request.headers.get("x-fc-log-type") == "Tail":
            headers.append(("x-fc-log-result", base64.b64encode(outcome.log).decode()))
        return Response(200, headers, outcome.body)

    def _enqueue(self, invocation: Invocation, request: Request, function: Function, task_header: str) -> Response:
        """A function in task mode refuses a task id twice; without an id, the request id is the task's."""
        if len(request.body) > ASYNC_PAYLOAD_LIMIT:
            raise Refusal(400, "EntityTooLarge", _over(ASYNC_PAYLOAD_LIMIT))
        headers = [("x-fc-request-id", invocation.request_id)]
        if function.asynchronous.task:
            task_id = invocation.task_id = request.headers.get(task_header) or invocation.request_id
            if task_header in request.headers and not _TASK_ID.fullmatch(task_id):
                raise Refusal(400, "InvalidArgument", f"the task id '{task_id}' is not of the form {_TASK_ID.pattern}")
            headers.append((task_header, task_id))
        try:
            self._invocations.enqueue(invocation, request.body)
        except TaskExists as known:
            # the code is the one that the service's own sample programs look for; its message is not published
            code = "StatefulAsyncInvocationAlreadyExists"
            raise Refusal(409, code, f"the task '{known}' of function '{function.name}' exists already") from None
        return Response(202, headers)


def too_large() -> Response:
    """The answer to a synchronous payload over the limit; it serves both versions of the API."""
    message = _over(SYNC_PAYLOAD_LIMIT)
    request_id = str(uuid.uuid4())
    body = dict.fromkeys((_V2016.code, _V2023.code), "EntityTooLarge")
    body |= dict.fromkeys((_V2016.message, _V2023.message), message)
    return _json(400, {**body, "RequestId": request_id}, request_id)


def _over(limit: int) -> str:
    return f"payload size exceeds maximum allowed size ({limit} bytes)"


def _check_qualifier(qualifier: str) -> None:
    """A project file declares neither versions nor aliases: only LATEST exists."""
    if qualifier not in ("", "LATEST"):
        kind = "Version" if qualifier.isdecimal() else "Alias"
        raise Refusal(404, f"{kind}NotFound", f"{kind.lower()} '{qualifier}' does not exist")


def _refused(dialect: _Dialect, refusal: Refusal, request_id: str) -> Response:
    body = {dialect.code: refusal.code, dialect.message: refusal.message}
    if dialect.request_id:
        body[dialect.request_id] = request_id
    return _json(refusal.status, body, request_id)


def _json(status: int, body: dict[str, Any], request_id: str) -> Response:
    headers = [("content-type", "application/json"), ("x-fc-request-id", request_id)]
    return Response(HTTPStatus(status), headers, json.dumps(body, ensure_ascii=False).encode())


def _service(name: str) -> dict[str, Any]:
    return {"serviceName": name, "serviceId": name, "description": ""}


def _function(function: Function) -> dict[str, Any]:
    return {
        "functionName": function.name,
        "functionId": function.address,
        "runtime": function.runtime,
        "handler": function.handler,
        "memorySize": function.memory,
        "timeout": function.timeout,
        "initializer": function.initializer and function.initializer.handler,
        "environmentVariables": dict(function.environment),
        "layers": list(function.layers),
    }


def _async_config(function: Function) -> dict[str, Any]:
    config = function.asynchronous
    return {
        "service": function.service,
        "function": function.name,
        "qualifier": "LATEST",
        "maxAsyncEventAgeInSeconds": config.max_age,
        "maxAsyncRetryAttempts": config.retries,
        "statefulInvocation": config.task,
        "destinationConfig": {
            key: {"destination": arn}
            for key, arn in (("onSuccess", config.on_success), ("onFailure", config.on_failure))
            if arn
        },
    }
