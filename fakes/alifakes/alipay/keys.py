"""The two key pairs of the fake: the merchant's application and the fake Alipay, made once and kept in a folder."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

MARK = "# Made by alifakes for local use: signs no real money."
_PEM_BEGINS = "-----BEGIN "


class RealKeyError(Exception):
    """A folder holds a key that alifakes has not made; the message says which."""


@dataclass(frozen=True)
class Keys:
    """PEM text that begins with its BEGIN line, without the mark of the files: the SDK's library takes no other."""

    app_private: str
    app_public: str
    alipay_private: str
    alipay_public: str


def make_keys(folder: Path) -> Keys:
    """The keys of `folder`, made if it has none; two that make them at once get the same.

    Raises RealKeyError when a PEM file there does not begin with MARK, and OSError when the folder cannot be used.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in sorted(folder.glob("*.pem")):
        _read(file)
    app_private, app_public = _pair(folder, "app")
    alipay_private, alipay_public = _pair(folder, "alipay")
    return Keys(app_private, app_public, alipay_private, alipay_public)


def _pair(folder: Path, owner: str) -> tuple[str, str]:
    private_file, public_file = folder / f"{owner}_private.pem", folder / f"{owner}_public.pem"
    if not private_file.exists():
        _keep(private_file, _new_private_key())
    private = _read(private_file)
    public = _public_key(private)
    if not public_file.exists():
        _keep(public_file, public)
    if _read(public_file) != public:
        raise RealKeyError(f"{public_file} is not the public key of {private_file}; remove both to have them made.")
    return private, public


def _read(file: Path) -> str:
    mark, _, pem = file.read_text("utf-8", errors="replace").partition("\n")
    if mark != MARK or not pem.startswith(_PEM_BEGINS):
        raise RealKeyError(f"{file} looks like a real key: it does not begin with the mark of keys made by alifakes.")
    return pem


def _keep(file: Path, pem: str) -> None:
    """Linked into place whole: of two that start together, the first one's key stays."""
    descriptor, name = tempfile.mkstemp(dir=file.parent)  # readable by its owner alone
    with os.fdopen(descriptor, "w", encoding="utf-8") as new:
        new.write(f"{MARK}\n{pem}")
    try:
        os.link(name, file)
    except FileExistsError:
        return
    finally:
        os.unlink(name)


def _new_private_key() -> str:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public_key(private_pem: str) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    key = load_pem_private_key(private_pem.encode(), password=None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
