"""A browser for tests and pictures: Debian's Chromium, driven by Playwright; what is missing is fetched once."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from pathlib import Path

from commands.running import LOCAL
from commands.vendor_web import registry

PLAYWRIGHT = "playwright==1.65.2"
AXE_VERSION = "4.14.1"
AXE_SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
FOLDER = LOCAL / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome")


class CannotBrowse(Exception):
    """Something that only the machine's owner can install is missing; the message is one sentence."""


def enter() -> None:
    """Make `playwright` importable, outside the lock: 50 MB for those alone who look at the web client's pages."""
    folder = FOLDER / PLAYWRIGHT.replace("==", "-")
    if not (folder / "playwright").exists():
        install = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "-q"]
        subprocess.run([*install, "--target", str(folder), PLAYWRIGHT], check=True)
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def chromium() -> str:
    """Its path: FEED_CHROMIUM, or the first of its names on PATH. Raises CannotBrowse."""
    found = os.environ.get("FEED_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise CannotBrowse("No Chromium is on PATH: apt-get install chromium fonts-noto-cjk")
    return found


def axe() -> str:
    """The source of axe-core, which looks for what keeps people out."""
    file = FOLDER / f"axe-{AXE_VERSION}.js"
    if not file.exists():
        _fetch_axe(file)
    return file.read_text()


def _fetch_axe(file: Path) -> None:
    address = f"{registry()}/axe-core/-/axe-core-{AXE_VERSION}.tgz"
    with urllib.request.urlopen(address, timeout=60) as answer:
        archive = answer.read()
    if base64.b64encode(hashlib.sha512(archive).digest()).decode() != AXE_SHA512:
        raise CannotBrowse(f"axe-core {AXE_VERSION} on npm is not what it was.")
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        source = opened.extractfile("package/axe.min.js")
        assert source is not None
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(f".{os.getpid()}")
        new.write_bytes(source.read())
    new.replace(file)
