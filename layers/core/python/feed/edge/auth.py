"""Who calls: the user id in a verified JWT, and nothing else; the only place that knows how tokens are made."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from feed.config import Settings
from feed.domain.ids import MAX_ID
from feed.errors import Misconfigured, SignIn

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from jwt.types import Options

MAX_HEADER_CHARACTERS = 4096
LEEWAY_S = 60
MIN_KEY_BITS = 2048

_HEADER = re.compile(r"(?:bearer|jwt) ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)", re.IGNORECASE | re.ASCII)
_SUBJECT = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)


def caller_of(headers: Mapping[str, str], settings: Settings, now_ms: int) -> int | None:
    """The signed-in user's id, or None without an Authorization header.

    `headers` have lower-case names. Raises SignIn for a token that is not to be believed, Misconfigured for keys that
    cannot be used.
    """
    value = headers.get("authorization")
    if value is None:
        return None
    claims = _verified_claims(_token(value), settings)
    _check_times(claims, now_ms // 1000)
    return _user_id(claims["sub"])


def sign_in(message: str) -> SignIn:
    return SignIn(message, headers={"www-authenticate": "Bearer"})


def _token(value: str) -> str:
    if len(value) > MAX_HEADER_CHARACTERS:
        raise sign_in(f"The Authorization header is longer than {MAX_HEADER_CHARACTERS} characters.")
    match = _HEADER.fullmatch(value)
    if match is None:
        raise sign_in("The Authorization header must be one 'Bearer', one space and one JWT.")
    return match[1]


def _verified_claims(token: str, settings: Settings) -> dict[str, Any]:
    """The key is the configured one that the token's `kid` names; `jku`, `x5u` and `jwk` in the token are not read.

    PyJWT would compare the times with the wall clock, so those checks are off here and made in `_check_times`.
    """
    import jwt

    keys = _public_keys(settings.jwks)
    try:
        header = jwt.get_unverified_header(token)
        key = keys.get(header["kid"]) if isinstance(header.get("kid"), str) else None
        if key is None or "crit" in header:
            raise sign_in("The token is not signed by a key that is known here.")
        options: Options = {
            "require": ["exp", "iat", "sub", "iss", "aud"],
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
        }
        return jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=settings.jwt_audience,
            issuer=settings.jwt_issuer,
            options=options,
        )
    except jwt.InvalidAudienceError:
        raise sign_in("The token was issued for another audience.") from None
    except jwt.InvalidIssuerError:
        raise sign_in("The token was issued by another issuer.") from None
    except jwt.MissingRequiredClaimError as error:
        raise sign_in(f"The token has no claim {error.claim}.") from None
    except jwt.PyJWTError:
        raise sign_in("The token is not a valid JWT signed with RS256.") from None


def _check_times(claims: Mapping[str, Any], now_s: int) -> None:
    for name in ("exp", "iat", "nbf"):
        if name in claims and type(claims[name]) is not int:
            raise sign_in(f"The token's claim {name} is not a whole number of seconds.")
    if claims["exp"] <= now_s - LEEWAY_S:
        raise sign_in("The token has expired.")
    if max(claims["iat"], claims.get("nbf", 0)) > now_s + LEEWAY_S:
        raise sign_in("The token is not valid yet.")


def _user_id(subject: Any) -> int:
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject) or int(subject) > MAX_ID:
        raise sign_in("The token's claim sub is not the id of a user.")
    return int(subject)


@lru_cache(maxsize=1)
def _public_keys(jwks: str) -> Mapping[str, RSAPublicKey]:
    """The set's RSA keys by `kid`. Messages name a key by its place: an operator finds it, a log holds no key."""
    try:
        entries = json.loads(jwks)["keys"]
        described = [(entry, entry["kid"]) for entry in entries if entry.get("kty") == "RSA"]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Misconfigured("FEED_JWKS is not a JSON Web Key Set whose RSA keys each have a kid.") from None
    keys = {str(kid): _public_key(entry, number) for number, (entry, kid) in enumerate(described, start=1)}
    if not keys or len(keys) != len(described):
        raise Misconfigured("FEED_JWKS must hold at least one RSA key, each under a kid of its own.")
    return keys


def _public_key(entry: Mapping[str, Any], number: int) -> RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from jwt import InvalidKeyError
    from jwt.algorithms import RSAAlgorithm

    try:
        key = RSAAlgorithm.from_jwk(dict(entry))
    except (InvalidKeyError, ValueError, TypeError, KeyError):
        raise Misconfigured(f"RSA key {number} of FEED_JWKS cannot be read.") from None
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_KEY_BITS:
        raise Misconfigured(f"RSA key {number} of FEED_JWKS is private or shorter than {MIN_KEY_BITS} bits.")
    return key
