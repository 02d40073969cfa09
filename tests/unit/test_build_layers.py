"""The layers' zips: the same input gives the same bytes, compiled once and for all, holding what they should."""

from __future__ import annotations

import marshal
import re
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from alifakes.tablestore.app import TablestoreFake
from commands import build_layers, table_admin
from commands.layers import settle
from commands.layers.archive import pack
from commands.layers.build import unpacked
from commands.layers.contents import LAYERS, LEFT_OUT, NOT_IN_VENDOR, layer
from commands.layers.install import LOCK, CannotInstall, locked, prune
from commands.layers.interpreters import NoInterpreter, interpreter
from commands.running import INSTANCE, ROOT
from tests.unit import every_sdk_call
from tests.unit.fresh import CHILD, asked, run

HERE = Path(sys.executable)
USED_LATER = ("import jwt", "import nh3", "import fc2", "from alipay import AliPay", "import feed.gateways.fc2_sender")
"""By an answer, not by a handler's import."""
UNCHECKED_HASH = b"\x01\0\0\0"


@pytest.fixture
def this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """One interpreter is there for certain."""
    monkeypatch.setattr(build_layers, "interpreter", lambda _: HERE)


def names_required(requirements: Path) -> set[str]:
    lines = [line.partition("#")[0].strip() for line in requirements.read_text().splitlines()]
    return {plain(Requirement(line).name) for line in lines if line}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pulled_in(names: set[str]) -> set[str]:
    """These distributions and whatever they require on this Python."""
    found: set[str] = set()
    left = set(names)
    while left:
        name = left.pop()
        found.add(name)
        try:
            required = [Requirement(line) for line in requires(name) or ()]
        except PackageNotFoundError:
            continue
        wanted = {plain(each.name) for each in required if each.marker is None or each.marker.evaluate({"extra": ""})}
        left |= wanted - found
    return found


@pytest.mark.usefixtures("this_python")
def test_the_same_sources_give_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for out in ("one", "two"):
        given = ["--only", "core", "--python", "3.12", "--out", str(tmp_path / out)]
        assert build_layers.main(given) == 0
    one, two = (tmp_path / out / "feed-core-python3.12.zip" for out in ("one", "two"))

    assert one.read_bytes() == two.read_bytes()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == lines[1]
    assert "feed-core-python3.12.zip" in lines[0]


def test_a_layer_holds_every_source_and_bytecode_that_is_never_checked(tmp_path: Path) -> None:
    unpacked(layer("core"), HERE, tmp_path / "layer")
    pack(tmp_path / "layer", tmp_path / "layer.zip")

    sources = {f"python/{path.relative_to(ROOT / 'layers/core/python')}" for path in core_sources()}
    with ZipFile(tmp_path / "layer.zip") as archive:
        names = archive.namelist()
        compiled = {name: archive.read(name) for name in names if name.endswith(".pyc")}
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}
    assert names == sorted(names)
    assert {name for name in names if name.endswith(".py")} == sources
    assert "python/feed/domain/prices.json" in names
    assert len(compiled) == len(sources)
    assert {code[4:8] for code in compiled.values()} == {UNCHECKED_HASH}
    tagged = f"python/feed/__pycache__/config.{sys.implementation.cache_tag}.pyc"
    assert b"/opt/python/feed/config.py" in compiled[tagged]
    assert str(tmp_path).encode() not in compiled[tagged]


def core_sources() -> list[Path]:
    return sorted((ROOT / "layers" / "core" / "python").rglob("*.py"))


@pytest.mark.usefixtures("this_python")
def test_a_layer_over_its_budget_fails_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small = replace(layer("core"), budget=1_000)
    monkeypatch.setattr(build_layers, "layer", lambda _: small)

    assert build_layers.main(["--only", "core", "--python", "3.12", "--out", str(tmp_path)]) == 1
    assert "OVER ITS BUDGET" in capsys.readouterr().out


def test_a_missing_interpreter_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))

    assert build_layers.main(["--only", "core", "--python", "3.10", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said == f"python3.10 is neither on PATH nor among the versions in {tmp_path}/versions.\n"


def test_the_newest_patch_of_an_interpreter_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    asked: list[Path] = []

    def run(command: list[Path], **_: object) -> object:
        asked.append(command[0])
        raise NoInterpreter("far enough")

    monkeypatch.setattr(subprocess, "run", run)
    for version in ("3.10.9", "3.10.13", "3.11.7"):
        (tmp_path / "versions" / version / "bin").mkdir(parents=True)
        (tmp_path / "versions" / version / "bin" / f"python{version[:4]}").touch()
    with pytest.raises(NoInterpreter):
        interpreter("3.10")
    assert [path.parts[-3] for path in asked] == ["3.10.13"]


def test_what_the_requirements_pull_in_is_held_or_left_out_for_a_reason() -> None:
    vendor, alipay, train = (
        pulled_in(names_required(ROOT / "layers" / name / "requirements.txt")) for name in ("vendor", "alipay", "train")
    )

    held = {each.name: set(each.holds) for each in LAYERS}
    assert held["vendor"] <= vendor
    assert vendor <= held["vendor"] | set(LEFT_OUT) | set(NOT_IN_VENDOR)
    assert held["alipay"] == alipay - held["vendor"] - set(LEFT_OUT)
    assert held["train"] == train
    assert not held["vendor"] & {*LEFT_OUT, *NOT_IN_VENDOR}
    assert len(locked(LOCK.read_text(), set.union(*held.values()))) == len(set.union(*held.values()))


def test_only_what_is_asked_for_is_taken_from_the_lock_with_every_hash() -> None:
    lock = (
        "# made\na==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n    # via b\n"
        "a-b==2 ; python_full_version < '3.11' \\\n    --hash=sha256:3\nc==3 \\\n    --hash=sha256:4\n"
    )
    assert locked(lock, ["a"]) == ["a==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2"]
    assert locked(lock, ["a-b"]) == ["a-b==2 ; python_full_version < '3.11' \\\n    --hash=sha256:3"]
    with pytest.raises(CannotInstall, match=r"^requirements\.lock has no d; scripts/lock makes it anew\.$"):
        locked(lock, ["c", "d"])


def test_pruning_removes_what_is_named_and_the_folders_left_empty(tmp_path: Path) -> None:
    kept = {"a/code.py", "a/module.so", "a/tests/__init__.py"}
    dropped = {"a/types.pyi", "a/tests/test_a.py", "a-1.dist-info/RECORD", "bin/a", "a/other-darwin.so"}
    for name in kept | dropped:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    prune(tmp_path)
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == kept
    assert not (tmp_path / "bin").exists()


@pytest.mark.slow
@pytest.mark.parametrize("version", build_layers.PYTHONS)
def test_built_layers_hold_all_that_functions_import_and_are_the_same_again(tmp_path: Path, version: str) -> None:
    try:
        python = interpreter(version)
    except NoInterpreter as error:
        pytest.skip(str(error))
    assert build_layers.main(["--python", version, "--out", str(tmp_path / "one")]) == 0
    assert build_layers.main(["--python", version, "--only", "vendor", "--out", str(tmp_path / "two")]) == 0
    zips = [tmp_path / "one" / f"feed-{each.name}-python{version}.zip" for each in LAYERS]
    assert zips[1].read_bytes() == (tmp_path / "two" / zips[1].name).read_bytes()

    for archive in zips:
        with ZipFile(archive) as packed:
            packed.extractall(tmp_path / "opt")
    path = [str(tmp_path / "opt" / "python")]
    for function in sorted(index.parent.name for index in ROOT.glob("functions/*/index.py")):
        run(CHILD, asked(path, function), python=python)
    run(CHILD, {"path": path, "imports": USED_LATER}, python=python)
    with TablestoreFake() as fake:
        table_admin.create(fake.client(INSTANCE), lambda _: None)
        given = {"path": path, "endpoint": fake.endpoint, "instance": INSTANCE}
        assert run(Path(every_sdk_call.__file__), given, python=python)["takes_copies"]


def test_bytecode_does_not_tell_what_else_its_compiler_held() -> None:
    """A name that something else holds is marked as shared, one that is this code's alone is not."""
    header = b"\0" * settle.HEADER
    name = "_".join(["used", "once"])
    source = f"def told({name}): return (1, 'a', b'x')"
    alone = header + marshal.dumps(compile(source, "told.py", "exec"))
    held = sys.intern(name)
    shared = header + marshal.dumps(compile(source, "told.py", "exec"))
    del held
    assert alone != shared or sys.version_info >= (3, 11)
    assert settle.settled(alone) == settle.settled(shared)
    exec(marshal.loads(settle.settled(alone)[settle.HEADER :]), found := {})  # type: ignore[var-annotated]
    assert found["told"](0) == (1, "a", b"x")
