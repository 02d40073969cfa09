"""Who calls: the user id in a verified JWT, and nothing else; the only place that knows how tokens are made."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from feed.config import Settings
from feed.domain.bans import Bearer
from feed.domain.ids import MAX_ID
from feed.edge.jws import NotVerified, UnknownKey, public_key, verified
from feed.errors import Misconfigured, SignIn

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

MAX_HEADER_CHARACTERS = 4096
LEEWAY_S = 60
MIN_KEY_BITS = 2048

_REQUIRED = ("exp", "iat", "sub", "iss", "aud")
_HEADER = re.compile(r"(?:bearer|jwt) ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)", re.IGNORECASE | re.ASCII)
_SUBJECT = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)


def bearer_of(headers: Mapping[str, str], settings: Settings, now_ms: int) -> Bearer | None:
    """Whom the token names, or None without an Authorization header.

    `headers` have lower-case names. Raises SignIn for a token that is not to be believed, Misconfigured for keys that
    cannot be used.
    """
    value = headers.get("authorization")
    if value is None:
        return None
    claims = _verified_claims(_token(value), settings)
    _check_times(claims, now_ms // 1000)
    return Bearer(_user_id(claims["sub"]), _version(claims), claims["iat"], _scopes(claims))


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
    """The key is the configured one that the token's `kid` names; `jku`, `x5u` and `jwk` in the token are not read."""
    try:
        claims = verified(token, _public_keys(settings.jwks))
    except UnknownKey as error:
        raise sign_in(str(error)) from None
    except NotVerified:
        raise sign_in("The token is not a valid JWT signed with RS256.") from None
    for name in _REQUIRED:
        if claims.get(name) is None:
            raise sign_in(f"The token has no claim {name}.")
    if not isinstance(claims.get("jti", ""), str):
        raise sign_in("The token's claim jti is not a string.")
    if claims["iss"] != settings.jwt_issuer:
        raise sign_in("The token was issued by another issuer.")
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if settings.jwt_audience not in audiences or not all(isinstance(each, str) for each in audiences):
        raise sign_in("The token was issued for another audience.")
    return claims


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


def _version(claims: Mapping[str, Any]) -> int | None:
    """An issuer may leave it out."""
    if "ver" not in claims:
        return None
    version = claims["ver"]
    if type(version) is not int or not 0 <= version <= MAX_ID:
        raise sign_in("The token's claim ver is not a whole number from 0.")
    return version


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """Words between single spaces (RFC 8693, section 4.2); of an issuer that means something else by it, none."""
    scope = claims.get("scope")
    return frozenset(filter(None, scope.split(" "))) if isinstance(scope, str) else frozenset()


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
    try:
        key = public_key(entry)
    except (ValueError, TypeError, KeyError):
        raise Misconfigured(f"RSA key {number} of FEED_JWKS is private or cannot be read.") from None
    if key.key_size < MIN_KEY_BITS:
        raise Misconfigured(f"RSA key {number} of FEED_JWKS is shorter than {MIN_KEY_BITS} bits.")
    return key
