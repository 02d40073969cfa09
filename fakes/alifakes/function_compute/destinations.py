"""Where the result of an asynchronous invocation goes, and the event that says how it ended."""

from __future__ import annotations

import json
import re

from alifakes.function_compute.model import LOCAL_ACCOUNT, Function, Project
from alifakes.function_compute.sandbox.instance import Outcome

_FUNCTION = re.compile(r"acs:fc:[^:]*:[^:]*:(?:services/([^/.]+)(?:\.[^/]*)?/)?functions/([^/]+)(?:/[^/]*)?")


class Destinations:
    """The destinations of a project's functions that are functions of the same project; `notes` name the others."""

    def __init__(self, project: Project) -> None:
        self.notes: list[str] = []
        self._targets: dict[tuple[str, bool], Function] = {}
        known = project.by_address()
        for function in project.functions:
            config = function.asynchronous
            for succeeded, arn in ((True, config.on_success), (False, config.on_failure)):
                if not arn:
                    continue
                target = known.get(_address(arn))
                if target is not None:
                    self._targets[function.address, succeeded] = target
                else:
                    self.notes.append(
                        f"{function.address} sends results to {arn}, which is no function of {project.file.name}:"
                        " they are dropped."
                    )

    def of(self, function: Function, *, succeeded: bool) -> Function | None:
        return self._targets.get((function.address, succeeded))


def _address(arn: str) -> str:
    match = _FUNCTION.fullmatch(arn)
    if match is None:
        return ""
    service, name = match.groups()
    return name if service is None else f"{service}${name}"


def result_event(
    function: Function, request_id: str, attempts: int, payload: bytes, outcome: Outcome | None, now_s: float
) -> bytes:
    """The documented event (help page 422720); an outcome of None stands for one dropped for its age.

    `condition` is empty unless the event was dropped: the page shows one example of it and names no others.
    """
    name = function.name if function.service is None else f"{function.service}.LATEST/functions/{function.name}"
    resource = f"functions/{name}" if function.service is None else f"services/{name}"
    event = {
        "timestamp": int(now_s * 1000),
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"acs:fc:{function.region}:{LOCAL_ACCOUNT}:{resource}",
            "condition": "Expired" if outcome is None else "",
            "approximateInvokeCount": attempts,
        },
        "requestPayload": payload.decode("utf-8", "replace"),
        "responseContext": {
            "statusCode": 0 if outcome is None else 200,
            "functionError": (outcome.error_type or "") if outcome else "",
        },
        "responsePayload": outcome.body.decode("utf-8", "replace") if outcome else "",
    }
    return json.dumps(event, ensure_ascii=False).encode()
