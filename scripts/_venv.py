"""Makes the checkout's virtual environment from the hashed lock file, and runs the calling script inside it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
OLDEST = (3, 10)


def enter() -> None:
    """Replace this process by the same command under the checkout's own interpreter, unless it is that already."""
    if Path(sys.prefix).resolve() == VENV.resolve() and _stamp_matches():
        return
    if sys.version_info < OLDEST:
        _restart_under_newer_python()
    _ensure()
    python = str(VENV / "bin" / "python")
    os.execv(python, [python, *sys.argv])


def _restart_under_newer_python() -> None:
    for name in ("python3.12", "python3.11", "python3.10"):
        if found := shutil.which(name):
            os.execv(found, [found, *sys.argv])
    version = ".".join(map(str, sys.version_info[:2]))
    sys.exit(f"This project needs Python 3.10 or newer; python3 is {version} and no newer one is on PATH.")


def _stamp() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def _stamp_matches() -> bool:
    stamp = VENV / "stamp"
    return stamp.exists() and stamp.read_text() == _stamp()


def _ensure() -> None:
    """Create or refresh .venv; one process at a time, and never half done: the stamp is written last."""
    import fcntl

    with open(ROOT / ".venv.lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if _stamp_matches():
            return
        print("Setting up .venv from requirements.lock (once; about a minute) ...", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
        python = str(VENV / "bin" / "python")
        install = [python, "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "-r", str(LOCK)]
        if subprocess.run([*install, "--progress-bar", "off", "-q"]).returncode:
            sys.exit("The packages in requirements.lock could not be installed; pip's message is above.")
        site = next((VENV / "lib").glob("python3*/site-packages"))
        (site / "checkout.pth").write_text(f"{ROOT / 'layers/core/python'}\n{ROOT / 'fakes'}\n{ROOT / 'scripts'}\n")
        (VENV / "stamp").write_text(_stamp())
        print("Ready: .venv", file=sys.stderr, flush=True)
