"""The handlers of our functions: parse, route, authenticate, validate, run, render; one log line each."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, cast

from feed import observability, wiring
from feed.call import Call
from feed.edge import auth, events, rendering, routing
from feed.edge.routing import Address, Operation, RawRoute, Route
from feed.errors import FeedError, InvalidRequest
from feed.operations._raw import RawRequest

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["RawRoute", "Route", "fixed_function", "http_function", "message_function", "timer_function"]

TIMEOUT_S = 60
"""What a call may take if the context, against Function Compute's documentation, does not say."""

_GUEST = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)

Respond = Callable[[bytes, Call, Any], dict[str, Any]]


class HttpHandler(Protocol):
    """`routes` is what the OpenAPI document is made of."""

    routes: tuple[Address, ...]

    def __call__(self, event: bytes, context: Any) -> dict[str, Any]: ...


def http_function(name: str, grant: wiring.Grant, *routes: Route | RawRoute) -> HttpHandler:
    """A handler that answers every event with a response and never raises; `name` is the function's folder."""

    def respond(event: bytes, call: Call, context: Any) -> dict[str, Any]:
        http = events.http_request(event)
        route, path_values = routing.find(routes, http.method, http.path)
        call.operation = f"{name} {route.method} {route.path}"
        if isinstance(route, RawRoute):
            return _raw(route, http, call, wiring.open_world(call, grant, context))
        _authenticate(route, http, call)
        request = _validate(route, http, path_values)
        world = wiring.open_world(call, grant, context)
        if call.caller is not None:
            world.remember_caller()
        answer = route.operation(request, call, world)
        return _render(route, answer, call)

    return _http_handler(name, respond, routes)


def fixed_function(name: str, path: str, body: Mapping[str, str]) -> HttpHandler:
    """A handler for GET on one path whose answer depends on nothing, so that it needs no settings, model or SDK."""
    address = Address("GET", path)

    def respond(event: bytes, call: Call, _: Any) -> dict[str, Any]:
        http = events.http_request(event)
        routing.find((address,), http.method, http.path)
        call.operation = f"{name} GET {path}"
        return rendering.json_answer(200, rendering.json_text(body), call.request_id)

    return _http_handler(name, respond, (address,))


def message_function(
    name: str, grant: wiring.Grant, request_model: type[BaseModel], operation: Operation
) -> Callable[[bytes, Any], str]:
    """A handler for what our own functions send; errors leave it, so that Function Compute repeats the invocation."""

    def run(event: bytes, call: Call, context: Any) -> BaseModel | None:
        from feed.edge import binding

        request = binding.validate(request_model, events.message(event))
        return operation(request, call, wiring.open_world(call, grant, context))

    return _invoked_handler(name, run)


def timer_function(
    name: str, grant: wiring.Grant, operation: Callable[[Call, wiring.World], BaseModel | None]
) -> Callable[[bytes, Any], str]:
    """A handler for a timer trigger, which asks for nothing but its turn; errors leave it."""

    def run(event: bytes, call: Call, context: Any) -> BaseModel | None:
        events.require_timer(event)
        return operation(call, wiring.open_world(call, grant, context))

    return _invoked_handler(name, run)


def _http_handler(name: str, respond: Respond, routes: tuple[Address, ...]) -> HttpHandler:
    def handle(event: bytes, context: Any) -> dict[str, Any]:
        started = time.monotonic()
        call = _call(name, context, started)
        detail = ""
        try:
            answer = respond(event, call, context)
        except Exception as error:
            answer = rendering.error_answer(error, call.request_id)
            detail = observability.whereabouts(error)
        observability.log_call(call, outcome=str(answer["statusCode"]), started=started, detail=detail)
        return answer

    handler = cast(HttpHandler, handle)
    handler.routes = routes
    return handler


def _invoked_handler(name: str, run: Callable[[bytes, Call, Any], BaseModel | None]) -> Callable[[bytes, Any], str]:
    def handle(event: bytes, context: Any) -> str:
        started = time.monotonic()
        call = _call(name, context, started)
        try:
            answer = run(event, call, context)
        except Exception as error:
            outcome = error.code if isinstance(error, FeedError) else "internal_error"
            observability.log_call(call, outcome=outcome, started=started, detail=observability.whereabouts(error))
            raise
        observability.log_call(call, outcome="ok", started=started)
        return "" if answer is None else answer.model_dump_json()

    return handle


def _call(name: str, context: Any, started: float) -> Call:
    timeout_s = getattr(getattr(context, "function", None), "timeout", None) or TIMEOUT_S
    return Call(name, context.request_id, time.time_ns() // 1_000_000, started + float(timeout_s), began=started)


def _authenticate(route: Route, http: events.HttpRequest, call: Call) -> None:
    settings = wiring.settings()
    call.caller = auth.caller_of(http.headers, settings, call.now_ms)
    if call.caller is None:
        if route.signed_in:
            raise auth.sign_in("This needs a signed-in user: send an Authorization header with a token.")
        call.guest = _guest(http, settings.jwt_issuer)


def _guest(http: events.HttpRequest, issuer: str) -> str:
    """What a guest calls itself, or 22 characters that stand for the address without telling it."""
    given = http.headers.get("x-guest-id")
    if given is None:
        digest = hashlib.blake2b(
            http.client_ip.encode(), key=issuer.encode()[:64], digest_size=16, person=b"feed-guest"
        )
        return base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")
    if not _GUEST.fullmatch(given):
        why = "It must be 16 to 64 characters of [A-Za-z0-9_-]."
        raise InvalidRequest("The header X-Guest-Id cannot be accepted.", fields={"X-Guest-Id": why})
    return given


def _validate(route: Route, http: events.HttpRequest, path_values: Mapping[str, str]) -> BaseModel:
    from feed.edge import binding

    return binding.request_of(route, http, path_values)


def _raw(route: RawRoute, http: events.HttpRequest, call: Call, world: wiring.World) -> dict[str, Any]:
    answer = route.operation(RawRequest(http.query, http.headers, http.body), call, world)
    return rendering.text_answer(answer.status, answer.text, route.gives, call.request_id, answer.headers)


def _render(route: Route, answer: BaseModel | None, call: Call) -> dict[str, Any]:
    if answer is None:
        return rendering.json_answer(204, "", call.request_id)
    return rendering.json_answer(route.status, answer.model_dump_json(), call.request_id)
