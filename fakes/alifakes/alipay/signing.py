"""Who signs what: requests with sign_type, notifications and returns without it, answers over their exact text."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

Hash = Literal["SHA256", "SHA1", "MD5"]


def signed(
    params: Mapping[str, str], private_key_pem: str, *, hash: Hash = "SHA256", sign_type: str | None = "RSA2"
) -> dict[str, str]:
    """The parameters of a notification or a return with `sign` and `sign_type`, which the signature does not cover.

    Alipay itself signs with SHA256 and says RSA2; the other values make forgeries, None leaves `sign_type` out.
    """
    labelled = {**params} if sign_type is None else {**params, "sign_type": sign_type}
    return {**labelled, "sign": sign_text(notification_text(params), private_key_pem, hash=hash)}


def form(params: Mapping[str, str]) -> bytes:
    """`params` as the body of an application/x-www-form-urlencoded request in UTF-8."""
    return urlencode(params).encode("ascii")


def notification_text(params: Mapping[str, str]) -> str:
    """What the signature of a notification or a return covers: values as they are before URL encoding."""
    return _joined({name: value for name, value in params.items() if name not in ("sign", "sign_type")})


def request_text(params: Mapping[str, str]) -> str:
    """What the signature of a request covers: `sign_type` too, but no parameter without a value."""
    return _joined({name: value for name, value in params.items() if name != "sign" and value != ""})


def sign_text(text: str, private_key_pem: str, *, hash: Hash = "SHA256") -> str:
    """The base64 of the RSA signature (PKCS#1 v1.5) of `text` in UTF-8."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    return base64.b64encode(_private(private_key_pem).sign(text.encode(), PKCS1v15(), _algorithm(hash))).decode()


def verifies(text: str, sign: str, public_key_pem: str) -> bool:
    """Whether `sign` is the base64 of the SHA256withRSA signature of `text`."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    try:
        signature = base64.b64decode(sign, validate=True)
        _public(public_key_pem).verify(signature, text.encode(), PKCS1v15(), _algorithm("SHA256"))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _joined(params: Mapping[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(params.items()))


def _algorithm(name: Hash) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    algorithms: dict[Hash, HashAlgorithm] = {"SHA256": hashes.SHA256(), "SHA1": hashes.SHA1(), "MD5": hashes.MD5()}
    return algorithms[name]


@lru_cache(maxsize=16)
def _private(pem: str) -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


@lru_cache(maxsize=16)
def _public(pem: str) -> RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key = load_pem_public_key(pem.encode())
    assert isinstance(key, RSAPublicKey)
    return key
