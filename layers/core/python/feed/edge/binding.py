"""A route's request model, filled from path, query, JSON body and Idempotency-Key, or refused in our own words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from feed.edge.events import HttpRequest
from feed.edge.routing import WITH_BODY, Route
from feed.errors import InvalidRequest, TooLarge, UnsupportedMediaType
from feed.operations._fields import REFUSED

KEY_FIELD = "idempotency_key"
MAX_FIELDS_NAMED = 20

_JSON_TYPE = re.compile(r'application/json *(?:; *charset *= *"?utf-8"? *)?', re.IGNORECASE | re.ASCII)
_SHOWABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_WHY = {
    "missing": "It is required.",
    "extra_forbidden": "It is not known here.",
    "string_type": "It must be text.",
    "string_unicode": "It must be text that UTF-8 can hold.",
    "int_type": "It must be a whole number.",
    "bool_type": "It must be true or false.",
    "list_type": "It must be a list.",
    "model_type": "It must be an object.",
}


def request_of(route: Route, http: HttpRequest, path_values: Mapping[str, str]) -> BaseModel:
    """Raises InvalidRequest, TooLarge, UnsupportedMediaType."""
    if len(http.body) > route.max_body:
        raise TooLarge(f"The body has {len(http.body)} bytes; at most {route.max_body} are allowed here.")
    if route.method in WITH_BODY:
        sent = {"query": dict[str, Any](http.query), "body": _json_object(http)}
    elif http.body:
        raise InvalidRequest(f"A {route.method} request has no body.")
    else:
        sent = {"query": dict[str, Any](http.query)}
    return validate(route.request_model, _merged(route, http, path_values, sent))


def validate(model: type[BaseModel], values: Mapping[str, Any]) -> BaseModel:
    """Raises InvalidRequest with one short sentence per field, which never repeats what was sent."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        fields: dict[str, str] = {}
        for detail in error.errors(include_url=False, include_input=False)[:MAX_FIELDS_NAMED]:
            fields.setdefault(_name(detail["loc"]), _why(detail["type"], detail["msg"], detail.get("ctx", {})))
        raise InvalidRequest(f"The request cannot be accepted as it is: {', '.join(fields)}.", fields=fields) from None


def _merged(
    route: Route, http: HttpRequest, path_values: Mapping[str, str], sent: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    values: dict[str, Any] = dict(path_values)
    for place, members in sent.items():
        for name, value in members.items():
            if name in values:
                raise InvalidRequest(
                    f"The {place} repeats a name of the request.", fields=_refused(name, "It is sent twice.")
                )
            if name == KEY_FIELD or (place == "query" and route.method in WITH_BODY):
                raise InvalidRequest(
                    f"The {place} holds an unknown name.", fields=_refused(name, _WHY["extra_forbidden"])
                )
            values[name] = value
    if KEY_FIELD in route.request_model.model_fields and "idempotency-key" in http.headers:
        values[KEY_FIELD] = http.headers["idempotency-key"]
    return values


def _json_object(http: HttpRequest) -> dict[str, Any]:
    if not http.body:
        return {}
    if not _JSON_TYPE.fullmatch(http.headers.get("content-type", "")):
        raise UnsupportedMediaType("The body must be sent as application/json in UTF-8.")
    try:
        text = http.body.decode()
        value = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_such_number)
        # An escaped lone surrogate passes the parser, but can be neither stored nor answered.
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError:
        raise InvalidRequest("The body is not valid UTF-8.") from None
    except (ValueError, RecursionError):
        raise InvalidRequest("The body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise InvalidRequest("The body must be a JSON object.")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidRequest("The body repeats a name in one object.")
    return members


def _no_such_number(_: str) -> None:
    raise InvalidRequest("The body holds NaN or Infinity, which JSON does not know.")


def _refused(name: str, why: str) -> dict[str, str]:
    return {_name((name,)): why}


def _name(location: tuple[int | str, ...]) -> str:
    """Names that a client invented are shown only if they look like names."""
    name = ".".join(str(part) for part in location) or "request"
    if name == KEY_FIELD:
        return "Idempotency-Key"
    return name if _SHOWABLE_NAME.fullmatch(name) else "(unnamed)"


def _why(kind: str, message: str, context: Mapping[str, Any]) -> str:
    if kind == REFUSED:
        return message
    if kind == "literal_error":
        return f"It must be one of {context['expected']}."
    return _WHY.get(kind, "It is not valid.")
