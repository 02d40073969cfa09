"""What is installed is what was locked, by hash; and what pip-audit says of it is judged as it was meant."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commands import advisories, check
from commands.advisories import FOUND, LOCKS, NOT_ASKED
from commands.layers import install
from commands.layers.contents import LAYERS
from commands.running import ROOT

PINNED = re.compile(r"[a-z0-9._-]+==[^ ;\\]+( ; [^\\]+)? \\((?:\n {4}--hash=sha256:[0-9a-f]{64}(?: \\)?)+)")
OWN = [file for file in ROOT.rglob("*.lock") if not any(part.startswith(".") for part in file.relative_to(ROOT).parts)]
PIPS = [file for file in OWN if "--hash=" in file.read_text()]
"""Not web/vendor.lock, which is npm's."""


def test_every_lock_is_known_to_the_audit() -> None:
    assert sorted(PIPS) == sorted(LOCKS)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_of_a_lock_is_a_version_with_hashes(lock: Path) -> None:
    lines = [line for line in lock.read_text().splitlines() if not re.fullmatch(r" *#.*|", line)]
    requirements = re.split(r"\n(?! )", "\n".join(lines))
    assert len(requirements) >= 5
    assert [each for each in requirements if not PINNED.fullmatch(each)] == []


def test_what_ships_is_pinned_as_it_is_locked() -> None:
    locked = set(re.findall(r"^([a-z0-9._-]+==[^ ;\\]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    for file in ROOT.glob("layers/*/requirements.txt"):
        wanted = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
        assert {line.lower() for line in wanted} <= locked, file


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if layer.holds], ids=lambda layer: layer.name)
def test_a_layer_is_installed_by_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layer: Any) -> None:
    seen: list[tuple[list[str], str]] = []

    def run(command: list[str], **_: Any) -> Any:
        seen.append((command, Path(command[-1]).read_text()))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    install.install(layer.holds, Path(sys.executable), tmp_path / "layer")
    ((command, requirements),) = seen
    assert "--require-hashes" in command
    assert len(re.findall(r"^\S+==", requirements, re.MULTILINE)) == len(layer.holds)


BY_HASH = {"_venv.py", "install.py", "advisories.py", "recommend_baselines.py"}
BY_VERSION = {
    "browser.py": "Playwright, outside every lock, for who looks at the web client's pages here: nothing of it ships"
}


def test_what_is_installed_without_its_hash_has_a_reason() -> None:
    """Of all that runs pip: environments, layers, pip-audit, what a benchmark compares with."""
    sources = {file.name: file.read_text() for file in ROOT.glob("scripts/**/*.py")}
    installing = {name for name, source in sources.items() if re.search(r'"pip".*"install"|/ "pip"', source)}
    assert installing == BY_HASH | BY_VERSION.keys()
    assert [name for name in BY_HASH if '"--require-hashes"' not in sources[name]] == []


CLEAN = {"dependencies": [{"name": "six", "version": "1.17.0", "vulns": []}], "fixes": []}
VULNERABLE = {
    "dependencies": [
        {
            "name": "six",
            "version": "1.17.0",
            "vulns": [{"id": "CVE-2026-1", "fix_versions": ["9.9"], "aliases": ["GHSA-xxxx-yyyy-zzzz"]}],
        }
    ],
    "fixes": [],
}
UNKNOWN = {
    "dependencies": [
        {"name": "six", "skip_reason": "Dependency not found on PyPI and could not be audited: six (1.17.0)"},
        {"name": "attrs", "version": "26.1.0", "vulns": []},
    ],
    "fixes": [],
}
AWAY = "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.osv.dev', port=443): Max retries exceeded"

Audit = Callable[..., tuple[int, str]]


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Audit:
    """Runs it with a pip-audit that says this for every lock; what it printed comes with its exit code."""

    def run(answer: Any = None, said: str = "", code: int = 0, **ignored: dict[str, str]) -> tuple[int, str]:
        tool = tmp_path / "pip-audit"
        output = "" if answer is None else json.dumps(answer)
        tool.write_text(
            f"#!{sys.executable}\nimport sys\nprint({output!r})\nprint({said!r}, file=sys.stderr)\nsys.exit({code})"
        )
        tool.chmod(0o700)
        known = tmp_path / "ignored.json"
        known.write_text(json.dumps({name.replace("_", "-"): entry for name, entry in ignored.items()}))
        monkeypatch.setattr(advisories, "IGNORED", known)
        monkeypatch.setattr(advisories, "installed", lambda _: tool)
        return advisories.main([]), capsys.readouterr().out

    return run


def test_nothing_known_is_nothing_said(audit: Audit) -> None:
    assert audit(CLEAN) == (0, "")


def test_a_finding_is_a_sentence(audit: Audit) -> None:
    code, said = audit(VULNERABLE, "Found 1 known vulnerability in 1 package", code=1)
    assert code == FOUND
    assert re.fullmatch(r"CVE-2026-1: \S+\.lock: six 1\.17\.0, fixed in 9\.9\.\n", said)


@pytest.mark.parametrize(
    ("answer", "said", "code"),
    [(None, AWAY, 1), (UNKNOWN, "No known vulnerabilities found", 0), ({"dependencies": []}, "", 0)],
    ids=["no connection", "no advisories there", "nothing read"],
)
def test_not_to_have_been_told_is_not_to_be_safe(audit: Audit, answer: Any, said: str, code: int) -> None:
    """Recorded from pip-audit 2.10.0, which exits with 1 and with 0."""
    status, printed = audit(answer, said, code)
    assert status == NOT_ASKED
    assert printed.startswith("Advisories could not be asked for")
    assert answer is not None or AWAY in printed


def test_what_is_ignored_has_a_reason_and_an_end(audit: Audit) -> None:
    entry = {"why": "We do not parse what it is about.", "until": "9999-12-31"}
    assert audit(VULNERABLE, code=1, CVE_2026_1=entry) == (0, "")
    code, said = audit(VULNERABLE, code=1, CVE_2026_1={**entry, "until": "2026-01-01"})
    assert (code, entry["why"] in said) == (FOUND, True)
    code, said = audit(CLEAN, CVE_2026_1=entry)
    assert (code, said) == (FOUND, "CVE-2026-1 is ignored, but nothing that is pinned has it.\n")


def test_what_we_ignore_says_why_and_until_when() -> None:
    for entry in json.loads(advisories.IGNORED.read_text()).values():
        assert entry.keys() == {"why", "until"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", entry["until"])


def test_the_check_scans_for_secrets_always_and_audits_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []

    def passes(step: tuple[str, ...]) -> bool:
        ran.append(step)
        return True

    monkeypatch.setattr(check, "_passes", passes)
    assert check.main([]) == 0
    assert ("python", "-m", "commands.secret_scan") in ran
    assert check.AUDIT not in ran
    assert check.main(["--audit"]) == 0
    assert ran[-1] == check.AUDIT
