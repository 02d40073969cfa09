"""scripts/check: formatting, lint, types, import rules, project files and what is generated; each, whatever failed."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from commands.running import ROOT

BIN = Path(sys.executable).parent
STEPS: tuple[tuple[str, ...], ...] = (
    ("ruff", "format", "--check", "--quiet"),
    ("ruff", "check", "--quiet"),
    ("mypy", "--no-error-summary"),
    ("lint-imports", "--no-logo"),
    ("scripts/openapi", "--check"),
    ("scripts/policies", "--check"),
    ("scripts/docs", "--check"),
    ("python", "-m", "commands.deploy.gateway", "--check"),
    ("python", "-m", "commands.observability", "--check"),
    ("python", "-m", "commands.project_files"),
    ("python", "-m", "commands.secret_scan"),
)
PREVIEW = ("python", "-m", "commands.preview")
AUDIT = ("python", "-m", "commands.advisories")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/check", description="Checks the tree without running its tests.")
    parser.add_argument("--preview", action="store_true", help="let Serverless Devs render the project files (npm)")
    parser.add_argument("--audit", action="store_true", help="ask for vulnerabilities of what is pinned (internet)")
    given = parser.parse_args(arguments)
    steps = (*STEPS, *[PREVIEW] * given.preview, *[AUDIT] * given.audit)
    failed = [step for step in steps if not _passes(step)]
    if failed:
        print(f"{len(failed)} of {len(steps)} checks failed: {', '.join(' '.join(step) for step in failed)}.")
    return 1 if failed else 0


def _passes(step: Sequence[str]) -> bool:
    """Print one line for a step that passes, with its notes, and what it says for one that does not."""
    program = ROOT / step[0] if "/" in step[0] else BIN / step[0]
    print(f"{' '.join(step):42}", end=" ", flush=True)
    began = time.monotonic()
    done = subprocess.run([str(program), *step[1:]], cwd=ROOT, capture_output=True, text=True)
    print(f"{'ok' if done.returncode == 0 else 'FAILED':8} {time.monotonic() - began:.1f} s", flush=True)
    notes = [line for line in done.stdout.splitlines(keepends=True) if line.startswith("note: ")]
    print("".join(notes) if done.returncode == 0 else f"{done.stdout}{done.stderr}\n", end="", flush=True)
    return done.returncode == 0
