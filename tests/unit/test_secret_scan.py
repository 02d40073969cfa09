"""The scan for secrets finds what was ever committed, says where, and repeats none of it."""

from __future__ import annotations

import base64
import json
import random
import string
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from commands import secret_scan
from commands.secret_scan import Text, secrets_in
from tests.unit.tokens import with_claims

CHANCE = random.Random(9)
Commit = Callable[[str, str], None]


def drawn(length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "".join(CHANCE.choices(alphabet, k=length))


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, form: PrivateFormat) -> str:
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PKCS8, PKCS1 = pem(RSA, PrivateFormat.PKCS8), pem(RSA, PrivateFormat.TraditionalOpenSSL)
SECRETS = {
    "access_key_id": "LTAI" + drawn(20),
    "temporary_access_key_id": "STS." + drawn(25),
    "private_key": PKCS8,
    "private_key of one line": json.dumps(PKCS1),
    "private_key of a curve": pem(ec.generate_private_key(ec.SECP256R1()), PrivateFormat.PKCS8),
    "bare_private_key": "".join(PKCS8.splitlines()[1:-1]),
    "bare_private_key of PKCS 1": "".join(PKCS1.splitlines()[1:-1]),
    "jwt": with_claims(),
    "token_of_a_service": "ghp_" + drawn(36),
    "value": f'access_key_secret = "{drawn(30)}"',
    "value in YAML": f"ALIBABA_CLOUD_ACCESS_KEY_SECRET: {drawn(30)}",
    "value in JSON": f'{{"password": "{drawn(24)}"}}',
    "value in hexadecimal": f"token={drawn(40, string.hexdigits[:16])}",
}
INNOCENT = [
    "access_key_id = LTAIexample",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA",
    "token: the_name_of_something_that_is_long",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET: ${env('ALIBABA_CLOUD_ACCESS_KEY_SECRET')}",
    f"--hash=sha256:{sha256(b'').hexdigest()}",
    f"secret={'0' * 40}",
]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(secret_scan, "ROOT", tmp_path)
    monkeypatch.setattr(secret_scan, "ALLOWED", tmp_path / "allowed.json")
    (tmp_path / "allowed.json").write_text("{}")
    git(tmp_path, "init", "--quiet")
    return tmp_path


@pytest.fixture
def commit(root: Path) -> Commit:
    def write(name: str, content: str) -> None:
        (root / name).write_text(content)
        git(root, "add", name)
        git(root, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", f"change {name}")

    return write


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_of_every_kind_is_found(name: str) -> None:
    text = f"# before\nx = {SECRETS[name]}\n# after"
    assert name.split()[0] in {found.kind for found in secrets_in(Text("file", text.encode()))}


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert list(secrets_in(Text("file", text.encode()))) == []


def test_what_a_later_commit_deleted_is_found(root: Path, commit: Commit, capfd: pytest.CaptureFixture[str]) -> None:
    commit("kept.txt", "nothing")
    assert secret_scan.main() == 0
    commit("gone.txt", f"key = {SECRETS['access_key_id']}")
    commit("gone.txt", "key = ")
    commit("binary", "\0" * 100_000)
    capfd.readouterr()
    assert secret_scan.main() == 1
    said = capfd.readouterr().out
    known = sha256(SECRETS["access_key_id"].encode()).hexdigest()
    assert f"access key id with the SHA-256 {known}" in said
    assert said.startswith("gone.txt (")
    assert SECRETS["access_key_id"] not in said
    (root / "allowed.json").write_text(json.dumps({known: "the example of the service's own documentation"}))
    assert secret_scan.main() == 0


def test_what_is_not_committed_yet_on_another_branch_or_in_a_message_is_found(
    root: Path, commit: Commit, capfd: pytest.CaptureFixture[str]
) -> None:
    commit("kept.txt", "nothing")
    git(root, "checkout", "--quiet", "-b", "other")
    commit("elsewhere.txt", SECRETS["jwt"])
    git(root, "checkout", "--quiet", "-")
    git(root, "-c", "user.name=a", "-c", "user.email=a@example.com", "tag", "-m", SECRETS["value"], "v1")
    (root / "new.txt").write_text(SECRETS["token_of_a_service"])
    (root / ".gitignore").write_text("ignored.txt")
    (root / "ignored.txt").write_text(SECRETS["temporary_access_key_id"])
    assert secret_scan.main() == 1
    found = [line.split()[0] for line in capfd.readouterr().out.splitlines()[:-1]]
    assert found == ["elsewhere.txt", "new.txt:", "v1"]


def test_a_shallow_clone_is_said(
    root: Path,
    commit: Commit,
    tmp_path_factory: pytest.TempPathFactory,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(2):
        commit("file.txt", str(number))
    clone = tmp_path_factory.mktemp("shallow") / "clone"
    git(root, "clone", "--quiet", "--depth=1", f"file://{root}", str(clone))
    monkeypatch.setattr(secret_scan, "ROOT", clone)
    assert secret_scan.main() == 0
    assert capfd.readouterr().out == (
        "note: this clone is shallow; what came before its oldest commit was not scanned.\n"
    )


def test_base64_of_a_public_key_is_none() -> None:
    public = base64.b64encode(b"\x30\x82\x01\x22\x30\x0d" + bytes(288))
    assert list(secrets_in(Text("file", public))) == []
