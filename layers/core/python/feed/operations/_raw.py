"""Requests and answers of the routes that do not speak our JSON: the payment provider's and its browser page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class RawRequest(NamedTuple):
    """As it came; header names in lower case."""

    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class RawAnswer(NamedTuple):
    """Its content type is the route's."""

    status: int
    text: str
    headers: Mapping[str, str] = {}
