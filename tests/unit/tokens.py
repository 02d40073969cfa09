"""Tokens for tests: an issuer with its keys, and tokens signed by hand that no library would sign."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from feed.config import Settings

NOW_S = 1_795_334_400
NOW_MS = NOW_S * 1000 + 999
CLAIMS: dict[str, Any] = {
    "sub": "42",
    "iss": "https://issuer.example/",
    "aud": "feed",
    "iat": NOW_S - 10,
    "exp": NOW_S + 900,
}


@dataclass(frozen=True)
class Keys:
    current: rsa.RSAPrivateKey
    following: rsa.RSAPrivateKey
    foreign: rsa.RSAPrivateKey


@cache
def keys() -> Keys:
    return Keys(*(rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)))


def described(key: rsa.RSAPublicKey | rsa.RSAPrivateKey, kid: str, **more: str) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(key, as_dict=True), "kid": kid, **more}


def settings(*entries: dict[str, Any]) -> Settings:
    given = entries or (
        described(keys().current.public_key(), "current", use="sig", alg="RS256"),
        described(keys().following.public_key(), "next"),
        {**ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True), "kid": "curve"},
    )
    return with_jwks(json.dumps({"keys": given}))


def with_jwks(text: str) -> Settings:
    return Settings(
        ots_endpoint="http://127.0.0.1:1",
        ots_instance="feed",
        invoker="fc3",
        fc_endpoint="http://127.0.0.1:1",
        fc_service="",
        jwks=text,
        jwt_issuer="https://issuer.example/",
        jwt_audience="feed",
        fanout_batch_followers=1,
        fanout_width=1,
        request_timeout_s=1.0,
    )


@cache
def believed_settings() -> Settings:
    return settings()


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw_token(header: Any, payload: Any, sign: Callable[[bytes], bytes] | None = None) -> str:
    """Signed by hand, so that what no library would sign can be sent; bytes are taken as they are."""

    def encoded(part: Any) -> str:
        return b64(part if isinstance(part, bytes) else json.dumps(part).encode())

    signing_input = f"{encoded(header)}.{encoded(payload)}"
    return f"{signing_input}.{b64((sign or rs256)(signing_input.encode()))}"


def rs256(data: bytes) -> bytes:
    return keys().current.sign(data, padding.PKCS1v15(), SHA256())


def with_header(**header: Any) -> str:
    return raw_token({"alg": "RS256", "kid": "current", "typ": "JWT", **header}, CLAIMS)


def with_claims(**claims: Any) -> str:
    return raw_token({"alg": "RS256", "kid": "current"}, {**CLAIMS, **claims})


def without(name: str) -> str:
    return raw_token({"alg": "RS256", "kid": "current"}, {key: CLAIMS[key] for key in CLAIMS if key != name})


def with_payload(text: str) -> str:
    return raw_token({"alg": "RS256", "kid": "current"}, text.encode())
