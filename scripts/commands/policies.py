"""scripts/policies: for each function a RAM policy that allows what its Grant names, and nothing else.

Actions and resources: help.aliyun.com "Custom RAM Policy" of Tablestore (27362), "RAM authorization" of Function
Compute (api-fc-2023-03-30-ram), "Permission policies and examples" of MNS (27447). Not tried on the real service.
"""

from __future__ import annotations

import argparse
import json
import runpy
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from alifakes.function_compute.project import read_project
from commands.project_files import EXAMPLE, POLICIES, SERVICE
from commands.running import ROOT
from feed import wiring
from feed.store.schema import READ_ONLY, TABLES
from feed.wiring import Grant

READ_ACTIONS = ("BatchGetRow", "GetRange", "GetRow")
ROW_ACTIONS = (*READ_ACTIONS, "BatchWriteRow", "DeleteRow", "PutRow", "UpdateRow")
QUALIFIED = ("feed", "feed.*")
"""The FC 2.0 service, and with a version or an alias."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/policies", description="Write a RAM policy per function from what its index.py is granted."
    )
    parser.add_argument("--check", action="store_true", help="only say whether the files are what the code says")
    parser.add_argument("--instance", default="feed", help="the Tablestore instance (feed)")
    parser.add_argument("--log-project", default="*", metavar="NAME", help="the only log project to write to (any)")
    parser.add_argument("--out", type=Path, default=ROOT / POLICIES, metavar="DIR", help="where (deploy/policies)")
    given = parser.parse_args(arguments)
    wanted = texts(asked_for(ROOT), given.instance, given.log_project)
    if given.check:
        stale = differing(given.out, wanted)
        if stale:
            print(f"Not what the code says: {', '.join(stale)}. Run scripts/policies and commit.", file=sys.stderr)
        return 1 if stale else 0
    given.out.mkdir(parents=True, exist_ok=True)
    for name in differing(given.out, wanted):
        if name in wanted:
            (given.out / name).write_text(wanted[name], encoding="utf-8")
        else:
            (given.out / name).unlink()
    return 0


@dataclass(frozen=True)
class Needs:
    """What a role is for: rows of tables, asynchronous invocations, and where Function Compute sends given-up ones."""

    tables: frozenset[str]
    callees: frozenset[str]
    destinations: frozenset[str] = frozenset()


def asked_for(root: Path) -> dict[str, Needs]:
    """What the functions of a tree need, by their deployed names; the service needs what any of them does."""
    project = read_project(root / "s.yaml", EXAMPLE)
    failed = {function.name: function.asynchronous.on_failure for function in project.functions}
    needs = {}
    for name, grant in grants(root / "functions").items():
        callees = frozenset(f"functions/{callee}" for callee in grant.invokes)
        destination = failed.get(name)
        needs[name] = Needs(frozenset(grant.tables), callees, frozenset([destination] if destination else []))
    of_service = (
        f"services/{service}/{callee}" for need in needs.values() for callee in need.callees for service in QUALIFIED
    )
    needs[SERVICE] = Needs(
        frozenset().union(*(need.tables for need in needs.values())),
        frozenset(of_service),
        frozenset().union(*(need.destinations for need in needs.values())),
    )
    return needs


def grants(functions: Path) -> dict[str, Grant]:
    """What each entry file is granted; one without a Grant touches nothing."""
    found = {}
    for file in sorted(functions.glob("*/index.py")):
        made: list[Grant] = []

        def note(*args: Any, into: list[Grant] = made, **named: Any) -> Grant:
            into.append(Grant(*args, **named))
            return into[-1]

        with mock.patch.object(wiring, "Grant", note):
            runpy.run_path(str(file))
        (found[file.parent.name.replace("_", "-")],) = made or [Grant()]
    return found


def texts(needs: Mapping[str, Needs], instance: str, log_project: str) -> dict[str, str]:
    """Names of files and what they hold."""
    documents = {name: policy(need, instance, log_project) for name, need in needs.items()}
    return {f"{name}.json": json.dumps(document, indent=2) + "\n" for name, document in documents.items()}


def policy(needs: Needs, instance: str, log_project: str) -> dict[str, Any]:
    """An index is only ever read; of tables, a Grant does not tell which are read and which are written."""
    base = {table.name for table in TABLES} - READ_ONLY
    searched = {table.name for table in TABLES if table.search}
    statements = [
        _allow("ots", ROW_ACTIONS, _tables(instance, needs.tables & base)),
        _allow("ots", READ_ACTIONS, _tables(instance, needs.tables - base)),
        _allow("ots", ("Search",), _tables(instance, needs.tables & searched)),
        _allow("fc", ("InvokeFunction",), [f"acs:fc:*:*:{callee}" for callee in needs.callees]),
        _allow("mns", ("SendMessage",), [f"acs:mns:*:*:{_end_of(arn)}" for arn in needs.destinations]),
        _allow("log", ("PostLogStoreLogs",), [f"acs:log:*:*:project/{log_project}/logstore/*"]),
    ]
    return {"Version": "1", "Statement": [statement for statement in statements if statement["Resource"]]}


def _end_of(arn: str) -> str:
    """What follows product, region and account: a policy is an account's own, so it need not name them."""
    return arn.split(":", 4)[4]


def _allow(service: str, actions: Sequence[str], resources: Sequence[str]) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": [f"{service}:{action}" for action in actions],
        "Resource": sorted(resources),
    }


def _tables(instance: str, names: Iterable[str]) -> list[str]:
    """The instance's name in small letters, as the service asks for."""
    return [f"acs:ots:*:*:instance/{instance.lower()}/table/{name}" for name in names]


def differing(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Names of files that are missing, too many, or hold something else."""
    there = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.json")}
    return sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))
