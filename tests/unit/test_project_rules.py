"""What scripts/check says about a project file in which one thing is wrong, rule by rule."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from alifakes.function_compute.project import rendered_props
from alifakes.function_compute.yaml_file import load_extended
from commands import project_files
from commands.check import STEPS
from commands.openapi import BACKEND
from commands.preview import differences, preview
from commands.project_files import EXAMPLE, FILES, problems
from commands.running import ROOT


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout as far as the rules look at it."""
    for file in (*FILES, "openapi.json"):
        shutil.copy(ROOT / file, tmp_path)
    for folder in ("functions", "deploy", "layers"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("python", "__pycache__"))
    return tmp_path


def broken(root: Path, name: str, old: str, new: str) -> str:
    """All that is said once the first `old` of a file is `new`."""
    text = (root / name).read_text()
    assert old in text
    (root / name).write_text(text.replace(old, new, 1))
    return "\n".join(problems(root, name))


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_wrong_with_ours(root: Path, name: str) -> None:
    assert problems(root, name) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("s.yaml", "memorySize:", "memorySzie:", "unknown key 'memorySzie'; did you mean 'memorySize'?"),
        ("s.fc2.yaml", "memorySize:", "memorySzie:", "unknown key 'memorySzie'; did you mean 'memorySize'?"),
        ("s.prod.yaml", "reservedConcurrency:", "reserved:", "concurrencyConfig: "),
        ("s.yaml", "0 * * * * *", "0 * * * *", "cronExpression: "),
        ("s.fc2.yaml", "0 * * * * *", "0 60 * * * *", "cronExpression: "),
        ("s.yaml", "Asia/Shanghai 0", "Asia/Schanghai 0", "cronExpression: "),
        ("s.yaml", "layers/feed-vendor", "layers/feed-vendors", "wants the layer 'feed-vendors', which no folder"),
        ("s.fc2.yaml", "layers/feed-train", "layers/train", "wants the layer 'train', which no folder"),
        ("s.yaml", "layers/feed-train", "layers/feed-core", "the layer 'feed-train' is used by no function."),
        ("s.yaml", "code: ./functions/search", "code: ./functions/seek", "there is no folder './functions/seek'"),
        ("s.yaml", "code: ./functions/search", "code: ./functions", "has no index.py in functions/functions."),
        ("s.fc2.yaml", "./functions/search", "./functions/block", "'search' has the code of functions/block."),
        ("s.fc2.yaml", "name: tip,", "name: tips,", "the function 'tips' is declared under another name, 'tip'."),
        ("s.fc2.yaml", "name: tip,", "name: tips,", "/tips to the function 'tip', which is not declared."),
        ("s.yaml", "GET, HEAD", "HEAD", "the function 'follow' has no HTTP trigger for GET /v1/follows/{author_id}."),
        ("s.yaml", "-search' }", "' }", "the function 'search' has the role"),
        ("s.yaml", "destination: acs", "destinations: acs", "unknown key 'destinations'"),
        ("s.yaml", "maxAsyncRetryAttempts: 3", "maxAsyncRetryAttempts: 9", "maxAsyncRetryAttempts: "),
        ("s.fc2.yaml", "InSeconds: 60", "InSeconds: 0", "maxAsyncEventAgeInSeconds: "),
        ("s.yaml", "triggerType: http", "triggerType: oss", "triggers[0].triggerConfig"),
        ("s.prod.yaml", "extend: ./s.yaml", "extend: ./t.yaml", "t.yaml: the file cannot be read"),
        ("s.prod.yaml", "  timeline:\n", "  time-line:\n", "resources.time-line: 'component' is missing."),
    ],
)
def test_what_is_wrong_is_named(root: Path, name: str, old: str, new: str, sentence: str) -> None:
    said = broken(root, name, old, new)
    assert sentence in said, said


@pytest.mark.parametrize("name", FILES)
def test_folders_functions_routes_and_policies_belong_together(root: Path, name: str) -> None:
    shutil.copytree(root / "functions" / "search", root / "functions" / "extra")
    (root / "deploy" / "policies" / "extra.json").write_text("{}")
    (root / "deploy" / "policies" / "search.json").unlink()
    (root / "layers" / "extra").mkdir()
    document = json.loads((root / "openapi.json").read_text())
    for operation in document["paths"]["/v1/search"].values():
        operation[BACKEND]["functionName"] = "seek"
    (root / "openapi.json").write_text(json.dumps(document))

    said = [sentence.removeprefix(f"{name}: ") for sentence in problems(root, name)]
    assert "functions/extra is declared by no function." in said
    assert "the layer 'feed-extra' is used by no function." in said
    assert "deploy/policies/extra.json belongs to no function." in said
    assert "the function 'search' has no policy in deploy/policies." in said
    assert "openapi.json sends GET /v1/search to the function 'seek', which is not declared." in said
    unrouted = "the function 'search' has an HTTP trigger, but openapi.json sends nothing there."
    assert (unrouted in said) == (name != "s.fc2.yaml")


def _mappings(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The paths of all mappings below whose keys are known ones."""
    if isinstance(node, dict):
        if path[-1] != "environmentVariables":
            yield path
        for key, value in node.items():
            yield from _mappings(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _mappings(value, (*path, index))


@pytest.mark.parametrize("name", FILES)
def test_an_unknown_key_is_refused_wherever_it_stands(root: Path, name: str) -> None:
    document = load_extended(root / name)
    units = "services" if "services" in document else "resources"
    few = {unit: document[units][unit] for unit in ("tip", "timeline", "fanout-batch", "sweep")}
    places = [(), *(path for unit in few for path in _mappings(few[unit], (units, unit)))]
    assert len(places) > 15
    for place in places:
        changed = copy.deepcopy({**document, units: few})
        node: Any = changed
        for key in place:
            node = node[key]
        node["unheardOf"] = "x"
        (root / name).write_text(yaml.safe_dump(changed))
        (said,) = problems(root, name)
        assert "unknown key 'unheardOf'" in said, place


def test_the_check_runs_every_rule() -> None:
    assert ("python", "-m", "commands.project_files") in STEPS
    assert ("scripts/policies", "--check") in STEPS
    assert project_files.main() == 0


def test_differences_are_named_down_to_the_value() -> None:
    ours = {"one": {"memorySize": 512, "triggers": []}}
    assert differences(ours, ours) == []
    (said,) = differences(ours, {"one": {"memorySize": "512", "triggers": []}})
    assert said.startswith("resources.one.memorySize is 512 by our reader, '512' by ")
    (said,) = differences(ours, {})
    assert said.startswith("resources.one is ")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["s.yaml", "s.prod.yaml"])
def test_serverless_devs_reads_what_we_read(name: str) -> None:
    """Fetches the tool with npm where it is not there yet."""
    assert differences(rendered_props(ROOT / name, EXAMPLE), preview(ROOT / name)) == []
