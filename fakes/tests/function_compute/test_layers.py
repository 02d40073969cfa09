"""Layers as they are found under /opt: merged file by file, with programs, libraries and data."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile, ZipInfo

import fc2 as sdk
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alifakes.function_compute import FunctionComputeFake, ProjectError
from alifakes.function_compute.sandbox.folders import Folder
from alifakes.function_compute.sandbox.layers import Opt

# the official client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
CODE = """
import importlib, os, subprocess, sys
from pathlib import Path

def places(event, context):
    from shared import both, first, second
    return [both.WHERE, first.WHERE, second.WHERE]

def program(event, context):
    return subprocess.run(["tool"], capture_output=True, text=True).stdout

def library(event, context):
    folder = Path(os.environ["LD_LIBRARY_PATH"].split(":")[-1])
    return [folder.joinpath("libx.so").read_text(), folder.parent.joinpath("share/data").read_text()]

def version(event, context):
    return importlib.import_module("only").WHERE
"""
TREES = st.dictionaries(
    st.lists(st.sampled_from(["d1", "d2"]), max_size=2).flatmap(
        lambda folders: st.sampled_from(["f1", "f2"]).map(lambda name: "/".join([*folders, name]))
    ),
    st.text("ab", max_size=3),
    min_size=1,
)


def arns(*names: str) -> list[str]:
    return [f"acs:fc:cn-hangzhou:1:layers/{name}/versions/1" for name in names]


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


@pytest.fixture
def begin(start: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Starts a function of CODE with folders or zips as layers, in their order."""
    write(tmp_path / "code", {"index.py": CODE})

    def begun(handler: str, layers: dict[str, Path], **props: object) -> Any:
        code = {"code": str(tmp_path / "code"), "handler": f"index.{handler}", "layers": arns(*layers)}
        return start({**code, **props}, layers=layers)

    return begun


def where(*modules: str, layer: str) -> dict[str, str]:
    return {f"python/shared/{module}.py": f"WHERE = '{layer}'\n" for module in modules}


def test_a_package_is_merged_file_by_file(begin: Callable[..., Any], tmp_path: Path) -> None:
    first = write(tmp_path / "first", where("both", "first", layer="one"))
    second = write(tmp_path / "second", {**where("both", "second", layer="two"), "python/shared/__init__.py": ""})
    assert begin("places", {"first": first, "second": second}).now("one") == ["one", "one", "two"]
    assert begin("places", {"second": second, "first": first}).now("one") == ["two", "one", "two"]


def test_a_file_that_comes_to_a_merged_package_is_found(begin: Callable[..., Any], tmp_path: Path) -> None:
    first = write(tmp_path / "first", where("both", layer="one"))
    second = write(tmp_path / "second", where("both", "first", "second", layer="two"))
    calls = begin("places", {"first": first, "second": second})
    assert calls.now("one") == ["one", "two", "two"]
    write(first, where("first", layer="one"))
    assert calls.now("one") == ["one", "one", "two"]
    (first / "python/shared/both.py").unlink()
    assert calls.now("one") == ["two", "one", "two"]


def test_programs_libraries_and_data_are_reached(begin: Callable[..., Any], tmp_path: Path) -> None:
    first = write(tmp_path / "first", {"bin/tool": "#!/bin/sh\necho first\n", "lib/liby.so": "", "share/data": "data"})
    second = write(tmp_path / "second", {"bin/tool": "", "lib/libx.so": "second"})
    (first / "bin/tool").chmod(0o755)
    layers = {"first": first, "second": second}
    assert begin("program", layers).now("one") == "first\n"
    assert begin("library", layers).now("one") == ["second", "data"]


def test_packages_for_one_python_are_found_by_it_alone(begin: Callable[..., Any], tmp_path: Path) -> None:
    layer = write(
        tmp_path / "layer",
        {
            f"python/lib/python{version}/site-packages/only.py": f"WHERE = 'of {version}'\n"
            for version in ("3.9", "3.10")
        },
    )
    assert begin("version", {"layer": layer}, runtime="python3.10").now("one") == "of 3.10"
    assert begin("version", {"layer": layer}, runtime="python3.12").now("one")["errorType"] == "ModuleNotFoundError"


def test_a_folder_of_installed_packages_is_what_lies_in_python(start: Callable[..., Any]) -> None:
    calls = start({"layers": arns("packages")}, layers={"packages": Path(sdk.__file__).parents[1]})
    assert calls.now("one", do="import", module="pydantic") == "done"


def test_a_zip_is_unpacked_with_modes_and_links(begin: Callable[..., Any], tmp_path: Path) -> None:
    with ZipFile(tmp_path / "layer.zip", "w") as archive:
        for name, mode, text in (
            ("bin/real", 0o100755, "#!/bin/sh\necho zipped\n"),
            ("bin/tool", 0o120777, "real"),
            ("share/", 0o040755, ""),
        ):
            entry = ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, text)
    assert begin("program", {"layer": tmp_path / "layer.zip"}).now("one") == "zipped\n"


def test_each_runtime_may_have_a_layer_of_its_own(begin: Callable[..., Any], tmp_path: Path) -> None:
    for runtime in ("python3.10", "python3.12"):
        with ZipFile(tmp_path / f"layer-{runtime}.zip", "w") as archive:
            archive.writestr("python/only.py", f"WHERE = '{runtime}'")
    for runtime in ("python3.10", "python3.12"):
        assert begin("version", {"layer": tmp_path / "layer-{runtime}.zip"}, runtime=runtime).now("one") == runtime


def test_a_layer_that_is_not_mapped_is_an_error_at_start(sample: Path, layers: dict[str, Path]) -> None:
    with pytest.raises(ProjectError, match=r"^s\.yaml: function shadow uses layer 'second', which is mapped to no"):
        FunctionComputeFake(sample / "s.yaml", layers={"first": layers["first"]}).start()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("absent", r"layer 'layer' is mapped to .*absent, which is neither a folder nor a zip\.$"),
        ("file.txt", r"which is neither a folder nor a zip\.$"),
        ("broken.zip", r"broken\.zip cannot be unpacked: File is not a zip file\.$"),
    ],
)
def test_what_is_no_layer_is_an_error_at_start(
    begin: Callable[..., Any], tmp_path: Path, name: str, sentence: str
) -> None:
    write(tmp_path, {"file.txt": "", "broken.zip": "no zip"})
    with pytest.raises(ProjectError, match=sentence):
        begin("program", {"layer": tmp_path / name})


def test_nothing_is_left_when_the_emulator_stops(begin: Callable[..., Any], tmp_path: Path) -> None:
    layer = write(tmp_path / "layer", where("both", layer="one"))
    calls = begin("version", {"layer": layer})
    merged = calls.fake._pools["one"]._surroundings.opt.folder()
    assert (merged / "python/shared/both.py").exists()
    calls.fake.stop()
    assert not merged.exists()
    assert (layer / "python/shared/both.py").exists()
    calls.fake.start()  # for the fixture to stop


@given(st.lists(TREES, min_size=1, max_size=3))
def test_the_first_layer_wins_whatever_they_hold(trees: list[dict[str, str]]) -> None:
    with TemporaryDirectory() as temporary:
        home = Path(temporary)
        layers = [Folder(write(home / f"layer-{number}", tree)) for number, tree in enumerate(trees)]
        merged = Opt(tuple(layers), home / "opt").folder()
        found = {
            os.path.relpath(os.path.join(folder, name), merged): Path(folder, name).read_text()
            for folder, _, names in os.walk(merged, followlinks=True)
            for name in names
        }
    expected: dict[str, str] = {}
    for tree in reversed(trees):
        expected |= tree
    assert found == expected
