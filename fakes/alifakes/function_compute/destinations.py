"""Where the result of an asynchronous invocation goes, and the event that says how it ended."""

from __future__ import annotations

import json
import re
from collections import deque
from dataclasses import dataclass
from typing import Any

from alifakes.function_compute.model import LOCAL_ACCOUNT, Function, Project
from alifakes.function_compute.sandbox.instance import Outcome

DELIVERIES_KEPT = 10_000
_FUNCTION = re.compile(r"acs:fc:[^:]*:[^:]*:(?:services/([^/.]+)(?:\.[^/]*)?/)?functions/([^/]+)(?:/[^/]*)?")


@dataclass(frozen=True)
class Ending:
    """How an asynchronous invocation ended; `outcome` is that of its last attempt, None when it was given up instead.

    `condition` is empty after a success, an error's type after a failure (as the service's samples have it),
    FunctionResourceExhausted (the help page's) when no instance became free, Expired (a guess) when it grew too old.
    """

    condition: str
    outcome: Outcome | None = None

    @property
    def succeeded(self) -> bool:
        return not self.condition


@dataclass(frozen=True)
class Delivery:
    """A result on its way; `destination` is an ARN."""

    function: str
    request_id: str
    destination: str
    event: bytes

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "event": json.loads(self.event)}


class Destinations:
    """Hands results to functions of the same project, and keeps all: queues, topics and event buses exist as records.

    An event bus would find the same object as the data of its own envelope. `notes` name those that exist as records.
    """

    def __init__(self, project: Project) -> None:
        self.deliveries: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        self._functions = {address: each for address, each in project.by_address().items() if not each.is_http}
        self.notes = [
            f"{function.address} sends results to {arn}, which is no event function of {project.file.name}:"
            " they are kept, GET /_fake/destinations lists them."
            for function in project.functions
            for arn in (function.asynchronous.on_success, function.asynchronous.on_failure)
            if arn and _address(arn) not in self._functions
        ]

    def deliver(self, function: Function, request_id: str, destination: str, event: bytes) -> Function | None:
        """The function that is to be invoked with it, if the destination is one."""
        self.deliveries.append(Delivery(function.address, request_id, destination, event))
        return self._functions.get(_address(destination))


def _address(arn: str) -> str:
    match = _FUNCTION.fullmatch(arn)
    if match is None:
        return ""
    service, name = match.groups()
    return name if service is None else f"{service}${name}"


def result_event(
    function: Function, request_id: str, attempts: int, payload: bytes, ending: Ending, now_s: float
) -> bytes:
    """The documented event (help page 422720); a status other than 200 says that the code did not come to an end."""
    name = function.name if function.service is None else f"{function.service}.LATEST/functions/{function.name}"
    resource = f"functions/{name}" if function.service is None else f"services/{name}"
    outcome = ending.outcome
    given_up = 429 if ending.condition == "FunctionResourceExhausted" else 0
    event = {
        "timestamp": int(now_s * 1000),
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"acs:fc:{function.region}:{LOCAL_ACCOUNT}:{resource}",
            "condition": ending.condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": payload.decode("utf-8", "replace"),
        "responseContext": {
            "statusCode": 200 if outcome else given_up,
            "functionError": (outcome.error_type or "") if outcome else "",
        },
        "responsePayload": outcome.body.decode("utf-8", "replace") if outcome else "",
    }
    return json.dumps(event, ensure_ascii=False).encode()
