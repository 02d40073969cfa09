"""A WSGI application, as HTTP functions of FC 2.0 are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Callable[[bytes], int]]) -> Iterable[bytes]:
    """Answers with what came in, or does what the path says."""
    path = environ["PATH_INFO"]
    if path == "/raise":
        raise ValueError("a secret of the application")
    if path == "/silent":
        return [b"no start_response"]
    if path == "/cookies":
        start_response("201 Created", [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Type", "image/x")])
        return [b"\xff\x00", b"\xfe"]
    if path == "/written":
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"first ")
        return (part for part in (b"then ", b"last"))
    seen = {name: value for name, value in environ.items() if isinstance(value, str)}
    seen["body"] = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    seen["request_id"] = environ["fc.context"].request_id
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(seen).encode()]
