"""HTTP triggers and API Gateway: lets a request in, makes it the event of a function, and the answer HTTP again."""

from __future__ import annotations

from alifakes.function_compute import events
from alifakes.function_compute.invocations import Invocation, Invocations
from alifakes.function_compute.routes import Target
from alifakes.function_compute.sandbox.instance import Outcome
from alifakes.function_compute.sandbox.pool import Exhausted
from alifakes.function_compute.signatures import Refusal
from alifakes.function_compute.submission import CLASSIC_TASK, MODERN_TASK, is_asynchronous, submit
from alifakes.function_compute.triggers.authentication import let_in
from alifakes.server import Response


class HttpTriggers:
    """What stands behind every door that HTTP requests for functions come through."""

    def __init__(self, invocations: Invocations) -> None:
        self._invocations = invocations

    async def answer(self, target: Target, call: events.HttpCall) -> Response:
        try:
            answer = await self._admitted(target, call)
        except Refusal as refusal:
            code = "access_denied" if refusal.status == 403 else refusal.code
            answer = events.json_error(refusal.status, code, refusal.message, call.request_id)
        return events.without_body(answer) if call.request.method == "HEAD" else answer

    async def _admitted(self, target: Target, call: events.HttpCall) -> Response:
        invocation = Invocation.of(target.function, "http", f"{call.request.method} {call.raw_path}")
        invocation.request_id = call.request_id
        if target.trigger is None:
            return await self._run(target, invocation, events.api_gateway(call))
        call = let_in(target, call)
        if target.function.is_http:
            event = events.http_function(call)
        else:
            event = events.http_v1(call, target.trigger.name, target.function.region)
        if not is_asynchronous(call.request):
            return await self._run(target, invocation, event)
        invocation.kind = "async"
        task_header = CLASSIC_TASK if target.function.is_http else MODERN_TASK
        return submit(self._invocations, target.function, invocation, call.request, event, task_header)

    async def _run(self, target: Target, invocation: Invocation, event: bytes) -> Response:
        request_id = invocation.request_id
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
