"""docs/api.md: every operation of openapi.json, with what its route says besides: budget, body, refusals."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

from commands.docs.refusals import refusals
from commands.docs.schemas import Schema, is_shared, laid_out, limits, shape
from commands.openapi import BACKEND, FILE, declared
from commands.running import ROOT
from feed.domain.budgets import BUDGETS, HOUR_S, MINUTE_S, Budget
from feed.domain.ids import MAX_ID
from feed.edge.routing import DRY_RUN, WITH_BODY, Address, RawRoute, Route

EXAMPLES = Path("docs", "examples.json")
"""By method and path template: a request's `path`, its `body` if there is one, its `answer`, null where it has none."""
DRY = f"?{DRY_RUN}=true"
"""Behind the path template of what was asked so."""

_TOLD_ONCE = ("size", "cursor", "X-Guest-Id")
_PER = {HOUR_S: "an hour", MINUTE_S: "a minute"}
_TEMPLATE = Path(__file__).with_name("api.txt")


def page() -> str:
    document = json.loads((ROOT / FILE).read_text("utf-8"))
    addresses = {(each.address.method, each.address.path): each.address for each in declared(ROOT / "functions")}
    examples = json.loads((ROOT / EXAMPLES).read_text("utf-8"))
    operations = [
        (method.upper(), path, _told(operation, examples.get(f"{method.upper()} {path}")))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "options"
    ]
    operations.sort(key=lambda each: each[2][BACKEND]["functionName"])
    components = document["components"]["schemas"]
    shown = (
        _operation(method, path, operation, addresses[method, path], components) + _example(method, path, examples)
        for method, path, operation in operations
    )
    return Template(_TEMPLATE.read_text("utf-8")).substitute(
        version=document["info"]["version"],
        index="".join(_index(operations)),
        operations="".join(shown),
        shared="".join(_shared(components)),
        budgets="".join(map(_budget_row, BUDGETS)),
    )


def _told(operation: Mapping[str, Any], example: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """With the example's names where the document says no more of the answer than that it is an object, of texts."""
    done = operation["responses"].get("200", {})
    if example is None or done.get("content") != {"application/json": {"schema": {"type": "object"}}}:
        return operation
    names = list(example["answer"])
    schema = {"properties": {name: {"type": "string"} for name in names}, "required": names}
    told = {**done, "content": {"application/json": {"schema": schema}}}
    return {**operation, "responses": {**operation["responses"], "200": told}}


def _index(operations: Iterable[tuple[str, str, Mapping[str, Any]]]) -> Iterator[str]:
    """A line per operation, those of one function together."""
    before = ""
    for method, path, operation in operations:
        function = operation[BACKEND]["functionName"]
        shown = "" if function == before else f"`{function}`"
        before = function
        yield f"| {shown} | [{method} {path}](#{_anchor(method, path)}) | {_summary(operation)} |\n"


def _anchor(method: str, path: str) -> str:
    """As GitHub makes it from the heading."""
    return "".join(c for c in f"{method} {path}".lower() if c.isalnum() or c in " -_").replace(" ", "-")


def _summary(operation: Mapping[str, Any]) -> str:
    words = str(operation.get("summary", "the release's version")).rstrip(".")
    return words[0].upper() + words[1:] + "."


def _operation(
    method: str, path: str, operation: Mapping[str, Any], address: Address, components: Mapping[str, Schema]
) -> str:
    facts = [_who(operation), *_facts(address, operation), f"function `{operation[BACKEND]['functionName']}`"]
    lines = [f"\n### {method} {path}\n\n{_summary(operation)}\n\n{' · '.join(facts)}\n"]
    if sent := list(_sent(operation)):
        lines.append("\n| field | in | what |\n|---|---|---|\n" + "".join(sent))
    lines += _answers(operation, components)
    if isinstance(address, Route) and (own := refusals(address.operation)):
        lines.append(f"\nRefusals of its own: {', '.join(f'{status} `{code}`' for status, code in own)}.\n")
    return "".join(lines)


def _who(operation: Mapping[str, Any]) -> str:
    security = operation.get("security")
    if security is None:
        return "Everybody, without a token"
    return "Everybody" if {} in security else "Signed in"


def _facts(address: Address, operation: Mapping[str, Any]) -> Iterator[str]:
    if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", ())):
        yield "a list"
    if isinstance(address, RawRoute):
        yield f"answers `{address.gives}`"
    if not isinstance(address, Route):
        return
    if address.method in WITH_BODY and address.max_body != Route.max_body:
        yield f"body up to {address.max_body // 1024} KB"
    yield from _budget(address)
    if address.dry_run is not None:
        yield f"with `{DRY_RUN}=true`: {', '.join([f'scope `{address.dry_run.scope}`', *_budget(address.dry_run)])}"


def _budget(route: Route) -> Iterator[str]:
    """Where the request decides which one, those that the route's code names."""
    names = [route.budget] if isinstance(route.budget, str) else []
    if callable(route.budget):
        source = inspect.getsource(route.budget)
        names = [budget.name for budget in BUDGETS if f'"{budget.name}"' in source]
    if names:
        yield f"budget {' or '.join(f'[`{name}`](#budgets)' for name in names)}"


def _sent(operation: Mapping[str, Any]) -> Iterator[str]:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in _TOLD_ONCE or parameter["schema"].get("maximum") == MAX_ID:
            continue
        where = parameter["in"] + (", required" if parameter.get("required") and parameter["in"] != "path" else "")
        yield f"| `{parameter['name']}` | {where} | {_cell(parameter['schema'])} |\n"
    content = operation.get("requestBody", {}).get("content", {})
    for schema in (media["schema"] for media in content.values()):
        for name, each in schema.get("properties", {}).items():
            where = "body, required" if name in schema.get("required", ()) else "body"
            yield f"| `{name}` | {where} | {_cell(each)} |\n"


def _cell(schema: Schema) -> str:
    return limits(schema).replace("|", "\\|")


def _answers(operation: Mapping[str, Any], components: Mapping[str, Schema]) -> Iterator[str]:
    """Those that are no refusals."""
    for status, answer in operation["responses"].items():
        if not status.startswith("2"):
            continue
        said = "" if answer["description"] == "Done." else f", {_lower(answer['description'])}"
        content = answer.get("content", {}).get("application/json")
        if content is None:
            yield f"\nAnswers {status}{said or '.'}\n"
        else:
            yield f"\nAnswers {status}{said.rstrip('.')}:\n\n```ts\n{shape(content['schema'], components)}\n```\n"


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _example(method: str, path: str, examples: Mapping[str, Any]) -> str:
    """What was recorded of it, folded away."""
    known = f"{method} {path}"
    lines = [_asked(method, examples[name]) for name in (known, known + DRY) if name in examples]
    if not lines:
        return ""
    shown = "\n".join(lines)
    return f"\n<details><summary>Example</summary>\n\n```\n{shown}```\n\n</details>\n"


def _asked(method: str, example: Mapping[str, Any]) -> str:
    sent = f"{laid_out(example['body'])}\n" if "body" in example else ""
    answer = "" if example["answer"] is None else f"{laid_out(example['answer'])}\n"
    return f"{method} {quote(example['path'], safe='/?&=%')}\n{sent}→\n{answer}"


def _shared(components: Mapping[str, Schema]) -> Iterator[str]:
    """What several answers hold, by name."""
    for name, schema in sorted(components.items()):
        if is_shared(name) and name != "Error":
            said = f"\n{schema['description']}\n" if "description" in schema else ""
            yield f"\n### {name}\n{said}\n```ts\n{shape(schema, components)}\n```\n"


def _budget_row(budget: Budget) -> str:
    of_user = "–" if budget.of_user is None else f"{budget.of_user:,}"
    counted = "in the table" if budget.exact else "by each instance"
    return f"| `{budget.name}` | {of_user} | {budget.of_address:,} | {_PER[budget.per_s]} | {counted} |\n"
