"""Answers as Function Compute's HTTP triggers and API Gateway take them back; imports nothing heavy."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Mapping
from typing import Any

from feed.errors import FeedError, Misconfigured, RetryLater


def json_answer(status: int, text: str, request_id: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """`text` is the JSON body; an empty one is sent without a content type."""
    content_type = {"content-type": "application/json; charset=utf-8"} if text else {}
    always = {"cache-control": "no-store", "x-request-id": request_id}
    return {
        "statusCode": status,
        "headers": {**content_type, **always, **(headers or {})},
        "isBase64Encoded": False,
        "body": text,
    }


def json_text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def error_answer(error: Exception, request_id: str) -> dict[str, Any]:
    """What a client may know: a FeedError's own words, or one fixed sentence for whatever is our own fault."""
    shown = error if isinstance(error, FeedError) and is_answer(error) else FeedError("Something went wrong here.")
    body: dict[str, Any] = {"code": shown.code, "message": shown.message, "request_id": request_id}
    if shown.fields:
        body["fields"] = shown.fields
    return json_answer(shown.status, json_text({"error": body}), request_id, shown.headers)


def is_answer(error: Exception) -> bool:
    """Whether the error is a regular answer to a client, rather than a fault of the code or the deployment."""
    return isinstance(error, FeedError) and (error.status < 500 or isinstance(error, RetryLater))


def whereabouts(error: Exception) -> str:
    """The error's class and the last places it passed, innermost last: what a log may hold of it.

    Misconfigured's message is the operator's to read, names a setting and holds nothing of a request.
    """
    frames = traceback.extract_tb(error.__traceback__)[-1 if is_answer(error) else -6 :]
    places = [f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in frames]
    message = [error.message] if isinstance(error, Misconfigured) else []
    return " ".join([type(error).__name__, *places, *message])
