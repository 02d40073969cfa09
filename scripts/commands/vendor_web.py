"""scripts/vendor-web: the web client's libraries, from npm by their hashes, importing each other without a build."""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import urllib.request
from collections.abc import Sequence
from typing import TypedDict

from commands.running import ROOT

LOCK = ROOT / "web" / "vendor.lock"
VENDOR = ROOT / "web" / "vendor"
_IMPORT = re.compile(r'(from\s*|import\s*)"([^"]+)"')
_SOURCE_MAP = re.compile(r"\n?//# sourceMappingURL=\S+\s*$")


class Package(TypedDict):
    """`files` maps what others import to [the file in the archive, its name in web/vendor]."""

    version: str
    integrity: str
    license: str
    files: dict[str, tuple[str, str]]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/vendor-web", description=__doc__)
    parser.parse_args(arguments)
    packages: dict[str, Package] = json.loads(LOCK.read_bytes())
    names = {name: file for package in packages.values() for name, (_, file) in package["files"].items()}
    VENDOR.mkdir(exist_ok=True)
    for name, package in packages.items():
        try:
            _unpack(name, package, names)
        except (OSError, ValueError) as error:
            print(f"{name} {package['version']} could not be fetched: {error}", file=sys.stderr)
            return 1
        print(f"{name} {package['version']}")
    return 0


def _unpack(name: str, package: Package, names: dict[str, str]) -> None:
    archive = _fetch(name, package)
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:

        def read(path: str) -> str:
            file = opened.extractfile(f"package/{path}")
            if file is None:
                raise ValueError(f"its archive has no file {path}")
            return file.read().decode()

        for path, file in package["files"].values():
            (VENDOR / file).write_text(linked(read(path), names))
        short = name.removeprefix("@").replace("/", "-")
        (VENDOR / f"{short}.LICENSE").write_text(read(package["license"]))


def registry() -> str:
    """Where npm is configured to fetch packages from."""
    asked = subprocess.run(["npm", "config", "get", "registry"], check=True, capture_output=True, text=True)
    return asked.stdout.strip().rstrip("/")


def _fetch(name: str, package: Package) -> bytes:
    """The archive; raises ValueError where it is not the one that was locked."""
    short, version = name.rpartition("/")[2], package["version"]
    with urllib.request.urlopen(f"{registry()}/{name}/-/{short}-{version}.tgz", timeout=60) as answer:
        archive: bytes = answer.read()
    kind, _, expected = package["integrity"].partition("-")
    if kind != "sha512" or base64.b64encode(hashlib.sha512(archive).digest()).decode() != expected:
        raise ValueError("its hash is not that of web/vendor.lock")
    return archive


def linked(source: str, names: dict[str, str]) -> str:
    """Names of packages become files: an import map would be a script within the page, which its policy forbids."""

    def replaced(found: re.Match[str]) -> str:
        keyword, name = found.groups()
        return f'{keyword}"./{names[name]}"' if name in names else found.group()

    return _SOURCE_MAP.sub("\n", _IMPORT.sub(replaced, source))
