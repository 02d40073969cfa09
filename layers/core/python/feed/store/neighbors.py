"""The neighbours of articles: what was read together with each, packed into one cell of one capacity unit."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable, Sequence

from feed.domain.ids import hashed, unhashed
from feed.domain.recommendation import Neighbor
from feed.store.client import Tables
from feed.store.rows import Put
from feed.store.schema import NEIGHBORS

MOST = 200
"""Twelve bytes each, in base64: 3,200 of the 4,096 bytes that one unit reads."""
_ENTRY = struct.Struct("<Qf")


def put(article_id: int, neighbors: Sequence[Neighbor]) -> Put:
    """The most similar first; at most MOST are kept."""
    packed = b"".join(_ENTRY.pack(*neighbor) for neighbor in neighbors[:MOST])
    return Put(NEIGHBORS, (hashed(article_id),), {"packed": base64.b64encode(packed).decode()})


def find(tables: Tables, article_ids: Iterable[int]) -> dict[int, list[Neighbor]]:
    """By article, those without neighbours left out; one request for up to a hundred."""
    keys = [(hashed(article_id),) for article_id in article_ids]
    found = tables.get_many({NEIGHBORS: keys}, {NEIGHBORS: ("packed",)})[NEIGHBORS] if keys else {}
    return {unhashed(str(row["article_key"])): unpack(str(row["packed"])) for row in found.values()}


def unpack(text: str) -> list[Neighbor]:
    return [(int(article_id), similarity) for article_id, similarity in _ENTRY.iter_unpack(base64.b64decode(text))]
