"""Makes the checkout's virtual environment from hashed lock files, and runs the calling script inside it.

FEED_VENV names another one than .venv, and FEED_LOCK a lock file to install over the first: scripts/matrix sets them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / os.environ.get("FEED_VENV", ".venv")
LOCKS = [ROOT / name for name in ("requirements.lock", os.environ.get("FEED_LOCK", "")) if name]
OLDEST = (3, 10)


def enter() -> None:
    """Replace this process by the same command under the checkout's own interpreter, unless it is that already."""
    if Path(sys.prefix).resolve() == VENV.resolve() and _ready():
        return
    if sys.version_info < OLDEST:
        _restart_under_newer_python()
    if not _ready():
        try:
            _ensure()
        except OSError as error:
            sys.exit(f"{VENV.name} cannot be set up in {ROOT}: {error.strerror or error} ({error.filename}).")
        except KeyboardInterrupt:
            sys.exit(f"Stopped; the next command sets {VENV.name} up from the start.")
    python = str(VENV / "bin" / "python")
    os.execv(python, [python, *sys.argv])


def _restart_under_newer_python() -> None:
    for name in ("python3.12", "python3.11", "python3.10"):
        if found := shutil.which(name):
            os.execv(found, [found, *sys.argv])
    version = ".".join(map(str, sys.version_info[:2]))
    sys.exit(f"This project needs Python 3.10 or newer; python3 is {version} and no newer one is on PATH.")


def _stamp() -> str:
    return hashlib.sha256(b"".join(lock.read_bytes() for lock in LOCKS)).hexdigest()


def _import_path() -> str:
    return f"{ROOT / 'layers/core/python'}\n{ROOT / 'fakes'}\n{ROOT / 'scripts'}\n"


def _ready() -> bool:
    """Whether it was made from these lock files, for a checkout at this place, by a Python that is still there."""
    stamp = VENV / "stamp"
    if not stamp.exists() or stamp.read_text() != _stamp() or not os.access(VENV / "bin" / "python", os.X_OK):
        return False
    return any(path.read_text() == _import_path() for path in VENV.glob("lib/python3*/site-packages/checkout.pth"))


def _ensure() -> None:
    """Create or refresh it; one process at a time, and never half done: the stamp is written last."""
    import fcntl

    with open(VENV.with_name(f"{VENV.name}.lock"), "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if _ready():
            return
        print(f"Setting up {VENV.name} from {LOCKS[0].name} (once; about a minute) ...", file=sys.stderr, flush=True)
        # its commands hold the lock too: if this process is killed, the next one waits for the last of them
        locked = (guard.fileno(),)
        if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], pass_fds=locked).returncode:
            sys.exit(f"{sys.executable} cannot make a virtual environment; its message is above.")
        python = str(VENV / "bin" / "python")
        install = [python, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", "-q"]
        for lock in LOCKS:
            if subprocess.run([*install, "--require-hashes", "-r", str(lock)], pass_fds=locked).returncode:
                sys.exit(f"The packages in {lock.name} could not be installed; pip's message is above.")
        site = next((VENV / "lib").glob("python3*/site-packages"))
        (site / "checkout.pth").write_text(_import_path())
        (VENV / "stamp").write_text(_stamp())
        print(f"Ready: {VENV.name}", file=sys.stderr, flush=True)
