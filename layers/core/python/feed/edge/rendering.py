"""Answers as Function Compute's HTTP triggers and API Gateway take them back; imports nothing heavy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from feed.edge.browsers import STRICT
from feed.errors import FeedError


def json_answer(status: int, text: str, request_id: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """`text` is the JSON body; an empty one is sent without a content type."""
    return text_answer(status, text, "application/json" if text else "", request_id, headers)


def text_answer(
    status: int, text: str, media_type: str, request_id: str, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    content_type = {"content-type": f"{media_type}; charset=utf-8"} if media_type else {}
    always = {**STRICT, "cache-control": "no-store", "x-request-id": request_id}
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
    shown = error if isinstance(error, FeedError) and error.is_answer else FeedError("Something went wrong here.")
    body: dict[str, Any] = {"code": shown.code, "message": shown.message, "request_id": request_id}
    if shown.fields:
        body["fields"] = shown.fields
    return json_answer(shown.status, json_text({"error": body}), request_id, shown.headers)
