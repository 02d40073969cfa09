"""healthz: says that the product answers, and in which version; touches nothing."""

from __future__ import annotations

from feed import VERSION
from feed.edge.endpoints import fixed_function

handler = fixed_function("healthz", "/healthz", {"status": "ok", "version": VERSION})
