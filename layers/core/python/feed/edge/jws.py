"""Verifies the one kind of signed token that is taken, a compact JWS with RS256, with the few modules that this needs.

PyJWT does the same and imports every algorithm first, which each cold start would pay for (docs/decisions/0017).
tests/unit/test_jws.py holds the two against each other.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


class NotVerified(Exception):
    """The token is not to be believed."""


class UnknownKey(NotVerified):
    """It names no key that is known here, or wants something of its reader that is not (`crit`)."""


def verified(token: str, keys: Mapping[str, RSAPublicKey]) -> dict[str, Any]:
    """The claims of a token that the key signed which its `kid` names (RFC 7515 §5.2, RFC 8725 §3.1).

    `token` is three parts of base64url without padding. Raises NotVerified, UnknownKey.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    signed, _, signature = token.rpartition(".")
    header, _, claims = signed.partition(".")
    said = _object(header)
    kid = said.get("kid")
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None or "crit" in said:
        raise UnknownKey("The token is not signed by a key that is known here.")
    # the algorithm is ours to choose, not the token's; `b64` false would have the claims taken as they stand
    if said.get("alg") != "RS256" or said.get("b64") is False:
        raise NotVerified("The token is not signed with RS256.")
    try:
        key.verify(_bytes(signature), signed.encode("ascii"), PKCS1v15(), SHA256())
    except InvalidSignature:
        raise NotVerified("The token's signature is wrong.") from None
    return _object(claims)


def public_key(jwk: Mapping[str, Any]) -> RSAPublicKey:
    """Of a JSON Web Key (RFC 7518 §6.3.1). Raises ValueError, TypeError or KeyError for what is no public RSA key."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    if "d" in jwk:
        raise ValueError("This is a private key.")
    exponent, modulus = (int.from_bytes(urlsafe_b64decode(_padded(jwk[name])), "big") for name in ("e", "n"))
    return RSAPublicNumbers(exponent, modulus).public_key()


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(part))
    except (ValueError, RecursionError):
        raise NotVerified("A part of the token is not JSON.") from None
    if not isinstance(value, dict):
        raise NotVerified("A part of the token is not a JSON object.")
    return value


def _bytes(part: str) -> bytes:
    """Of the one spelling that stands for these bytes: others would be the same token in another's eyes."""
    try:
        value = urlsafe_b64decode(_padded(part))
    except ValueError:
        raise NotVerified("A part of the token is not base64url.") from None
    if urlsafe_b64encode(value).rstrip(b"=") != part.encode():
        raise NotVerified("A part of the token is not base64url.")
    return value


def _padded(part: str) -> str:
    return part + "=" * (-len(part) % 4)
