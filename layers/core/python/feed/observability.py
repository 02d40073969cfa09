"""One JSON line per call, and silence from the SDKs that would log secrets or format every request."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Mapping

from feed.call import Call
from feed.errors import FeedError, Misconfigured


def log_call(call: Call, *, outcome: str, started: float, detail: str = "") -> None:
    """Write the call's one line to standard output, which Function Compute collects.

    `outcome` is an HTTP status, "ok" or an error code; `detail` is an error's class and place, never its data.
    """
    line = {
        "operation": call.operation,
        "caller": call.caller,
        "request_id": call.request_id,
        "trace_id": call.trace_id,
        "duration_ms": round((time.monotonic() - started) * 1000, 1),
        "requests": call.spent.requests,
        "read_cu": call.spent.read_cu,
        "write_cu": call.spent.write_cu,
        "outcome": outcome,
        **call.figures,
    }
    if detail:
        line["detail"] = detail
    print(json.dumps(line), file=sys.stdout, flush=True)


def whereabouts(error: Exception) -> str:
    """The error's class and the last places it passed, innermost last: what a log may hold of it.

    Misconfigured's message is the operator's to read, names a setting and holds nothing of a request.
    """
    expected = isinstance(error, FeedError) and error.is_answer
    frames = traceback.extract_tb(error.__traceback__)[-1 if expected else -6 :]
    places = [f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in frames]
    message = [error.message] if isinstance(error, Misconfigured) else []
    return " ".join([type(error).__name__, *places, *message])


def log_problem(call: Call, *, about: str, error: Exception) -> None:
    """One more line for something that failed inside a call which goes on; ids and the error's place, no data."""
    _say(call, {"problem": about, "detail": whereabouts(error)})


def alert(call: Call, what: str, **ids: str | int) -> None:
    """A line for a person to act on, in a call that goes on; `ids` name what it is about and hold nothing secret."""
    _say(call, {"alert": what, **ids})


def log_resumed(call: Call, about: str) -> None:
    """A line where a timer's turn takes up what an earlier call has left: it stands in that call's trace."""
    _say(call, {"resumed": about})


def _say(call: Call, said: Mapping[str, str | int]) -> None:
    line = {"operation": call.operation, "request_id": call.request_id, "trace_id": call.trace_id, **said}
    print(json.dumps(line), file=sys.stdout, flush=True)


def quiet_sdks() -> None:
    """Tablestore's client formats every request while its logger is below WARNING (6 ms per 200 rows) and calls every
    condition that does not hold an error; its codec warns at every import on Pythons that its native part does not
    serve; aliyun-fc2 writes request headers, signature and token included, to the root logger on every error.
    Call this before the first import of tablestore."""
    logging.getLogger("tablestore-client").setLevel(logging.CRITICAL)
    for codec in ("tablestore.encoder", "tablestore.decoder"):
        logging.getLogger(codec).setLevel(logging.ERROR)
    root = logging.getLogger()
    if not any(isinstance(f, _NoRequestHeaders) for f in root.filters):
        root.addFilter(_NoRequestHeaders())


class _NoRequestHeaders(logging.Filter):
    """Drops the root logger's own records: ours go through log_call, and aliyun-fc2's hold credentials."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.name != "root"
