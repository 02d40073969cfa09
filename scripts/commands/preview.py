"""Whether Serverless Devs makes of the project files what our own reader makes of them; scripts/check --preview."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alifakes.function_compute.project import rendered_props
from commands.project_files import EXAMPLE
from commands.running import ROOT

TOOL = "@serverless-devs/s@3.1.10"
PREVIEWED = ("s.yaml", "s.prod.yaml")
"""Not s.fc2.yaml: of edition 1.0.0 it says `Not support template`, and exits with 0."""
WITHIN_S = 300


class NoPreview(Exception):
    """The tool rendered nothing; the message is what it said instead."""


def main() -> int:
    wrong = []
    for name in PREVIEWED:
        try:
            theirs = preview(ROOT / name)
        except NoPreview as said:
            wrong.append(f"{name}: {TOOL} rendered nothing: {said}")
            continue
        ours = rendered_props(ROOT / name, EXAMPLE)
        wrong += [f"{name}: {sentence}" for sentence in differences(ours, theirs)]
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


def preview(file: Path) -> dict[str, Any]:
    """The props of every resource as the tool renders them; its exit code says nothing.

    It has a home of its own, so that nobody's account is looked at, and is kept where npm keeps what it fetches.
    """
    with tempfile.TemporaryDirectory() as home:
        cache = str(Path.home() / ".npm")
        environment = {**EXAMPLE, "PATH": os.environ["PATH"], "HOME": home, "npm_config_cache": cache}
        command = ["npx", "--yes", TOOL, "preview", "-t", str(file), "-o", "raw", "--silent"]
        try:
            done = subprocess.run(
                command, cwd=file.parent, env=environment, capture_output=True, text=True, timeout=WITHIN_S
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoPreview(str(error)) from None
    try:
        resources = json.loads(done.stdout)["resources"]
    except (ValueError, KeyError, TypeError):
        raise NoPreview((done.stdout + done.stderr).strip() or "it printed nothing") from None
    return {name: resource["props"] for name, resource in resources.items()}


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any], path: str = "resources") -> list[str]:
    """A sentence for every value that one side has and the other does not, down to the innermost mapping."""
    found = []
    for key in sorted(ours.keys() | theirs.keys()):
        mine, its = (side.get(key, "nothing") for side in (ours, theirs))
        if isinstance(mine, Mapping) and isinstance(its, Mapping):
            found += differences(mine, its, f"{path}.{key}")
        elif mine != its:
            found.append(f"{path}.{key} is {mine!r} by our reader, {its!r} by {TOOL}.")
    return found


if __name__ == "__main__":
    sys.exit(main())
