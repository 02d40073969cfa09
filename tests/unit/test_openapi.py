"""The API's document says what the code does, and the committed one is up to date."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from commands import openapi
from commands.openapi import BACKEND, Declared, document
from feed.edge.routing import Address, Route
from feed.errors import CorrectRequest, FeedError
from feed.operations._fields import Id, IdempotencyKey, PublicRequest, Rfc3339, Size, Title
from tests.unit.things import served


class Change(PublicRequest):
    id: Id
    title: Title | None = None
    state: Literal["private"] = "private"
    idempotency_key: IdempotencyKey | None = None


class Priced(PublicRequest):
    title: Title


class Listing(PublicRequest):
    id: Id
    size: Size = 20


class Inner(BaseModel):
    at: Rfc3339 | None


class Shown(BaseModel):
    title: str
    items: list[Inner]
    best: Inner | None


def change(_request: Any, _call: Any, _world: Any) -> Shown:
    raise AssertionError("a document needs no call")


def price(_request: Any, _call: Any, _world: Any) -> Inner:
    raise AssertionError("a document needs no call")


def remove(_request: Any, _call: Any, _world: Any) -> None:
    raise AssertionError("a document needs no call")


PRICED = Route("POST", "/v1/things", served("priced", Priced, price), signed_in=True, scope="operator")
THINGS = [
    Declared("things", Route("POST", "/v1/things", served("add", Priced, change), status=201, dry_run=PRICED)),
    Declared("things", Route("PATCH", "/v1/things/{id}", served("change", Change, change), signed_in=True, status=201)),
    Declared("things", Route("DELETE", "/v1/things/{id}", served("remove", Listing, remove))),
    Declared("things", Route("GET", "/v1/things/{id}", served("look", Listing, change), budget="read")),
    Declared("healthz", Address("GET", "/healthz")),
]


def operation(method: str) -> Any:
    return document(THINGS)["paths"]["/v1/things/{id}"][method]


def test_a_body_is_described_without_what_comes_from_elsewhere() -> None:
    schema = operation("patch")["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"] == {
        "title": {"type": "string", "minLength": 1, "maxLength": 150, "nullable": True},
        "state": {"type": "string", "enum": ["private"], "default": "private"},
    }
    assert schema["additionalProperties"] is False
    assert "required" not in schema
    assert operation("patch")["requestBody"]["required"] is False


def test_parameters_are_described_where_they_are_sent() -> None:
    patch = [(parameter["name"], parameter["in"]) for parameter in operation("patch")["parameters"]]
    assert patch == [("id", "path"), ("Idempotency-Key", "header")]
    delete = {parameter["name"]: parameter for parameter in operation("delete")["parameters"]}
    assert delete["id"]["required"] is True
    assert delete["size"] == {
        "name": "size",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
    }
    assert list(delete) == ["id", "size", "X-Guest-Id"]
    assert "requestBody" not in operation("delete")


def test_answers_are_described_as_they_are_sent() -> None:
    whole = document(THINGS)
    reference = operation("patch")["responses"]["201"]["content"]["application/json"]["schema"]
    assert reference == {"$ref": "#/components/schemas/Shown"}
    schemas = whole["components"]["schemas"]
    assert set(schemas["Shown"]["properties"]) == {"title", "items", "best"}
    assert schemas["Shown"]["properties"]["best"] == {
        "anyOf": [{"$ref": "#/components/schemas/Inner"}],
        "nullable": True,
    }
    assert schemas["Inner"]["properties"]["at"] == {"type": "string", "format": "date-time", "nullable": True}
    assert list(operation("delete")["responses"]) == ["204", "400", "401", "403", "404", "409", "413", "503"]


def test_a_dry_run_is_a_parameter_and_an_answer_more() -> None:
    add = document(THINGS)["paths"]["/v1/things"]["post"]
    assert {"name": "dry_run", "in": "query", "schema": {"type": "boolean", "default": False}} in add["parameters"]
    answers = {status: add["responses"][status] for status in ("200", "201")}
    told = {status: answer["content"]["application/json"]["schema"]["$ref"] for status, answer in answers.items()}
    assert told == {"200": "#/components/schemas/Inner", "201": "#/components/schemas/Shown"}
    assert answers["200"]["description"].startswith("With `dry_run=true`: ")
    assert all(parameter["name"] != "dry_run" for parameter in operation("patch")["parameters"])


def test_every_refusal_has_its_status() -> None:
    """So that a 500, or whatever else nobody thought of, is none that the document knows."""
    whole = document(openapi.declared(openapi.ROOT / "functions"))
    told = {status for path in whole["paths"].values() for item in path.values() for status in item["responses"]}
    ours = {str(error.status) for error in (*FeedError.__subclasses__(), *CorrectRequest.__subclasses__())}
    assert told <= {"200", "201", "204", "429", "503"} | ours - {"405", "500"}
    assert {"415", "413"} <= set(whole["paths"]["/v1/articles"]["post"]["responses"])
    notify = whole["paths"]["/v1/payments/alipay/notify"]["post"]["responses"]
    assert list(notify["400"]["content"]) == ["text/plain"]


def test_a_body_of_which_nothing_may_be_missing_must_be_there() -> None:
    whole = document(openapi.declared(openapi.ROOT / "functions"))
    assert whole["paths"]["/v1/users/me"]["put"]["requestBody"]["required"] is True


def test_options_takes_whatever_stands_in_the_address() -> None:
    (parameter,) = operation("options")["parameters"]
    assert (parameter["name"], parameter["schema"]) == ("id", {"type": "string", "minLength": 1})


def test_what_has_a_budget_may_be_told_to_wait() -> None:
    assert operation("get")["responses"]["429"] == {"$ref": "#/components/responses/TooManyRequests"}
    answer = document(THINGS)["components"]["responses"]["TooManyRequests"]
    assert answer["headers"]["Retry-After"]["schema"] == {"type": "integer", "minimum": 1}
    assert answer["content"] == document(THINGS)["components"]["responses"]["Error"]["content"]


def test_each_operation_names_its_function_and_who_may_call_it() -> None:
    assert operation("patch")[BACKEND] == {"type": "FunctionCompute", "functionName": "things"}
    assert operation("patch")["security"] == [{"bearer": []}]
    assert operation("delete")["security"] == [{}, {"bearer": []}]
    assert document(THINGS)["paths"]["/healthz"]["get"][BACKEND]["functionName"] == "healthz"


def test_the_order_of_declarations_does_not_matter() -> None:
    assert json.dumps(document(THINGS)) == json.dumps(document(THINGS[::-1]))


def test_the_committed_document_is_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert openapi.main(["--check"]) == 0, capsys.readouterr().err


def test_a_stale_document_is_named_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "functions" / "health_check"
    folder.mkdir(parents=True)
    folder.joinpath("index.py").write_text(
        "from feed.edge.endpoints import fixed_function\nhandler = fixed_function('health_check', '/healthz', {})\n"
    )
    monkeypatch.setattr(openapi, "ROOT", tmp_path)
    assert openapi.main(["--check"]) == 1
    assert capsys.readouterr().err == "openapi.json is not what the code says: run scripts/openapi and commit it.\n"
    assert openapi.main([]) == 0
    assert openapi.main(["--check"]) == 0
    written = json.loads((tmp_path / "openapi.json").read_text())
    assert written["paths"]["/healthz"]["get"][BACKEND]["functionName"] == "health-check"


def test_the_products_operations_have_names_of_their_own_and_references_that_lead_somewhere() -> None:
    whole = document(openapi.declared(openapi.ROOT / "functions"))
    operations = [item["operationId"] for path in whole["paths"].values() for item in path.values()]
    assert len(operations) == len(set(operations))
    assert "/v1/follows/{author_id}" in whole["paths"]
    for target in re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(whole)):
        assert target in whole["components"]["schemas"]
