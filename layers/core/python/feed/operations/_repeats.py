"""What makes two requests with one Idempotency-Key the same request."""

from __future__ import annotations

import hashlib

from feed.call import Call
from feed.operations._fields import PublicRequest


def body_hash(request: PublicRequest, call: Call) -> str:
    """Of the operation and of everything that it was asked for, so that one key cannot serve two operations."""
    body = request.model_dump_json(exclude={"idempotency_key"})
    return hashlib.sha256(f"{call.operation}\n{body}".encode()).hexdigest()
