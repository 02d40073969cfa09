"""What stands for a client's address, which is neither logged nor stored: a hash that is keyed for its one use."""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress

GUESTS, BUDGETS = b"feed-guest", b"feed-budget"


def hidden(address: str, issuer: str, use: bytes) -> str:
    """22 characters, from which nobody reads it; but who knows the issuer may try all four billion of IPv4."""
    digest = hashlib.blake2b(address.encode(), key=issuer.encode()[:64], digest_size=16, person=use)
    return base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")


def line_of(address: str) -> str:
    """Whose address it is: IPv6 gives one customer 2**64 of them (RFC 6177), which are one to us."""
    if ":" not in address:
        return address
    from ipaddress import IPv6Address, IPv6Network

    with suppress(ValueError):
        parsed = IPv6Address(address)
        return str(parsed.ipv4_mapped or IPv6Network((parsed, 64), strict=False))
    return address
