"""scripts/check --audit: known vulnerabilities of what the lock files pin, by pip-audit; needs the internet.

Exits with 0 for none, 1 for findings, 2 where advisories could not be asked for: pip-audit itself tells neither the
last two apart, nor the first from packages that its service does not know.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from commands.running import ROOT

TOOL = ROOT / "scripts" / "commands" / "pip_audit.lock"
LOCKS = (ROOT / "requirements.lock", ROOT / "fakes" / "tests" / "tablestore" / "sdk-5.4.1.lock", TOOL)
"""The layers install from the first; scripts/build_layers takes no other."""
IGNORED = ROOT / "scripts" / "commands" / "advisories_ignored.json"
"""By advisory: `why` it does not concern us, and the day `until` which that is believed without another look."""

WITHIN_S = 600
FOUND, NOT_ASKED = 1, 2


class NotAsked(Exception):
    """Nothing can be said of some package; the message says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m commands.advisories", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--osv-url", metavar="URL", help="ask this OSV service instead of PyPI")
    given = parser.parse_args(arguments)
    service = ["-s", "osv", "--osv-url", given.osv_url] if given.osv_url else []
    ignored: dict[str, Mapping[str, str]] = json.loads(IGNORED.read_text("utf-8"))
    found: dict[str, str] = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            tool = installed(Path(folder))
            for lock in LOCKS:
                found |= {each: f"{lock.name}: {says}" for each, says in vulnerabilities(tool, lock, service).items()}
    except NotAsked as error:
        print(f"Advisories could not be asked for, which says nothing of what is pinned: {error}")
        return NOT_ASKED
    wrong = judged(found, ignored, date.today().isoformat())
    for sentence in wrong:
        print(sentence)
    return FOUND if wrong else 0


def installed(folder: Path) -> Path:
    """pip-audit in an environment of its own, by hashes. Raises NotAsked."""
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [
            str(folder / "bin" / "pip"),
            "install",
            "-q",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(TOOL),
        ],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise NotAsked(f"pip-audit cannot be installed: {_last_line(done.stderr)}")
    return folder / "bin" / "pip-audit"


def vulnerabilities(tool: Path, lock: Path, service: Sequence[str]) -> dict[str, str]:
    """Of what a lock file pins for this Python, by advisory. Raises NotAsked."""
    command = [
        str(tool),
        "--require-hashes",
        "--disable-pip",
        "-f",
        "json",
        "--desc",
        "off",
        "--progress-spinner",
        "off",
    ]
    try:
        done = subprocess.run(
            [*command, *service, "-r", str(lock)], cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S
        )
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        raise NotAsked(f"{lock.name} took longer than {WITHIN_S} seconds.") from None
    except (ValueError, KeyError, TypeError):
        raise NotAsked(f"{lock.name}: {_last_line(done.stderr)}") from None
    skipped = [f"{each['name']} ({each['skip_reason']})" for each in packages if "skip_reason" in each]
    if skipped or not packages:
        raise NotAsked(f"{lock.name}: {len(skipped)} of {len(packages)} packages are unknown there, as {skipped[:1]}.")
    return {
        advisory[
            "id"
        ]: f"{each['name']} {each['version']}, fixed in {', '.join(advisory['fix_versions']) or 'nothing yet'}"
        for each in packages
        for advisory in each["vulns"]
    }


def judged(found: Mapping[str, str], ignored: Mapping[str, Mapping[str, str]], today: str) -> list[str]:
    """A sentence for each that is not ignored, no longer, or ignored in vain."""
    wrong = [f"{each}: {says}." for each, says in found.items() if each not in ignored]
    for each, entry in ignored.items():
        if each not in found:
            wrong.append(f"{each} is ignored, but nothing that is pinned has it.")
        elif entry["until"] < today:
            wrong.append(f"{each}: {found[each]}; it was ignored until {entry['until']}: {entry['why']}")
    return wrong


def _last_line(said: str) -> str:
    return (said.strip().splitlines() or ["nothing was said"])[-1]


if __name__ == "__main__":
    sys.exit(main())
