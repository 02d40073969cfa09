"""The public port: an API gateway that turns HTTP requests into events and answers into HTTP."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone

from alifakes.function_compute import events
from alifakes.function_compute.invocations import Invocation, Invocations
from alifakes.function_compute.routes import Routes, Target
from alifakes.function_compute.sandbox.instance import Outcome
from alifakes.function_compute.sandbox.pool import Exhausted
from alifakes.function_compute.signatures import Refusal
from alifakes.function_compute.triggers.authentication import let_in
from alifakes.server import Request, Response


class Gateway:
    """Answers every request of the public port."""

    def __init__(self, routes: Routes, invocations: Invocations) -> None:
        self._routes = routes
        self._invocations = invocations

    async def handle(self, request: Request) -> Response:
        answer = await self._answer(request)
        return events.without_body(answer) if request.method == "HEAD" else answer

    async def _answer(self, request: Request) -> Response:
        request_id = str(uuid.uuid4())
        path = request.target.partition("?")[0]
        found = self._routes.find(path)
        if found is None:
            return events.json_error(404, "not_found", f"There is nothing at {path}.", request_id)
        targets, parameters = found
        target = targets.get(request.method)
        if target is None:
            allowed = ", ".join(targets)
            message = f"{path} allows {allowed}, not {request.method}."
            return events.json_error(405, "method_not_allowed", message, request_id, ("allow", allowed))
        if target.trigger is not None:
            try:
                request = let_in(target.trigger, request)
            except Refusal as refusal:
                message = f"The http trigger '{target.trigger.name}' refuses it: {refusal.message.rstrip('.')}."
                return events.json_error(403, "access_denied", message, request_id)
        call = events.HttpCall(request, request_id, datetime.now(timezone.utc), parameters)
        return await self._invoke(target, call)

    async def _invoke(self, target: Target, call: events.HttpCall) -> Response:
        function, request_id = target.function, call.request_id
        if target.trigger is None:
            event = events.api_gateway(call)
        else:
            event = events.http_v1(call, target.trigger.name, function.region)
        invocation = Invocation.of(function, "http", f"{call.request.method} {call.raw_path}")
        invocation.request_id = request_id
        try:
            outcome = await self._invocations.run(
                invocation, event, lambda outcome: str(_render(target, outcome, request_id).status)
            )
        except Exhausted as refusal:
            retry = ("retry-after", "1")
            return events.json_error(429, "too_many_requests", f"{refusal}.".capitalize(), request_id, retry)
        return _render(target, outcome, request_id)


def _render(target: Target, outcome: Outcome, request_id: str) -> Response:
    if outcome.error_type is not None:
        kind = ("x-fc-error-type", outcome.error_type)
        return events.json_error(502, "function_error", "The function ended with an error.", request_id, kind)
    read = events.read_gateway_answer if target.trigger is None else events.read_http_answer
    try:
        answer = read(outcome.body)
    except events.UnusableAnswer as unusable:
        return events.json_error(502, "bad_function_answer", f"{unusable}.".capitalize(), request_id)
    answer.headers.append(("x-fc-request-id", request_id))
    return answer
