"""docs/architecture.md: layers, recorded calls, functions and tables on one page."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Template
from typing import Any

from importlinter.api import read_configuration

from alifakes.function_compute.model import Function
from alifakes.function_compute.project import read_project
from commands.docs.call_tree import Recorded, lines
from commands.policies import grants
from commands.project_files import EXAMPLE, routes
from commands.running import ROOT
from feed.store import schema
from feed.store.schema import DAY_S, TABLES, Table
from feed.wiring import Grant

FEED = Path("layers", "core", "python", "feed")
CALL_TREE = Path("docs", "call-tree.json")

KEEPERS = {
    schema.USERS: "users",
    schema.RELATIONS: "relations",
    schema.SESSIONS: "sessions",
    schema.INBOXES: "inboxes",
    schema.ARTICLES: "articles",
    schema.OUTBOXES: "outboxes",
    schema.JOBS: "jobs",
    schema.WORK: "work",
    schema.LOG: "logs",
    schema.NEIGHBORS: "neighbors",
    schema.IDEMPOTENCY: "idempotency",
    schema.RATE_LIMITS: "rate_limits",
    schema.ORDERS: "orders",
    schema.ACCOUNTS: "accounts",
    schema.LEDGER: "accounts",
    schema.BLOCKS: "blocks",
    schema.HIDDEN: "hidden",
    schema.NOTIFICATIONS: "notifications",
    schema.BANS: "bans",
    schema.AUDITS: "audits",
    schema.PULLS: "pulls",
}
"""The module of feed.store that keeps each table, which says in its first sentence what for."""

_TEMPLATE = Path(__file__).with_name("architecture.txt")


def page() -> str:
    recorded = Recorded.of((ROOT / CALL_TREE).read_text("utf-8"))
    return Template(_TEMPLATE.read_text("utf-8")).substitute(
        layers="".join(_layers()),
        followers=recorded.followers,
        batch_followers=recorded.batch_followers,
        width=recorded.width,
        deployed=" and ".join(
            f"{int(EXAMPLE[name]):,}" for name in ("FEED_FANOUT_BATCH_FOLLOWERS", "FEED_FANOUT_WIDTH")
        ),
        calls=_calls(recorded),
        functions="".join(_functions()),
        tables="".join(map(_table, TABLES)),
    )


def _layers() -> Iterator[str]:
    """The first contract's layers from the top, each with what its modules say of themselves."""
    configured = read_configuration(str(ROOT / "pyproject.toml"))
    contracts: list[dict[str, Any]] = configured["contracts_options"]
    yield "| `functions/` | One folder per function: its routes and what it may touch. |\n"
    for layer in contracts[0]["layers"]:
        names = [name.strip().removeprefix("feed.") for name in layer.replace("|", ":").split(":")]
        said = " ".join(f"{f'*{name}*: ' * (len(names) > 1)}{_said(_source(name))}" for name in names)
        yield f"| {' · '.join(f'`{name}`' for name in names)} | {said} |\n"


def _source(name: str) -> Path:
    package = ROOT / FEED / name / "__init__.py"
    return package if package.exists() else ROOT / FEED / f"{name}.py"


def _said(file: Path) -> str:
    """The first sentence of a module, as a sentence."""
    first = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").partition("\n")[0].rstrip(".")
    return first[0].upper() + first[1:] + "."


def _calls(recorded: Recorded) -> str:
    shown = zip(recorded.scenes, lines(recorded.scenes), strict=True)
    scenes = (f"{scene.title}\n" + "".join(f"  {line}\n" for line in of_scene) for scene, of_scene in shown)
    return "\n".join(scenes)


def _functions() -> Iterator[str]:
    granted = grants(ROOT / "functions")
    addresses = [function for method, _, function in routes(ROOT / "openapi.json") if method != "OPTIONS"]
    for function in read_project(ROOT / "s.yaml", EXAMPLE).functions:
        grant = granted[function.name]
        starts = ", ".join(_starts(function, addresses.count(function.name), granted))
        touches = ", ".join(sorted(_short(name) for name in grant.tables)) or "–"
        invokes = ", ".join(f"`{name}`" for name in grant.invokes) or "–"
        code = f"[`{function.name}`](../functions/{function.code_dir.name}/index.py)"
        yield f"| {code} | {starts} | {function.memory:,} | {function.timeout:,} | {touches} | {invokes} |\n"


def _starts(function: Function, addresses: int, granted: dict[str, Grant]) -> Iterator[str]:
    if function.http_triggers:
        yield f"HTTP, {addresses} operation{'s' * (addresses > 1)}"
    for timer in function.timer_triggers:
        yield f"timer `{timer.cron}`"
    callers = [name for name, grant in granted.items() if function.name in grant.invokes]
    if callers:
        callers.sort(key=function.name.__eq__)  # itself comes last
        yield f"invoked by {', '.join('itself' if name == function.name else name for name in callers)}"


def _short(name: str) -> str:
    """An index by its table and its own name."""
    for table in TABLES:
        if name in (index.name for index in table.indexes):
            return f"{table.name.removesuffix('_table')}:{_own(name, table)}"
    return name.removesuffix("_table")


def _own(index: str, table: Table) -> str:
    return index.removeprefix(table.name.removesuffix("_table")).removeprefix("_")


def _table(table: Table) -> str:
    keys = ", ".join(f"{name}{' (AUTO_INCREMENT)' * (name == table.auto_increment)}" for name in table.key_names)
    kept = "for ever" if table.ttl_s < 0 else _days(table.ttl_s)
    indexes = "; ".join(_indexes(table)) or "–"
    return f"| `{table.name}` | {keys} | {kept} | {_said(_source(f'store/{KEEPERS[table.name]}'))} | {indexes} |\n"


def _days(seconds: int) -> str:
    days = seconds // DAY_S
    return "a day" if days == 1 else f"{days} days"


def _indexes(table: Table) -> Iterable[str]:
    for index in table.indexes:
        yield f"{_own(index.name, table)} ({', '.join(index.keys)})"
    for search in table.search:
        yield f"{_own(search.name, table)} (search)"
