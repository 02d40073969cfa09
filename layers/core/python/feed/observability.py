"""One JSON line per call, and silence from the SDKs that would log secrets or format every request."""

from __future__ import annotations

import json
import logging
import sys
import time

from feed.call import Call


def log_call(call: Call, *, outcome: str, started: float, detail: str = "") -> None:
    """Write the call's one line to standard output, which Function Compute collects.

    `outcome` is an HTTP status, "ok" or an error code; `detail` is an error's class and place, never its data.
    """
    line = {
        "operation": call.operation,
        "caller": call.caller,
        "request_id": call.request_id,
        "duration_ms": round((time.monotonic() - started) * 1000, 1),
        "requests": call.spent.requests,
        "read_cu": call.spent.read_cu,
        "write_cu": call.spent.write_cu,
        "outcome": outcome,
    }
    if detail:
        line["detail"] = detail
    print(json.dumps(line), file=sys.stdout, flush=True)


def quiet_sdks() -> None:
    """Tablestore's client formats every request while its logger is below WARNING (6 ms per 200 rows), and its codec
    warns at every import on Pythons that its native part does not serve; aliyun-fc2 writes request headers, signature
    and token included, to the root logger on every error. Call this before the first import of tablestore."""
    logging.getLogger("tablestore-client").setLevel(logging.WARNING)
    for codec in ("tablestore.encoder", "tablestore.decoder"):
        logging.getLogger(codec).setLevel(logging.ERROR)
    root = logging.getLogger()
    if not any(isinstance(f, _NoRequestHeaders) for f in root.filters):
        root.addFilter(_NoRequestHeaders())


class _NoRequestHeaders(logging.Filter):
    """Drops the root logger's own records: ours go through log_call, and aliyun-fc2's hold credentials."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.name != "root"
