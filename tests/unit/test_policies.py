"""Policies: each function's names exactly what its Grant does, in words that the layer's requests need."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from alifakes.function_compute.project import read_project
from commands import policies
from commands.policies import ROW_ACTIONS, asked_for, grants
from commands.project_files import EXAMPLE, POLICIES, SERVICE
from commands.running import ROOT
from feed.edge.routing import Route
from feed.store import schema
from feed.store.personal import LOOKED_AT
from feed.wiring import Grant
from tests.steps import load_handler

GRANTS = grants(ROOT / "functions")
BASE = {table.name for table in schema.TABLES}
LONGEST = 6_144
"""Characters of a custom policy: help.aliyun.com, CreatePolicy of Resource Management."""


def committed(name: str) -> list[dict[str, Any]]:
    document = json.loads((ROOT / POLICIES / f"{name}.json").read_text())
    assert document["Version"] == "1"
    assert all(statement["Effect"] == "Allow" for statement in document["Statement"])
    statements: list[dict[str, Any]] = document["Statement"]
    return statements


def allowed(name: str, action: str) -> set[str]:
    """The ends of the resources on which a function may do it."""
    return {
        resource.rpartition("/")[2]
        for statement in committed(name)
        if action in statement["Action"]
        for resource in statement["Resource"]
    }


def test_a_grant_is_what_the_entry_file_says() -> None:
    assert len(GRANTS) == len(list((ROOT / "functions").glob("*/index.py")))
    assert GRANTS["train-recommendations"] == Grant(tables=(schema.LOG, schema.NEIGHBORS))
    assert GRANTS["fanout-batch"].invokes == ("fanout-batch",)
    assert GRANTS["healthz"] == Grant()
    assert set(GRANTS["erase-user"].tables) == set(LOOKED_AT)


def test_every_function_that_knows_its_callers_reads_who_is_banned_and_cannot_ban() -> None:
    """None would work without: each call looks, whatever its route."""
    handlers = {file.parent.name: load_handler(file) for file in (ROOT / "functions").glob("*/index.py")}
    calling = {
        name.replace("_", "-")
        for name, handler in handlers.items()
        if any(isinstance(route, Route) for route in getattr(handler, "routes", ()))
    }
    assert {name for name, grant in GRANTS.items() if schema.BANS in grant.tables} == calling
    assert all(schema.BANS not in allowed(name, "ots:UpdateRow") for name in GRANTS)
    assert not [name for name, grant in GRANTS.items() if schema.AUDITS in grant.tables]


@pytest.mark.parametrize("name", GRANTS)
def test_a_policy_names_exactly_the_grants_tables_and_functions(name: str) -> None:
    grant = GRANTS[name]
    assert allowed(name, "ots:GetRange") == set(grant.tables)
    assert allowed(name, "ots:BatchWriteRow") == set(grant.tables) & BASE - schema.READ_ONLY, "an index is only read"
    assert allowed(name, "ots:Search") == {schema.ARTICLES} & set(grant.tables)
    assert allowed(name, "fc:InvokeFunction") == set(grant.invokes)
    assert allowed(name, "log:PostLogStoreLogs") == {"*"}


def test_what_an_invocation_gives_up_may_be_sent_where_the_project_files_say() -> None:
    for function in read_project(ROOT / "s.yaml", EXAMPLE).functions:
        destination = function.asynchronous.on_failure
        resources = [
            resource
            for statement in committed(function.name)
            if statement["Action"] == ["mns:SendMessage"]
            for resource in statement["Resource"]
        ]
        assert [resource.split(":", 4)[4] for resource in resources] == (
            [destination.split(":", 4)[4]] if destination else []
        )


def test_the_service_may_what_any_function_may() -> None:
    for action in ("ots:GetRange", "ots:BatchWriteRow", "ots:Search", "fc:InvokeFunction", "mns:SendMessage"):
        assert allowed(SERVICE, action) == set().union(*(allowed(name, action) for name in GRANTS))
    service = read_project(ROOT / "s.fc2.yaml", EXAMPLE).functions[0].service
    (invoke,) = (statement for statement in committed(SERVICE) if statement["Action"] == ["fc:InvokeFunction"])
    assert {resource.split("/")[1] for resource in invoke["Resource"]} == {service, f"{service}.*"}


def test_actions_are_what_the_layers_client_sends() -> None:
    source = (ROOT / "layers/core/python/feed/store/client.py").read_text()
    methods = {"put_row", "update_row", "delete_row"}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "_send":
            methods |= {str(first.value) for first in node.args[:1] if isinstance(first, ast.Constant)}
    words = {"".join(part.capitalize() for part in method.split("_")) for method in methods}
    assert words == {*ROW_ACTIONS, "Search"}


def test_no_policy_is_longer_than_the_service_takes() -> None:
    for file in (ROOT / POLICIES).glob("*.json"):
        assert len(file.read_text()) <= LONGEST


def test_the_instance_and_the_log_project_can_be_named(tmp_path: Path) -> None:
    assert policies.main(["--instance", "Mine", "--log-project", "logs", "--out", str(tmp_path)]) == 0
    text = (tmp_path / "search.json").read_text()
    assert "instance/mine/table/" in text
    assert "acs:log:*:*:project/logs/logstore/*" in text


def test_committed_policies_are_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert policies.main(["--check"]) == 0, capsys.readouterr().err


def test_what_is_stale_missing_or_too_much_is_named_and_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path)]
    assert policies.main(out) == 0
    (tmp_path / "tip.json").write_text("{}")
    (tmp_path / "block.json").unlink()
    (tmp_path / "gone.json").write_text("{}")
    assert policies.main(["--check", *out]) == 1
    said = "Not what the code says: block.json, gone.json, tip.json. Run scripts/policies and commit.\n"
    assert capsys.readouterr().err == said
    assert policies.main(out) == 0
    assert policies.main(["--check", *out]) == 0
    assert {file.stem for file in tmp_path.iterdir()} == asked_for(ROOT).keys()
