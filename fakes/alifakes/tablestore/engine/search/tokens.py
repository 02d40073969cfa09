"""Tokens that lead to a next page: what they hold as JSON, sealed with what they are good for."""

from __future__ import annotations

import base64
import json
from hashlib import blake2b
from typing import Any

from alifakes.tablestore import errors
from alifakes.tablestore.engine.search.plain import from_plain, to_plain
from alifakes.tablestore.engine.search.schema import SearchIndexSchema

_SEAL = 8  # bytes


def make_token(index: SearchIndexSchema, *held: Any) -> bytes:
    body = json.dumps(to_plain(held), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_seal(index, body) + body)


def read_token(index: SearchIndexSchema, token: bytes) -> Any:
    """What the token holds; raises OtsError for one that this index did not give out."""
    try:
        sealed = base64.b64decode(token, altchars=b"-_", validate=True)
    except ValueError:
        raise errors.invalid_search_token() from None
    body = sealed[_SEAL:]
    if sealed[:_SEAL] != _seal(index, body):
        raise errors.invalid_search_token()
    return from_plain(json.loads(body))


def _seal(index: SearchIndexSchema, body: bytes) -> bytes:
    """Against mistakes, not against forgers."""
    return blake2b(body, key=f"{index.name} {index.created_ms}".encode()[-64:], digest_size=_SEAL).digest()
