"""scripts/token USER_ID: a JWT for the local stack, signed with a key that never leaves this checkout."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
from jwt.algorithms import RSAAlgorithm

from feed.domain.ids import MAX_ID

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

LOCAL = Path(__file__).resolve().parent.parent.parent / ".local"
ISSUER = "http://127.0.0.1/local"
AUDIENCE = "feed"
KID = "local"
LIFETIME_S = 12 * 3600


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/token", description="Print a JWT for the local stack.")
    parser.add_argument("user_id", type=int, metavar="USER_ID", help="the user who calls")
    parser.add_argument("--expires", type=_life, default=LIFETIME_S, metavar="SECONDS", help="life (default: 12 hours)")
    parser.add_argument("--operator", action="store_true", help="who may ask what a publication would cost")
    given = parser.parse_args(arguments)
    if not 1 <= given.user_id <= MAX_ID:
        print(f"The user id {given.user_id} is not between 1 and {MAX_ID}.", file=sys.stderr)
        return 2
    try:
        signed = sign(given.user_id, given.expires, LOCAL, scope="operator" if given.operator else "")
    except OSError as error:
        print(f"The key that signs cannot be kept: {error.strerror} ({error.filename}).", file=sys.stderr)
        return 1
    try:
        print(signed, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes once more at its end
        return 1
    return 0


def _life(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a life is a whole number of seconds above 0, not {text!r}")
    return int(text)


def sign(user_id: int, expires_s: int = LIFETIME_S, local: Path = LOCAL, scope: str = "") -> str:
    """A token of the local issuer, signed with the key under `local`; a negative life makes one that has expired.

    `scope`: words between spaces, what its bearer may do beyond what everybody may.
    """
    now = int(time.time())
    times = {"iat": min(now, now + expires_s), "exp": now + expires_s}
    claims = {"sub": str(user_id), "iss": ISSUER, "aud": AUDIENCE, **times, **({"scope": scope} if scope else {})}
    return jwt.encode(claims, _private_key(local), algorithm="RS256", headers={"kid": KID})


def local_jwks(local: Path = LOCAL) -> str:
    """The JSON Web Key Set that verifies local tokens, for FEED_JWKS."""
    key: dict[str, Any] = RSAAlgorithm.to_jwk(_private_key(local).public_key(), as_dict=True)
    public = {name: key[name] for name in ("kty", "n", "e")}
    return json.dumps({"keys": [{**public, "kid": KID, "use": "sig", "alg": "RS256"}]}, separators=(",", ":"))


def _private_key(local: Path) -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    file = local / "jwt" / "private.pem"
    if not file.exists():
        _make(file)
    key = load_pem_private_key(file.read_bytes(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


def _make(file: Path) -> None:
    """Linked into place whole: of two commands that start together, the first one's key stays."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    file.parent.mkdir(parents=True, exist_ok=True)
    file.parent.chmod(0o700)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor, name = tempfile.mkstemp(dir=file.parent)  # readable by its owner alone
    with os.fdopen(descriptor, "wb") as new:
        new.write(pem)
    try:
        os.link(name, file)
    except FileExistsError:
        return
    finally:
        os.unlink(name)
