"""Reads what control planes are given; what cannot be read is a ValueError with a sentence that names it."""

from __future__ import annotations

import json
from typing import Any

_SHOWN = 60  # characters of a value in a sentence


def number_of(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{name} must be a whole number, but is '{text[:_SHOWN]}'.") from None


def json_of(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        shown = body[:_SHOWN].decode("utf-8", "replace")
        raise ValueError(f"The body must be JSON, but is '{shown}'.") from None
