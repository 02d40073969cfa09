"""Takes an asynchronous invocation that came by HTTP, whichever door it came through."""

from __future__ import annotations

import re

from alifakes.function_compute.invocations import ASYNC_PAYLOAD_LIMIT, Invocation, Invocations, TaskExists
from alifakes.function_compute.model import Function
from alifakes.function_compute.signatures import Refusal
from alifakes.server import Request, Response

# how a task is named in FC 2.0 and in FC 3.0
CLASSIC_TASK, MODERN_TASK = "x-fc-stateful-async-invocation-id", "x-fc-async-task-id"
LONGEST_DELAY_S = 3600
_TASK_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}")


def is_asynchronous(request: Request) -> bool:
    """Raises Refusal."""
    kind = request.headers.get("x-fc-invocation-type", "Sync")
    if kind not in ("Sync", "Async"):
        raise Refusal(400, "InvalidArgument", f"the invocation type '{kind}' is neither Sync nor Async")
    return kind == "Async"


def submit(
    invocations: Invocations,
    function: Function,
    invocation: Invocation,
    request: Request,
    event: bytes,
    task_header: str,
) -> Response:
    """202, and the invocation is queued; raises Refusal.

    A function in task mode refuses a task id twice; without an id, the request id is the task's.
    """
    if len(request.body) > ASYNC_PAYLOAD_LIMIT:
        raise Refusal(400, "EntityTooLarge", over(ASYNC_PAYLOAD_LIMIT))
    headers = [("x-fc-request-id", invocation.request_id)]
    if function.asynchronous.task:
        task_id = invocation.task_id = request.headers.get(task_header) or invocation.request_id
        if task_header in request.headers and not _TASK_ID.fullmatch(task_id):
            raise Refusal(400, "InvalidArgument", f"the task id '{task_id}' is not of the form {_TASK_ID.pattern}")
        headers.append((task_header, task_id))
    try:
        invocations.enqueue(invocation, event, _delay_s(request))
    except TaskExists as known:
        # the code is the one that the service's own sample programs look for; its message is not published
        code = "StatefulAsyncInvocationAlreadyExists"
        raise Refusal(409, code, f"the task '{known}' of function '{function.name}' exists already") from None
    return Response(202, headers)


def over(limit: int) -> str:
    return f"payload size exceeds maximum allowed size ({limit} bytes)"


def _delay_s(request: Request) -> int:
    text = request.headers.get("x-fc-async-delay", "0")
    if not text.isdecimal() or int(text) > LONGEST_DELAY_S:
        raise Refusal(400, "InvalidArgument", f"the delay '{text}' is not from 0 to {LONGEST_DELAY_S} seconds")
    return int(text)
