"""The signature that Alibaba Cloud's current APIs ask for, ACS3-HMAC-SHA256, on the standard library alone.

Rule: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def body_digest(body: bytes) -> str:
    """What x-acs-content-sha256 must hold."""
    return hashlib.sha256(body).hexdigest()


def authorization(
    method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], digest: str, key_id: str, secret: str
) -> str:
    """The Authorization header over exactly `headers`, `path` (percent-encoded already) and the body's digest."""
    signed = {name.lower(): value.strip() for name, value in headers.items()}
    names = sorted(signed)
    canonical = "\n".join(
        (
            method,
            path,
            "&".join(f"{quote(name, safe='~')}={quote(query[name], safe='~')}" for name in sorted(query)),
            "".join(f"{name}:{signed[name]}\n" for name in names),
            ";".join(names),
            digest,
        )
    )
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={';'.join(names)},Signature={signature}"
