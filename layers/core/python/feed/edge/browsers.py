"""What browsers are told beside an answer: strict rules, and which other origins' pages may read it (CORS).

Tokens travel in a header that pages set themselves, so credentials that a browser adds are never allowed.
"""

from __future__ import annotations

from collections.abc import Collection

from feed.edge.events import HttpRequest

STRICT = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    # passed over by browsers where it comes without TLS (RFC 6797 §8.1)
    "strict-transport-security": "max-age=31536000",
}
"""Of every answer; a page of ours says its own policy instead."""

ALLOWED_METHODS = "GET, POST, PUT, PATCH, DELETE"
ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, X-Guest-Id, traceparent"
EXPOSED_HEADERS = "X-Request-Id, Retry-After"
REMEMBERED_S = 7200
"""How long a browser need not ask again whether it may: the most that Chromium takes."""


def sharing(http: HttpRequest, origins: Collection[str]) -> dict[str, str]:
    """Headers that let a page of one of these origins read the answer, whatever it is.

    A browser asks by OPTIONS first (https://fetch.spec.whatwg.org/#http-cors-protocol).
    """
    if not origins:
        return {}
    origin = http.headers.get("origin", "")
    if origin not in origins:
        return {"vary": "Origin"}
    shared = {"vary": "Origin", "access-control-allow-origin": origin}
    if http.method != "OPTIONS":
        return {**shared, "access-control-expose-headers": EXPOSED_HEADERS}
    return {
        **shared,
        "access-control-allow-methods": ALLOWED_METHODS,
        "access-control-allow-headers": ALLOWED_HEADERS,
        "access-control-max-age": str(REMEMBERED_S),
    }
