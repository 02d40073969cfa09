# ruff: noqa: ARG001 - handlers take what the runtime passes
"""A function that writes rows and invokes others as it is told, and answers what Tablestore told it that this cost."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
import urllib.request
from datetime import datetime, timezone
from typing import Any

import tablestore

_NAMES = ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN")
_KEY = [os.environ.get(f"ALIBABA_CLOUD_{name}", "") for name in _NAMES]


def act(event: bytes, context: object) -> dict[str, Any]:
    """{"rows": how many to write, "bytes": in each, "next": orders to hand on, "fails": text}"""
    given = json.loads(event)
    if "httpMethod" in given:
        return {"statusCode": 200, "body": json.dumps(follow(json.loads(given["body"])))}
    return follow(json.loads(given["payload"]) if "triggerTime" in given else given)


def follow(order: dict[str, Any]) -> dict[str, int]:
    print(f"writing {order.get('rows', 0)} rows")
    read = written = 0
    for number in range(order.get("rows", 0)):
        name = f"{order.get('name', 'x')}-{number}"
        row = tablestore.Row([("id", name)], [("text", "x" * order.get("bytes", 10))])
        condition = tablestore.Condition(tablestore.RowExistenceExpectation.IGNORE)
        used, _ = _client().put_row("things", row, condition)
        read, written = read + used.read, written + used.write
    for following in order.get("next", []):
        invoke("work", following)
    if order.get("fails"):
        raise RuntimeError(order["fails"])
    return {"read_cu": read, "write_cu": written}


def _client() -> Any:
    return tablestore.OTSClient(os.environ["OTS"], _KEY[0], _KEY[1], "sample", sts_token=_KEY[2])


def invoke(function: str, order: dict[str, Any]) -> None:
    """Asynchronously, signed by hand: ACS3-HMAC-SHA256 over the headers below."""
    body = json.dumps(order).encode()
    endpoint, path = os.environ["FC"], f"/2023-03-30/functions/{function}/invocations"
    headers = {
        "host": endpoint.removeprefix("http://"),
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": datetime.fromtimestamp(time.time(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-security-token": _KEY[2],
        "x-fc-invocation-type": "Async",
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"POST\n{path}\n\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(_KEY[1].encode(), text.encode(), "sha256").hexdigest()
    headers["authorization"] = f"ACS3-HMAC-SHA256 Credential={_KEY[0]},SignedHeaders={names},Signature={signature}"
    urllib.request.urlopen(urllib.request.Request(endpoint + path, body, headers), timeout=10).close()
