"""The signed APIs of the control port: 2016-08-15 for functions of FC 2.0 services, 2023-03-30 for all."""

from __future__ import annotations

import base64
import json
import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote

from alifakes.function_compute.events import HttpCall
from alifakes.function_compute.invocations import Invocation, Invocations
from alifakes.function_compute.model import Function, Project
from alifakes.function_compute.routes import trigger_targets
from alifakes.function_compute.sandbox.pool import Exhausted
from alifakes.function_compute.signatures import Refusal, verify_acs3, verify_fc
from alifakes.function_compute.submission import CLASSIC_TASK, MODERN_TASK, is_asynchronous, over, submit
from alifakes.function_compute.triggers.http import HttpTriggers
from alifakes.server import Request, Response

SYNC_PAYLOAD_LIMIT = 32 * 1024 * 1024
_PATH_2016 = re.compile(r"/2016-08-15/services(?:/([^/]+)(?:/functions(?:/([^/]+)(?:/([^/]+))?)?)?)?")
_PATH_2023 = re.compile(r"/2023-03-30/functions/([^/]+)/invocations")
_PROXY = re.compile(r"(/2016-08-15/proxy/([^/]+)/([^/]+))(/.*)?")


@dataclass(frozen=True)
class _Dialect:
    """How one version of the API words its errors and names a task."""

    code: str
    message: str
    request_id: str | None
    task_header: str


_V2016 = _Dialect("ErrorCode", "ErrorMessage", None, CLASSIC_TASK)
_V2023 = _Dialect("Code", "Message", "RequestId", MODERN_TASK)


class InvokeApi:
    """Answers both versions; each answer has X-Fc-Request-Id, each error is a JSON object."""

    def __init__(self, project: Project, invocations: Invocations, triggers: HttpTriggers) -> None:
        self._functions = project.by_address()
        self._invocations = invocations
        self._triggers = triggers

    async def handle(self, request: Request) -> Response:
        request_id = str(uuid.uuid4())
        modern = request.target.startswith("/2023-03-30/")
        dialect = _V2023 if modern else _V2016
        try:
            if proxied := _PROXY.fullmatch(request.target.partition("?")[0]):
                return await self._proxy(request, request_id, proxied)
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
        key_id = verify_fc(request)
        if service is None:
            return _json(
                200, {"services": [_service(name) for name in self._services()], "nextToken": None}, request_id
            )
        service = self._service_of(service)
        if name is None:
            if not path.endswith("/functions"):
                return _json(200, _service(service), request_id)
            listed = [_function(function) for function in self._functions.values() if function.service == service]
            return _json(200, {"functions": listed, "nextToken": None}, request_id)
        function = self._function_of(service, name)
        if leaf is None:
            return _json(200, _function(function), request_id)
        if leaf == "async-invoke-config":
            return _json(200, _async_config(function), request_id)
        return await self._invoke(request, function, request_id, _V2016, key_id)

    async def _proxy(self, request: Request, request_id: str, match: re.Match[str]) -> Response:
        """An HTTP trigger of FC 2.0 lets in whom it declares, by itself."""
        base, service, name, _ = match.groups()
        function = self._function_of(self._service_of(unquote(service)), unquote(name))
        target = trigger_targets(function).get(request.method)
        if target is None:
            message = f"function '{function.name}' has no http trigger that allows {request.method}"
            raise Refusal(400, "PathNotSupported", message)
        return await self._triggers.answer(target, HttpCall(request, request_id, datetime.now(timezone.utc), {}, base))

    def _service_of(self, qualified: str) -> str:
        service, _, qualifier = qualified.partition(".")
        if service not in self._services():
            raise Refusal(404, "ServiceNotFound", f"service '{service}' does not exist")
        _check_qualifier(qualifier)
        return service

    def _function_of(self, service: str, name: str) -> Function:
        function = self._functions.get(f"{service}${name}")
        if function is None:
            raise Refusal(404, "FunctionNotFound", f"function '{name}' does not exist in service '{service}'")
        return function

    def _services(self) -> list[str]:
        return sorted({function.service for function in self._functions.values() if function.service is not None})

    # 2023-03-30
    async def _modern(self, request: Request, request_id: str) -> Response:
        path, _, query = request.target.partition("?")
        match = _PATH_2023.fullmatch(path)
        if not match or request.method != "POST":
            raise Refusal(400, "PathNotSupported", f"{request.method} {path} is not supported")
        key_id = verify_acs3(request)
        address = unquote(match.group(1))
        function = self._functions.get(address)
        if function is None:
            raise Refusal(404, "FunctionNotFound", f"function '{address}' does not exist")
        _check_qualifier(parse_qs(query).get("qualifier", [""])[0])
        return await self._invoke(request, function, request_id, _V2023, key_id)

    # both
    async def _invoke(
        self, request: Request, function: Function, request_id: str, dialect: _Dialect, key_id: str
    ) -> Response:
        if function.is_http:
            # what the service answers here is not documented; its triggers exclude those of events
            raise Refusal(400, "InvalidArgument", f"function '{function.name}' has an http trigger, call it by HTTP")
        asynchronous = is_asynchronous(request)
        kind = "async" if asynchronous else "sync"
        invocation = Invocation.of(function, kind, parent=self._invocations.caller(key_id))
        invocation.request_id = request_id
        if asynchronous:
            return submit(self._invocations, function, invocation, request, request.body, dialect.task_header)
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


def too_large() -> Response:
    """The answer to a synchronous payload over the limit; it serves both versions of the API."""
    message = over(SYNC_PAYLOAD_LIMIT)
    request_id = str(uuid.uuid4())
    body = dict.fromkeys((_V2016.code, _V2023.code), "EntityTooLarge")
    body |= dict.fromkeys((_V2016.message, _V2023.message), message)
    return _json(400, {**body, "RequestId": request_id}, request_id)


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
