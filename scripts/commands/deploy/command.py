"""scripts/deploy: build, tables, layers, functions one by one, smoke test; or back to the release before."""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from alifakes.function_compute.model import ProjectError
from alifakes.function_compute.project import read_project
from commands.deploy.releases import Published, Release, Releases
from commands.deploy.steps import Step, deployment, going_back
from commands.preview import TOOL
from commands.project_files import EXAMPLE, FILES, problems
from commands.running import ROOT
from feed import VERSION

NEEDED = (
    "ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET FEED_ACCOUNT FEED_REGION FEED_ROLE FEED_FC_ENDPOINT "
    "FEED_JWKS FEED_JWT_ISSUER FEED_JWT_AUDIENCE OTS_ENDPOINT OTS_INSTANCE"
).split()
"""What has no default, or one that is only an example."""
LAYERS = {name: "1" for name in EXAMPLE if name.endswith("_LAYER")}


class Refused(Exception):
    """Nothing can be deployed as things are; the message is one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/deploy",
        description="Deploys to the account that the environment names; docs/deploying.md says what it must hold.",
    )
    parser.add_argument("--file", default="s.yaml", choices=FILES, help="the project file (s.yaml)")
    parser.add_argument("--api", default="", metavar="URL", help="where the API is reached; without it no smoke test")
    parser.add_argument(
        "--tables-endpoint", default="", metavar="URL", help="Tablestore's address from here, if OTS_ENDPOINT is not"
    )
    parser.add_argument("--dry-run", action="store_true", help="print every step and do nothing")
    parser.add_argument("--rollback", action="store_true", help="deploy the functions of the release before again")
    given = parser.parse_args(arguments)
    try:
        environment = {**EXAMPLE, **os.environ} if given.dry_run else dict(os.environ)
        return _run(given, environment)
    except (Refused, ProjectError) as refused:
        print(refused, file=sys.stderr)
        return 1


def _run(given: argparse.Namespace, environment: Mapping[str, str]) -> int:
    _require(environment, given.dry_run)
    account, region = environment["FEED_ACCOUNT"], environment["FEED_REGION"]
    releases = Releases(ROOT / ".deploy" / f"{given.file.removesuffix('.yaml')}-{account}-{region}")
    if given.rollback:
        return _go_back(given, environment, releases)
    wrong = problems(ROOT, given.file)
    if wrong:
        raise Refused("\n".join(wrong))
    project = read_project(ROOT / given.file, {**environment, **LAYERS})
    steps = deployment(ROOT, project, region, given.tables_endpoint, given.api)
    if given.dry_run:
        print("Each command gets this shell's environment, and the layers' versions once they are published.")
        return _print(steps)
    release = releases.begin(ROOT, VERSION)
    print(f"Release {release.number} of {given.file}, kept in {release.folder}", flush=True)
    if not _take(steps, release, releases):
        return 1
    release.finished = True
    release.save()
    print(f"Release {release.number} is deployed{'' if given.api else '; without --api nobody has looked at it'}.")
    return 0


def _require(environment: Mapping[str, str], dry_run: bool) -> None:
    missing = [name for name in NEEDED if not environment.get(name)]
    if missing and not dry_run:
        raise Refused(f"Set {', '.join(missing)}; docs/deploying.md says to what.")
    if not dry_run and shutil.which("s") is None:
        raise Refused(f"There is no `s` on PATH: npm install -g {TOOL}.")


def _go_back(given: argparse.Namespace, environment: Mapping[str, str], releases: Releases) -> int:
    target = releases.before()
    if target is None:
        raise Refused("There is no whole release before this one to go back to.")
    project = read_project(target.folder / given.file, {**environment, **target.variables()})
    steps = going_back(ROOT, target, project, given.api)
    print(f"Back to release {target.number}, with {_assignments(target)}", flush=True)
    if given.dry_run:
        return _print(steps)
    if not _take(steps, target, releases):
        return 1
    releases.withdraw_after(target)
    print(f"Release {target.number} is deployed again; tables and rows are as they were.")
    return 0


def _assignments(release: Release) -> str:
    return " ".join(f"{name}={version}" for name, version in sorted(release.variables().items()))


def _print(steps: Sequence[Step]) -> int:
    for number, step in enumerate(steps, 1):
        print(f"{number:2}. {step.title}\n    {step.shown()}")
    return 0


def _take(steps: Sequence[Step], release: Release, releases: Releases) -> bool:
    """Every step in order until one fails; each layer that is published is recorded at once."""
    for number, step in enumerate(steps, 1):
        print(f"{number:2}/{len(steps)} {step.title}", flush=True)
        failure = _publish(step, step.archive, release, releases) if step.archive else _command(step, release)[1]
        if failure:
            print(f"{failure}\n\n{_stopped(steps, number, release, releases)}", file=sys.stderr)
            return False
    return True


def _publish(step: Step, archive: Path, release: Release, releases: Releases) -> str:
    """Why it failed, or nothing; bytes that are published already keep their version."""
    if not archive.exists():
        return f"the build has made no {archive}"
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    version = releases.published(step.layer, digest)
    if version is not None:
        print(f"      version {version} holds the same bytes", flush=True)
    else:
        said, failure = _command(step, release)
        if failure:
            return failure
        found = re.search(rf"layers/{re.escape(step.layer)}/versions/(\d+)", said)
        if found is None:
            return f"{said}no version of {step.layer} in this answer"
        version = found[1]
    release.layers[step.layer] = Published(version, digest)
    release.save()
    return ""


def _command(step: Step, release: Release) -> tuple[str, str]:
    """What it answered, if it publishes, and why it failed; anything else is shown as it comes."""
    environment = {**os.environ, **release.variables(), **step.environment}
    stdout = subprocess.PIPE if step.layer else None
    done = subprocess.run(step.command, cwd=step.folder, env=environment, stdout=stdout, text=True)
    said = done.stdout or ""
    return said, f"{said}exit code {done.returncode}" if done.returncode else ""


def _stopped(steps: Sequence[Step], number: int, release: Release, releases: Releases) -> str:
    before = releases.before()
    back = (
        f"scripts/deploy --rollback deploys release {before.number} again" if before else "there is no release before"
    )
    step = steps[number - 1]
    done = "".join(f"\n    {step.title}" for step in steps[: number - 1]) or " nothing"
    return (
        f"Stopped at: {step.title}\n    {step.shown()}\nDone:{done}\nLayers: {_assignments(release) or 'none'}\n"
        "Go on: mend it and run the same command again; what is published is not published twice, and every other "
        f"step may be repeated.\nGo back: {back}."
    )
