"""The emulator as a process of its own on one database file, started anew after every kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import tablestore as ots_sdk
from tablestore import NoRetryPolicy
from tablestore.encoder import NativeEncodedBytes

import alifakes
from alifakes.tablestore.wire import ots_pb2 as pb

LAG_MS = 200
BUILD_ROWS_PER_S = 200
_SETTLED_MS = 5_000  # longer than the lag, and than the filling of an index of our few rows
_ATOMIC = pb.BatchWriteRowRequest(is_atomic=True).SerializeToString()


class Server:
    """Its global indexes lag and its indexes are filled slowly, so that a kill finds both on their way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ahead_ms = 0

    def start(self, *, settled: bool) -> None:
        """If `settled`, its time is after all that was begun before; else it is back at the true time."""
        settings = (
            "--index-lag-ms",
            str(LAG_MS),
            "--build-rows-per-s",
            str(BUILD_ROWS_PER_S),
            "--transactions",
            "bank",
        )
        self._process = subprocess.Popen(
            [sys.executable, "-m", "alifakes", "tablestore", "--port", "0", "--data", str(self._path), *settings],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(alifakes.__file__).parents[1])},
        )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        assert ready.startswith("ready: http://"), ready
        self._endpoint = ready.removeprefix("ready: ").strip()
        if settled:
            self._let_settle()

    def _let_settle(self) -> None:
        self._ahead_ms += _SETTLED_MS
        body = json.dumps({"advance_ms": self._ahead_ms}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self._endpoint}/_fake/clock", body), timeout=10):
            pass

    def client(self, *, atomic: bool = False) -> Any:
        """Of the running server; `atomic` sets in every batch write what the Python SDK cannot."""
        client = ots_sdk.OTSClient(
            self._endpoint, "local", "local", "local", retry_policy=NoRetryPolicy(), socket_timeout=10
        )
        if atomic:
            encoders = client.protocol.encoder.api_encode_map
            encode = encoders["BatchWriteRow"]
            encoders["BatchWriteRow"] = lambda request: NativeEncodedBytes(
                encode(request).SerializeToString() + _ATOMIC
            )
        return client

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
