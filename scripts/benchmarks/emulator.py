"""What the Tablestore emulator of a local cloud has counted, asked of its control plane."""

from __future__ import annotations

import json
import urllib.request
from typing import Any


def requests(endpoint: str) -> Any:
    """Operation -> table -> {"requests", "rows", "read_cu", "write_cu"} since they were forgotten last."""
    with urllib.request.urlopen(f"{endpoint}/_fake/requests", timeout=10) as answer:
        return json.loads(answer.read())


def forget_requests(endpoint: str) -> None:
    urllib.request.urlopen(
        urllib.request.Request(f"{endpoint}/_fake/requests/reset", method="POST"), timeout=10
    ).close()
