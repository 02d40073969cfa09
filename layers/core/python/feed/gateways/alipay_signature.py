"""Whether Alipay has signed something: SHA256withRSA by its public key, checked without its SDK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feed.config import Payee
from feed.domain import notifications
from feed.domain.notifications import Signed
from feed.errors import InvalidRequest, Misconfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


@dataclass(frozen=True)
class Verifier:
    """Reads what is signed for one payee."""

    payee: Payee
    _key: RSAPublicKey

    @classmethod
    def open(cls, payee: Payee) -> Verifier:
        """Raises Misconfigured for a key that is none."""
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        try:
            key = load_der_public_key(payee.public_key)
        except ValueError:
            raise Misconfigured("FEED_ALIPAY_PUBLIC_KEY is not a public key.") from None
        if not isinstance(key, RSAPublicKey) or key.key_size < 2048:
            raise Misconfigured("FEED_ALIPAY_PUBLIC_KEY is not an RSA key of 2048 bits or more.")
        return cls(payee, key)

    def verified(self, values: Mapping[str, str]) -> Mapping[str, str]:
        """The signed parameters. Raises InvalidRequest unless Alipay signed exactly these."""
        signed = notifications.signed(values, self._key.key_size // 8)
        if not self._covers(signed):
            raise InvalidRequest("The signature is not Alipay's.")
        return signed.values

    def _covers(self, signed: Signed) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        try:
            self._key.verify(signed.signature, signed.text, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True
