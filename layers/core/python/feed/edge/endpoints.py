"""The handlers of our functions: parse, route, authenticate, validate, count, run, render; one log line each."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, cast

from feed import observability, wiring
from feed.call import Call
from feed.edge import addresses, auth, browsers, events, rendering, routing
from feed.edge.routing import DRY_RUN, Address, Operation, RawRoute, Route
from feed.errors import FeedError, Forbidden, InvalidRequest
from feed.operations._raw import RawRequest

if TYPE_CHECKING:
    from pydantic import BaseModel

    from feed.domain.bans import Bearer

__all__ = ["RawRoute", "Route", "fixed_function", "http_function", "message_function", "timer_function"]

TIMEOUT_S = 60
"""What a call may take if the context, against Function Compute's documentation, does not say."""

_GUEST = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)

Respond = Callable[[events.HttpRequest, Call, Any], dict[str, Any]]


class Crashed(Exception):
    """In place of an error whose words are not ours: the platform logs what leaves a handler, with its causes."""


class HttpHandler(Protocol):
    """`routes` is what the OpenAPI document is made of."""

    routes: tuple[Address, ...]

    def __call__(self, event: bytes, context: Any) -> dict[str, Any]: ...


def http_function(name: str, grant: wiring.Grant, *routes: Route | RawRoute) -> HttpHandler:
    """A handler that answers every event with a response and never raises; `name` is the function's folder."""

    def respond(http: events.HttpRequest, call: Call, context: Any) -> dict[str, Any]:
        route, path_values = routing.find(routes, http.method, http.path)
        call.operation = f"{name} {route.method} {route.path}"
        if isinstance(route, RawRoute):
            return _raw(route, http, call, wiring.open_world(call, grant, context))
        bearer = _authenticate(route, http, call)
        route, http = _as_asked(route, http, call)
        _authorize(route, bearer)
        request = _validate(route, http, path_values)
        world = wiring.open_world(call, grant, context)
        _admit(bearer, call, world)
        if route.budget is not None:
            _spend(route.budget_of(request), http, world)
        if call.caller is not None:
            world.remember_caller()
        answer = route.operation(request, call, world)
        return _render(route, answer, call)

    return _http_handler(name, respond, routes)


def fixed_function(name: str, path: str, body: Mapping[str, str]) -> HttpHandler:
    """A handler for GET on one path whose answer depends on nothing, so that it needs no settings, model or SDK."""
    address = Address("GET", path)

    def respond(http: events.HttpRequest, call: Call, _: Any) -> dict[str, Any]:
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

        message = events.message(event)
        call.trace_id = events.trace_id(message) or call.trace_id
        request = binding.validate(request_model, message)
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
        detail, sharing = "", dict[str, str]()
        try:
            http = events.http_request(event)
            call.trace_id = http.trace_id or call.trace_id
            sharing = browsers.sharing(http, wiring.browser_origins())
            answer = _options(name, http, call, routes) if http.method == "OPTIONS" else respond(http, call, context)
        except Exception as error:
            answer = rendering.error_answer(error, call.request_id)
            detail = observability.whereabouts(error)
        answer["headers"].update(sharing)
        observability.log_call(call, outcome=str(answer["statusCode"]), started=started, detail=detail)
        return answer

    handler = cast(HttpHandler, handle)
    handler.routes = routes
    return handler


def _options(name: str, http: events.HttpRequest, call: Call, routes: tuple[Address, ...]) -> dict[str, Any]:
    """Which methods an address takes; browsers look at `sharing` alone. No token, setting or table is asked."""
    matches = routing.at(routes, http.path)
    call.operation = f"{name} OPTIONS {matches[0][0].path}"
    return rendering.json_answer(204, "", call.request_id, routing.allow(matches))


def _invoked_handler(name: str, run: Callable[[bytes, Call, Any], BaseModel | None]) -> Callable[[bytes, Any], str]:
    def handle(event: bytes, context: Any) -> str:
        started = time.monotonic()
        call = _call(name, context, started)
        try:
            answer = run(event, call, context)
        except Exception as error:
            outcome = error.code if isinstance(error, FeedError) else "internal_error"
            detail = observability.whereabouts(error)
            observability.log_call(call, outcome=outcome, started=started, detail=detail)
            known = isinstance(error, FeedError | events.MalformedEvent)
            raise (error if known else Crashed(detail)) from None
        observability.log_call(call, outcome="ok", started=started)
        return "" if answer is None else answer.model_dump_json()

    return handle


def _call(name: str, context: Any, started: float) -> Call:
    timeout_s = getattr(getattr(context, "function", None), "timeout", None) or TIMEOUT_S
    return Call(name, context.request_id, time.time_ns() // 1_000_000, started + float(timeout_s), began=started)


def _authenticate(route: Route, http: events.HttpRequest, call: Call) -> Bearer | None:
    settings = wiring.settings()
    bearer = auth.bearer_of(http.headers, settings, call.now_ms)
    call.caller = bearer.user_id if bearer is not None else None
    if bearer is None:
        if route.signed_in:
            raise auth.sign_in("This needs a signed-in user: send an Authorization header with a token.")
        call.guest = _guest(http, settings.jwt_issuer)
    return bearer


def _as_asked(route: Route, http: events.HttpRequest, call: Call) -> tuple[Route, events.HttpRequest]:
    """The route, or the dry run that the query asks of it, and the request without that word."""
    if route.dry_run is None or DRY_RUN not in http.query:
        return route, http
    query = dict(http.query)
    asked = query.pop(DRY_RUN)
    if asked not in ("true", "false"):
        why = {DRY_RUN: "It must be true or false."}
        raise InvalidRequest(f"The request cannot be accepted as it is: {DRY_RUN}.", fields=why)
    http = http._replace(query=query)
    if asked == "false":
        return route, http
    call.operation += f"?{DRY_RUN}=true"
    return route.dry_run, http


def _authorize(route: Route, bearer: Bearer | None) -> None:
    """Whoever is signed in, their token must hold the scope that the route asks for (RFC 6750, section 3.1)."""
    if route.scope and (bearer is None or route.scope not in bearer.scopes):
        challenge = f'Bearer error="insufficient_scope", scope="{route.scope}"'
        message = f"This needs a token whose scope holds {route.scope}."
        raise Forbidden(message, headers={"www-authenticate": challenge})


def _admit(bearer: Bearer | None, call: Call, world: wiring.World) -> None:
    """Nobody whose token an operator has refused; and know whom an operator has hidden from everybody."""
    bans = world.bans
    call.banned = bans.banned
    if bearer is not None and (why := bans.refuses(bearer)):
        raise auth.sign_in(why)


def _guest(http: events.HttpRequest, issuer: str) -> str:
    """What a guest calls itself, or 22 characters that stand for the address without telling it."""
    given = http.headers.get("x-guest-id")
    if given is None:
        return addresses.hidden(http.client_ip, issuer, addresses.GUESTS)
    if not _GUEST.fullmatch(given):
        why = "It must be 16 to 64 characters of [A-Za-z0-9_-]."
        raise InvalidRequest("The header X-Guest-Id cannot be accepted.", fields={"X-Guest-Id": why})
    return given


def _validate(route: Route, http: events.HttpRequest, path_values: Mapping[str, str]) -> BaseModel:
    from feed.edge import binding

    return binding.request_of(route, http, path_values)


def _spend(budget: str, http: events.HttpRequest, world: wiring.World) -> None:
    from feed.edge import limits

    limits.spend(budget, http.client_ip, world)


def _raw(route: RawRoute, http: events.HttpRequest, call: Call, world: wiring.World) -> dict[str, Any]:
    answer = route.operation(RawRequest(http.query, http.headers, http.body), call, world)
    return rendering.text_answer(answer.status, answer.text, route.gives, call.request_id, answer.headers)


def _render(route: Route, answer: BaseModel | None, call: Call) -> dict[str, Any]:
    if answer is None:
        return rendering.json_answer(204, "", call.request_id)
    return rendering.json_answer(route.status, answer.model_dump_json(), call.request_id)
