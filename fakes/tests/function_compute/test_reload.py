"""Hot reload: when a file of the code or of a layer changes, and only then."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alifakes.function_compute.sandbox.folders import MOST_FILES, Folder

# the official client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
CODE = """
import json, os, time
from pathlib import Path
import shared

def handler(event, context):
    order = json.loads(event)
    if "gate" in order:
        Path(order["began"]).touch()
        while not Path(order["gate"]).exists():
            time.sleep(0.005)
    return ["one", shared.NAME, os.getpid()]

def bye(context):
    Path(os.environ["STOP_FILE"]).touch()
"""
ARN = "acs:fc:cn-hangzhou:1:layers/shared/versions/1"


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "index.py").write_text(CODE)
    return folder


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    folder = tmp_path / "layer/python"
    folder.mkdir(parents=True)
    (folder / "shared.py").write_text("NAME = 'old'\n")
    return folder


@pytest.fixture
def calls(start: Callable[..., Any], code: Path, layer: Path, tmp_path: Path) -> Any:
    props = {
        "code": str(code),
        "handler": "index.handler",
        "layers": [ARN],
        "timeout": 30,
        "environmentVariables": {"STOP_FILE": str(tmp_path / "stopped")},
        "instanceLifecycleConfig": {"preStop": {"handler": "index.bye", "timeout": 5}},
    }
    return start(props, layers={"shared": layer.parent})


def test_changed_code_is_loaded_anew(calls: Any, code: Path, tmp_path: Path) -> None:
    _, _, first = calls.now("one")
    # of the same length and within the same second: the byte code that Python has kept looks current
    (code / "index.py").write_text(CODE.replace('["one"', '["two"'))
    name, _, second = calls.now("one")
    assert (name, second != first) == ("two", True)
    assert until((tmp_path / "stopped").exists)


def test_a_changed_layer_is_loaded_anew(calls: Any, layer: Path) -> None:
    assert calls.now("one")[1] == "old"
    (layer / "shared.py").write_text("NAME = 'new'\n")
    assert calls.now("one")[1] == "new"
    (layer / "shared.py").unlink()
    assert calls.now("one")["errorType"] == "ModuleNotFoundError"


def test_nothing_else_starts_a_new_instance(calls: Any, code: Path, layer: Path, tmp_path: Path) -> None:
    _, _, first = calls.now("one")
    os.utime(code / "index.py", (1, 1))
    (layer / "shared.py").write_text((layer / "shared.py").read_text())
    (code / "__pycache__").mkdir(exist_ok=True)
    (code / "__pycache__/other.pyc").touch()
    (code / ".index.py.swp").touch()
    (tmp_path / "elsewhere.py").touch()
    assert calls.now("one")[2] == first


def test_running_invocations_end_on_the_old_code(calls: Any, code: Path, tmp_path: Path) -> None:
    began, gate = tmp_path / "began", tmp_path / "gate"
    answers: list[Any] = []
    running = threading.Thread(target=lambda: answers.append(calls.now("one", began=str(began), gate=str(gate))))
    running.start()
    assert until(began.exists)
    (code / "index.py").write_text(CODE.replace('["one"', '["two"'))
    assert calls.now("one")[0] == "two"
    gate.touch()
    running.join()
    assert answers[0][0] == "one"
    assert calls.now("one")[0] == "two"


def test_installed_packages_are_not_looked_through_until_another_version_comes(tmp_path: Path) -> None:
    record = tmp_path / "package-1.dist-info/RECORD"
    record.parent.mkdir()
    record.write_text("package/__init__.py,sha256=x,1\npackage-1.dist-info/RECORD,,\n")
    (tmp_path / "package").mkdir()
    own = tmp_path / "own.py"
    own.touch()
    folder = Folder(tmp_path)
    (tmp_path / "package/__init__.py").touch()
    assert folder.version() == 0
    own.write_text("changed")
    assert folder.version() == 1
    record.parent.rename(tmp_path / "package-2.dist-info")
    assert folder.version() == 2


def test_very_large_folders_are_not_looked_through(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 1):
        (tmp_path / f"{number}.py").touch()
    folder = Folder(tmp_path)
    assert not folder.watched
    (tmp_path / "0.py").write_text("changed")
    assert folder.version() == 0


def until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True
