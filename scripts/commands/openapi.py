"""scripts/openapi: the API's document, made from the routes of functions/*/index.py and the models behind them."""

from __future__ import annotations

import argparse
import json
import re
import runpy
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any, Literal, cast

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from feed import VERSION
from feed.edge.binding import KEY_FIELD
from feed.edge.routing import DRY_RUN, WITH_BODY, Address, RawRoute, Route

ROOT = Path(__file__).resolve().parent.parent.parent
FILE = "openapi.json"
BACKEND = "x-aliyun-apigateway-backend"

Mode = Literal["validation", "serialization"]
Schemas = Mapping[tuple[Any, Mode], Mapping[str, Any]]

_COMPONENTS = "#/components/schemas/"

_ERROR_SCHEMA = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "request_id"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "request_id": {"type": "string"},
                "fields": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        }
    },
}

_ERROR_CONTENT = {"$ref": _COMPONENTS + "Error"}
_ERROR = {"$ref": "#/components/responses/Error"}
_SECONDS = {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer", "minimum": 1}}


@dataclass(frozen=True)
class Declared:
    """An address and the function, by its deployed name, that answers it."""

    function: str
    address: Address


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/openapi", description=f"Write {FILE} from the code's models.")
    parser.add_argument("--check", action="store_true", help=f"only say whether {FILE} is what the code says")
    given = parser.parse_args(arguments)
    text = document_text(declared(ROOT / "functions"))
    file = ROOT / FILE
    if given.check:
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            print(f"{FILE} is not what the code says: run scripts/openapi and commit it.", file=sys.stderr)
            return 1
        return 0
    file.write_text(text, encoding="utf-8")
    return 0


def declared(functions: Path) -> list[Declared]:
    """The addresses of every function with an HTTP handler, in the order of folders and declarations."""
    found = []
    for file in sorted(functions.glob("*/index.py")):
        handler = runpy.run_path(str(file))["handler"]
        routes = cast("tuple[Address, ...]", getattr(handler, "routes", ()))
        found += [Declared(file.parent.name.replace("_", "-"), route) for route in routes]
    return found


def document_text(declarations: Iterable[Declared]) -> str:
    return json.dumps(document(declarations), ensure_ascii=False, indent=2) + "\n"


def document(declarations: Iterable[Declared]) -> dict[str, Any]:
    """OpenAPI 3.0: pydantic's JSON Schema, with `null` as `nullable` and constants as enumerations of one."""
    given = list(declarations)
    schemas, components = _schemas(given)
    paths: dict[str, dict[str, Any]] = {}
    for item in sorted(given, key=lambda item: (item.address.path, item.address.method)):
        path = paths.setdefault(item.address.path, {})
        path[item.address.method.lower()] = _operation(item, schemas)
        path["options"] = _options(item, path)
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    return {
        "openapi": "3.0.1",
        "info": {"title": "Feed", "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": {"Error": _ERROR_SCHEMA, **components},
            "responses": {
                "Error": _json_response("The request was refused.", _ERROR_CONTENT),
                "TooManyRequests": {
                    **_json_response("A budget is used up, the caller's or the address's.", _ERROR_CONTENT),
                    "headers": {"Retry-After": _SECONDS},
                },
            },
            "securitySchemes": {"bearer": bearer},
        },
    }


def _schemas(given: Iterable[Declared]) -> tuple[Schemas, dict[str, Any]]:
    """Request models' schemas and references to answers' ones, and what they refer to, by name.

    pydantic tells apart models of one name in different modules.
    """
    declared = [item.address for item in given if isinstance(item.address, Route)]
    routes = [each for route in declared for each in (route, route.dry_run) if each is not None]
    wanted: list[tuple[type[BaseModel], Mode]] = [(route.request_model, "validation") for route in routes]
    wanted += [(model, "serialization") for route in routes if (model := _answer_model(route)) is not None]
    references, definitions = models_json_schema(list(dict.fromkeys(wanted)), ref_template=_COMPONENTS + "{model}")
    named = {_short(name): _plain(schema) for name, schema in definitions.get("$defs", {}).items()}
    requests = {_short(_target(reference)) for key, reference in references.items() if key[1] == "validation"}
    schemas = {
        key: named[_short(_target(reference))] if key[1] == "validation" else _plain(reference)
        for key, reference in references.items()
    }
    return schemas, {name: named[name] for name in sorted(named.keys() - requests)}


def _operation(item: Declared, schemas: Schemas) -> dict[str, Any]:
    route, backend = item.address, {"type": "FunctionCompute", "functionName": item.function}
    if isinstance(route, RawRoute):
        return {**_raw_operation(route), BACKEND: backend}
    if not isinstance(route, Route):
        done = _json_response("Done.", {"type": "object"})
        return {"operationId": item.function, "responses": {"200": done}, BACKEND: backend}
    request = schemas[route.request_model, "validation"]
    return {
        "operationId": route.operation.__module__.rpartition(".")[2],
        "summary": _summary(route),
        "parameters": _parameters(route, request),
        **_request_body(route, request),
        "responses": {**_success(route, schemas), **_refusals(route), **_limit(route)},
        "security": [{"bearer": []}] if route.signed_in else [{}, {"bearer": []}],
        BACKEND: backend,
    }


def _options(item: Declared, path: Mapping[str, Any]) -> dict[str, Any]:
    """The edge answers it itself, whatever stands where `path`, the operations at the same address, names values."""
    named = [each for each in next(iter(path.values())).get("parameters", ()) if each["in"] == "path"]
    return {
        "operationId": "_".join(["options", *re.findall(r"\w+", item.address.path)]),
        "summary": "the methods of this address, and whether another origin's page may use them",
        "parameters": [{**parameter, "schema": {"type": "string", "minLength": 1}} for parameter in named],
        "responses": {
            "204": {"description": "Done; there is nothing to say."},
            **dict.fromkeys(("400", "404"), _ERROR),
        },
        "security": [{}],
        BACKEND: {"type": "FunctionCompute", "functionName": item.function},
    }


def _raw_operation(route: RawRoute) -> dict[str, Any]:
    """Alipay's own documents say what the form or the query holds."""
    form = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
    text = {"description": "Done.", "content": {route.gives: {"schema": {"type": "string"}}}}
    return {
        "operationId": route.operation.__module__.rpartition(".")[2],
        "summary": _summary(route),
        **({"requestBody": {"required": True, "content": form}} if route.method in WITH_BODY else {}),
        "responses": {"200": text, **_raw_refusals(route)},
    }


def _summary(route: Route | RawRoute) -> str:
    """The operation's first line of documentation, without the method and path that it may begin with."""
    first = (sys.modules[route.operation.__module__].__doc__ or "").partition("\n")[0]
    return re.sub(r"^[A-Z]+ /\S*: ", "", first)


def _parameters(route: Route, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    parameters = []
    for name, schema in request.get("properties", {}).items():
        shown = {key: value for key, value in schema.items() if key != "nullable"}
        if name in route.path_names:
            parameters.append({"name": name, "in": "path", "required": True, "schema": shown})
        elif name == KEY_FIELD:
            parameters.append({"name": "Idempotency-Key", "in": "header", "schema": shown})
        elif route.method not in WITH_BODY:
            required = {"required": True} if name in request.get("required", ()) else {}
            parameters.append({"name": name, "in": "query", **required, "schema": shown})
    if route.dry_run is not None:
        parameters.append({"name": DRY_RUN, "in": "query", "schema": {"type": "boolean", "default": False}})
    if not route.signed_in:
        guest = {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,64}$"}
        parameters.append({"name": "X-Guest-Id", "in": "header", "schema": guest})
    return parameters


def _request_body(route: Route, request: Mapping[str, Any]) -> dict[str, Any]:
    elsewhere = {*route.path_names, KEY_FIELD}
    properties = {name: schema for name, schema in request.get("properties", {}).items() if name not in elsewhere}
    if route.method not in WITH_BODY or not properties:
        return {}
    required = [name for name in request.get("required", ()) if name in properties]
    schema = {**request, "properties": properties, "required": required}
    if not required:
        del schema["required"]
    needed = bool(required) or "minProperties" in request
    return {"requestBody": {"required": needed, "content": {"application/json": {"schema": schema}}}}


def _success(route: Route, schemas: Schemas, done: str = "Done.") -> dict[str, Any]:
    model = _answer_model(route)
    if model is None:
        return {"204": {"description": "Done; there is nothing to say."}}
    answer = {str(route.status): _json_response(done, schemas[model, "serialization"])}
    if route.dry_run is None:
        return answer
    return {**_success(route.dry_run, schemas, f"With `{DRY_RUN}=true`: {_summary(route.dry_run)}"), **answer}


def _refusals(route: Route) -> dict[str, Any]:
    """Statuses of `feed.errors` that a well-behaved client may meet, for 500 is never an answer to be reckoned with."""
    wrong_body = ("415",) if route.method in WITH_BODY else ()
    return dict.fromkeys(("400", "401", "403", "404", "409", "413", *wrong_body, "503"), _ERROR)


def _raw_refusals(route: RawRoute) -> dict[str, Any]:
    """A notification is refused in the provider's word, whatever is wrong with it."""
    if route.method not in WITH_BODY:
        return dict.fromkeys(("400", "503"), _ERROR)
    refused = {"description": "`fail`: come again.", "content": {route.gives: {"schema": {"type": "string"}}}}
    return dict.fromkeys(("400", "413", "415", "503"), refused)


def _limit(route: Route) -> dict[str, Any]:
    return {"429": {"$ref": "#/components/responses/TooManyRequests"}} if route.budget is not None else {}


def _json_response(description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _answer_model(route: Route) -> type[BaseModel] | None:
    """What the operation is annotated to return, looked up where it is written."""
    function = cast(FunctionType, route.operation)
    answer = function.__annotations__["return"]
    if isinstance(answer, str):
        answer = function.__globals__[answer] if answer != "None" else None
    return cast("type[BaseModel] | None", answer)


def _target(reference: Mapping[str, Any]) -> str:
    return str(reference["$ref"]).removeprefix(_COMPONENTS)


def _short(name: str) -> str:
    """`feed__operations__follow___people__Response` is shown as `follow.people.Response`."""
    return ".".join(part.strip("_") for part in name.removeprefix("feed__operations__").split("__"))


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """One JSON Schema in OpenAPI 3.0's words, without the titles that repeat the names."""
    plain: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword == "anyOf":
            options = [_plain(option) for option in value if option != {"type": "null"}]
            merged = options[0] if len(options) == 1 and "$ref" not in options[0] else {"anyOf": options}
            plain.update(merged, **({"nullable": True} if len(options) < len(value) else {}))
        elif keyword == "properties":
            plain[keyword] = {name: _plain(member) for name, member in value.items()}
        elif keyword == "$ref":
            plain[keyword] = _COMPONENTS + _short(_target(schema))
        elif keyword == "const":
            plain["enum"] = [value]
        elif keyword in ("items", "additionalProperties") and isinstance(value, Mapping):
            plain[keyword] = _plain(value)
        elif keyword != "title" and not (keyword == "default" and value is None):
            plain[keyword] = value
    return plain
