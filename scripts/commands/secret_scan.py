"""Says where a secret stands in the tree or anywhere in its history; scripts/check runs it."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

from commands.running import ROOT

ALLOWED = Path(__file__).with_name("secrets_allowed.json")
"""By the SHA-256 of what was found: why it is no secret."""

_KINDS = {
    "access_key_id": rb"\bLTAI[0-9A-Za-z]{12,26}\b",
    "temporary_access_key_id": rb"\bSTS\.[0-9A-Za-z]{20,}\b",
    "private_key": rb"-----BEGIN (?:[A-Z]+ ){0,2}PRIVATE KEY-----(?:\s|\\[nr])+[A-Za-z0-9+/]{40,}",
    # DER begins with its length, version 0 and the algorithm's name or the modulus: PKCS #8, PKCS #1
    "bare_private_key": rb"\bMII[A-Za-z][A-Za-z0-9+/][AQgw]IBA(?:DAN|AKC|AKB)[A-Za-z0-9+/]{100,}",
    "jwt": rb"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,}",
    "token_of_a_service": rb"\b(?:gh[pousr]_\w{36,}|github_pat_\w{40,}|glpat-[\w-]{20,}|AKIA[0-9A-Z]{16}"
    rb"|pypi-AgEI[\w-]{50,}|npm_[A-Za-z0-9]{36}|xox[abprs]-[\w-]{10,})",
    "value": rb"(?i:secret|passw(?:or)?d|token|api_?key|access_?key|private_?key)[\w-]{0,24}[\"']?\s{0,3}[=:]\s{0,3}"
    rb"[\"']?(?P<text>[A-Za-z0-9+/=_-]{20,})",
}
_ANY = re.compile(b"|".join(b"(?P<%b>%b)" % (kind.encode(), pattern) for kind, pattern in _KINDS.items()))
_HEX = re.compile(rb"[0-9a-f]{32,}|[0-9A-F]{32,}")
_RANDOM_BITS, _RANDOM_HEX_BITS = 3.9, 3.2
"""Entropy of a character, in bits, from which a value is taken for a drawn one: words and names have less."""


class Text(NamedTuple):
    """What is scanned: `place` is a path, and for what is in the history its object."""

    place: str
    content: bytes


class Found(NamedTuple):
    place: str
    kind: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.place}: {self.kind.replace('_', ' ')} with the SHA-256 {self.sha256}."


def main() -> int:
    allowed = json.loads(ALLOWED.read_text("utf-8"))
    found = {each for text in texts(ROOT) for each in secrets_in(text) if each.sha256 not in allowed}
    for each in sorted(found):
        print(each)
    if found:
        print(f"Whatever was published must be revoked. What is no secret goes into {ALLOWED.name} with the reason.")
    if _git(ROOT, "rev-parse", "--is-shallow-repository").strip() == b"true":
        print("note: this clone is shallow; what came before its oldest commit was not scanned.")
    return 1 if found else 0


def texts(root: Path) -> Iterator[Text]:
    """Every file that is or may be committed, then every object that a branch, tag or HEAD leads to, each once."""
    for name in _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split(b"\0"):
        file = root / name.decode()
        if name and file.is_file():
            yield Text(name.decode(), file.read_bytes())
    yield from _history(root)


def _history(root: Path) -> Iterator[Text]:
    """Blobs by the first path they had, messages of commits and tags by their own names."""
    listed = _git(root, "rev-list", "--objects", "--all", "HEAD").splitlines()
    paths = dict(line.partition(b" ")[::2] for line in listed)
    with TemporaryFile() as names:
        names.write(b"\n".join(paths))
        names.seek(0)
        command = ["git", "cat-file", "--batch", "--buffer"]
        with subprocess.Popen(command, cwd=root, stdin=names, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            yield from _objects(process.stdout, paths)


def _objects(answers: IO[bytes], paths: Mapping[bytes, bytes]) -> Iterator[Text]:
    for name, path in paths.items():
        kind, size = answers.readline().split()[1:]
        content = answers.read(int(size) + 1)[:-1]
        if kind != b"tree":
            yield Text(f"{path.decode(errors='replace') or kind.decode()} ({name.decode()[:12]})", content)


def secrets_in(text: Text) -> Iterator[Found]:
    for match in _ANY.finditer(text.content):
        kind = str(match.lastgroup if match["text"] is None else "value")
        secret = match["text"] or match[0]
        if kind != "value" or _drawn(secret):
            yield Found(text.place, kind, sha256(secret).hexdigest())


def _drawn(value: bytes) -> bool:
    """Whether it looks like the work of a random generator rather than of a person."""
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in Counter(value).values())
    if _HEX.fullmatch(value):
        return bits >= _RANDOM_HEX_BITS
    classes = (rb"[0-9]", rb"[a-z]", rb"[A-Z]")
    return bits >= _RANDOM_BITS and all(re.search(each, value) for each in classes)


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
