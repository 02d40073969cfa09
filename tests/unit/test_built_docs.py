"""How documents are built: schemas in words and shapes, refusals found in code, calls as a tree, examples that hold."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.docs import architecture
from commands.docs.api import DRY, EXAMPLES
from commands.docs.call_tree import Node, Recorded, Scene, lines
from commands.docs.refusals import Refusal, refusals
from commands.docs.schemas import laid_out, limits, shape
from commands.openapi import declared
from commands.running import ROOT
from feed.edge.routing import Address, Route
from feed.errors import Busy, Forbidden, Reload
from feed.store.schema import TABLES

ROUTES = {f"{each.address.method} {each.address.path}": each.address for each in declared(ROOT / "functions")}
DOCUMENT: dict[str, Any] = json.loads((ROOT / "openapi.json").read_text("utf-8"))
RECORDED: dict[str, dict[str, Any]] = json.loads((ROOT / EXAMPLES).read_text("utf-8"))


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "minLength": 1, "maxLength": 150}, "text, 1 to 150 characters"),
        ({"type": "string", "minLength": 32, "maxLength": 32}, "text, 32 characters"),
        ({"type": "string", "minLength": 0, "maxLength": 300, "nullable": True}, "text, up to 300 characters, or null"),
        ({"type": "integer", "minimum": 1, "maximum": 100, "default": 20}, "whole number, 1 to 100, `20` unless given"),
        ({"type": "boolean", "default": False}, "true or false, `false` unless given"),
        ({"enum": ["hot", "trending"], "type": "string"}, "`hot` or `trending`"),
        ({"type": "string", "format": "date-time"}, "time"),
    ],
)
def test_limits_in_words(schema: dict[str, Any], words: str) -> None:
    assert limits(schema) == words


def test_a_shape_names_what_is_shared_and_shows_the_rest() -> None:
    page = {
        "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/follow.people.Item"}},
            "next_cursor": {"type": "string", "nullable": True},
        },
        "required": ["items"],
    }
    item = {"properties": {"user": {"$ref": "#/components/schemas/Person"}}, "required": ["user"]}
    components: dict[str, Any] = {"follow.people.Item": item, "Person": {}}
    assert shape(page, components) == "{ items: { user: Person }[], next_cursor?: text | null }"
    wide = {"properties": {f"a_rather_long_name_{n}": {"type": "integer"} for n in range(5)}}
    assert shape(wide, {}).splitlines()[:2] == ["{", "  a_rather_long_name_0?: integer"]


def test_of_an_example_the_first_of_a_list_and_the_beginning_of_a_text_are_shown() -> None:
    assert laid_out({"ids": [1, 2], "none": [], "text": "x" * 61}) == (
        f'{{"ids": [1, …], "none": [], "text": "{"x" * 60}…"}}'
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=1) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=12,
)


@given(VALUES)
def test_nothing_else_is_left_out_of_an_example(value: object) -> None:
    assert json.loads(laid_out(value)) == value


class Full(Reload):
    code = "full"


class Waiting(Busy):
    """Has the code of all that are busy."""


def _step() -> None:
    raise Full("There is no room.")


def _other() -> None:
    raise Reload("It is another one's.", code="others")


def _operation() -> None:
    if ROUTES:
        raise Forbidden("They may not.")
    raise Waiting("Later.")


def test_refusals_are_those_with_a_code_of_their_own() -> None:
    assert refusals(_step) == [Refusal(409, "full")]
    assert refusals(_other) == [Refusal(409, "others")]
    assert refusals(_operation) == []


def test_refusals_are_found_through_the_functions_that_are_named() -> None:
    from feed.operations.follow import follow
    from feed.operations.profile import read_profile

    assert {Refusal(403, "blocked"), Refusal(409, "own_account")} <= set(refusals(follow.run))
    assert refusals(read_profile.run) == []


def test_calls_stand_as_a_tree_with_their_figures() -> None:
    last = Node("work", "shard 1", 2, 1, 3, {"job_table": 2})
    first = Node("work", "shard 0", 1, 1, 1, {"job_table": 1}, (last,))
    root = Node("publish", "POST /a", 10, 20, 30, {"a_table": 1, "b_table": 2}, (first, last))
    shown = lines([Scene("alone", (last,)), Scene("together", (root,))])
    assert shown == [
        ["work  shard 1         2 requests    1 read CU    3 write CU   job 2"],
        [
            "publish  POST /a     10 requests   20 read CU   30 write CU   b 2, a",
            "├─ work  shard 0      1 requests    1 read CU    1 write CU   job",
            "│  └─ work  shard 1   2 requests    1 read CU    3 write CU",
            "└─ work  shard 1      2 requests    1 read CU    3 write CU",
            "4 invocations        15 requests   23 read CU   37 write CU",
        ],
    ]
    recorded = Recorded(5, 4, 3, (Scene("together", (root,)),))
    assert Recorded.of(recorded.text()) == recorded


def test_every_table_says_what_it_is_for() -> None:
    assert architecture.KEEPERS.keys() == {table.name for table in TABLES}


def test_every_operation_has_an_example() -> None:
    routes = {name: route for name, route in ROUTES.items() if isinstance(route, Route)}
    wanted = {*routes, *(f"{name}{DRY}" for name, route in routes.items() if route.dry_run)}
    assert wanted <= RECORDED.keys() <= {*wanted, "GET /healthz"}


@pytest.mark.parametrize("name", RECORDED)
def test_an_example_is_what_the_document_says(name: str) -> None:
    method, _, path = name.removesuffix(DRY).partition(" ")
    operation = DOCUMENT["paths"][path][method.lower()]
    example = RECORDED[name]
    if "body" in example:
        _hold(operation["requestBody"]["content"]["application/json"]["schema"], example["body"])
    status = _status(ROUTES[name.removesuffix(DRY)], dry=name.endswith(DRY))
    content = operation["responses"][status].get("content")
    assert (content is None) == (example["answer"] is None)
    if content is not None:
        _hold(content["application/json"]["schema"], example["answer"])


def _status(address: Address, *, dry: bool) -> str:
    if not isinstance(address, Route):
        return "200"
    return str(address.dry_run.status if dry and address.dry_run else address.status)


def _hold(schema: object, value: object) -> None:
    components = {"components": {"schemas": _strict(DOCUMENT["components"]["schemas"])}}
    jsonschema.validate(value, {**_strict(schema), **components}, cls=jsonschema.Draft4Validator)


def _strict(schema: Any) -> Any:
    """In JSON Schema's words, and without room for what is not said."""
    if not isinstance(schema, dict):
        return [_strict(each) for each in schema] if isinstance(schema, list) else schema
    rest = {name: _strict(each) for name, each in schema.items() if name != "nullable"}
    if isinstance(rest.get("properties"), dict):
        rest["additionalProperties"] = False
    return {"anyOf": [rest, {"type": "null"}]} if schema.get("nullable") is True else rest
