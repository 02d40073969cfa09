"""The dependency rule of docs and design, executed: import-linter's contracts, and what they cannot express."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parent.parent
LAYER = ROOT / "layers" / "core" / "python"
FEED = LAYER / "feed"

# a third party's only doors, as paths below feed/
DOORS = {
    "tablestore": ("store/client.py", "store/sdk.py", "store/template.py"),
    "urllib3": ("store/client.py", "store/sdk.py", "gateways/"),
    "fc2": ("gateways/",),
    "requests": ("gateways/",),
    "alipay": ("gateways/alipay.py",),
    "cryptography": ("edge/auth.py", "edge/jws.py", "gateways/alipay_signature.py", "gateways/pay_page.py"),
    "pydantic": ("edge/", "operations/"),
    "pydantic_core": ("edge/", "operations/"),
    "numpy": ("operations/train_recommendations/",),
    "scipy": ("operations/train_recommendations/",),
    "nh3": ("operations/publish/_content.py",),
}
OUTSIDE_WORLD = {"asyncio", "datetime", "http", "os", "pathlib", "random", "secrets", "socket", "subprocess", "time"}
FUNCTIONS_MAY_IMPORT = ("feed.edge", "feed.operations", "feed.wiring", "feed.store.schema")


def imports(file: Path) -> Iterator[str]:
    """Full names that a file imports; of `from a.b import c` it is a.b.c where that is a module, a.b elsewhere."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, f"{file} imports by a relative name"
            assert node.level == 0, f"{file} imports by a relative name"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                path = LAYER / inner.replace(".", "/")
                yield inner if path.is_dir() or path.with_suffix(".py").exists() else node.module


def found_in(*folders: Path) -> list[tuple[str, str]]:
    """(path below the layer or the checkout, imported name) of every file in `folders`."""
    found = []
    for file in sorted(path for folder in folders for path in folder.rglob("*.py")):
        base = FEED if FEED in file.parents else ROOT
        found += [(file.relative_to(base).as_posix(), name) for name in imports(file)]
    assert len(found) > 5, f"{folders} hold no imports to judge"
    return found


def test_import_linters_contracts_hold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert code == 0, capsys.readouterr().out


def test_every_third_party_has_one_door() -> None:
    wrong = []
    for file, name in found_in(FEED, ROOT / "functions"):
        package = name.split(".")[0]
        if package != "feed" and package not in sys.stdlib_module_names and not file.startswith(DOORS.get(package, ())):
            wrong.append(f"{file} imports {name}")
    assert wrong == []


def test_the_domain_is_pure() -> None:
    wrong = [
        f"{file} imports {name}"
        for file, name in found_in(FEED / "domain")
        if name.split(".")[0] in OUTSIDE_WORLD
        or (name.startswith("feed") and not name.startswith(("feed.domain", "feed.errors")))
    ]
    assert wrong == []


def test_operations_share_only_what_is_named_with_an_underscore() -> None:
    wrong = [
        f"{file} imports {name}"
        for file, name in found_in(FEED / "operations")
        if name.startswith("feed.operations.") and not name.split(".")[-1].startswith("_")
    ]
    assert wrong == []


def test_functions_hold_an_entry_each_and_reach_only_the_edge() -> None:
    wrong = [
        f"{file} imports {name}"
        for file, name in found_in(ROOT / "functions")
        if name not in ("__future__", "feed") and not name.startswith(FUNCTIONS_MAY_IMPORT)
    ]
    assert wrong == []
    folders = [folder for folder in (ROOT / "functions").iterdir() if folder.is_dir()]
    assert {file.name for folder in folders for file in folder.iterdir()} - {"__pycache__"} == {"index.py"}
