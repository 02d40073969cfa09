"""A function that does nothing but be called: what tests of the edge send their requests to."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any, Literal

from pydantic import BaseModel

from feed import wiring
from feed.call import Call
from feed.edge.endpoints import Route, http_function
from feed.edge.routing import Operation
from feed.operations._fields import CursorText, Html, Id, IdempotencyKey, PublicRequest, Rfc3339, Size, Title
from feed.store.bans import NOBODY, Bans
from tests.unit.tokens import with_claims

CONTEXT = SimpleNamespace(request_id="request-1", function=SimpleNamespace(timeout=10))


class Write(PublicRequest):
    id: Id
    title: Title
    html: Html = ""
    state: Literal["private", "public"] = "private"
    pinned: bool = False
    idempotency_key: IdempotencyKey | None = None


class Listing(PublicRequest):
    size: Size = 20
    cursor: CursorText | None = None


class Answer(BaseModel):
    id: int
    title: str
    at: Rfc3339


@dataclass
class Seen:
    """What the fake operation saw of its last call, and what it is to do about it."""

    request: Any = None
    call: Call | None = None
    remembered: list[int] = field(default_factory=list)
    bans: Bans = NOBODY
    error: Exception | None = None
    answer: BaseModel | None = None


def operation(request: Any, call: Call, world: Any) -> BaseModel | None:
    world.seen.request, world.seen.call = request, call
    if world.seen.error is not None:
        raise world.seen.error
    answer: BaseModel | None = world.seen.answer
    return answer


def served(name: str, request_model: type[BaseModel], run: Operation) -> str:
    """The name of a module that has this operation."""
    module: Any = ModuleType(f"tests.unit.things.{name}")
    module.Request, module.run = request_model, run
    sys.modules[module.__name__] = module
    return str(module.__name__)


LISTING = served("listing", Listing, operation)

HANDLER = http_function(
    "write",
    wiring.Grant(),
    Route("PUT", "/v1/things/{id}", served("write", Write, operation), signed_in=True, status=201, max_body=100_000),
    Route("PUT", "/v1/things/me", LISTING, signed_in=True),
    Route("GET", "/v1/things", LISTING),
    Route("DELETE", "/v1/things", LISTING),
)


def event(
    method: str = "PUT",
    path: str = "/v1/things/7",
    body: bytes | str | None = b'{"title": "t"}',
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    token: str | None = "",
) -> bytes:
    """A request that is accepted unless an argument spoils it; `token` None is a guest, "" a good token."""
    given = {"Content-Type": "application/json"} if body else {}
    if token is not None:
        given["Authorization"] = f"Bearer {token or with_claims()}"
    raw = body.encode() if isinstance(body, str) else body or b""
    return json.dumps(
        {
            "version": "v1",
            "rawPath": path,
            "headers": {**given, **(headers or {})},
            "queryParameters": dict(query or {}),
            "body": base64.b64encode(raw).decode(),
            "isBase64Encoded": True,
            "requestContext": {"http": {"method": method, "path": path, "sourceIp": "203.0.113.9"}},
        }
    ).encode()


def listing(**changes: Any) -> bytes:
    return event(**{"method": "GET", "path": "/v1/things", "body": None, **changes})


def refusal(answer: Mapping[str, Any], status: int, code: str) -> Any:
    """The answer's error, after everything that holds for each of them has been asserted."""
    assert answer["statusCode"] == status, answer
    error = json.loads(answer["body"])["error"]
    assert error["code"] == code
    assert error["request_id"] == answer["headers"]["x-request-id"] == "request-1"
    assert error["message"].endswith(".")
    assert set(error) <= {"code", "message", "request_id", "fields"}
    assert "pydantic" not in answer["body"]
    return error
