"""Asks another emulator over its control plane, in a thread of its own, so that the event loop does not wait."""

from __future__ import annotations

import asyncio
import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from alifakes.loopback import is_loopback_url

TIMEOUT_S = 10


class Unreachable(Exception):
    """The message is a sentence."""


class Refused(Exception):
    """What the other emulator answered: its status, and its reason as a sentence."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Remote:
    """The control plane at `endpoint`, an http URL of this machine; raises ValueError for any other."""

    def __init__(self, name: str, endpoint: str) -> None:
        if not is_loopback_url(endpoint):
            raise ValueError(f"The console asks emulators of this machine only, not {endpoint}.")
        self.name = name
        self.endpoint = endpoint.rstrip("/")
        self._host = urlsplit(endpoint).netloc
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"console-{name}")
        self._connection: http.client.HTTPConnection | None = None  # the thread's

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """Raises Unreachable and Refused."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, method, path, body)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown(wait=False)

    def _ask(self, method: str, path: str, body: object) -> Any:
        sent = None if body is None else json.dumps(body).encode()
        try:
            status, answered = self._exchange(method, f"/_fake/{path}", sent)
            answer = json.loads(answered)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(
                f"{self.name} does not answer at {self.endpoint}: {error or type(error).__name__}."
            ) from None
        if status != 200:
            raise Refused(status, str(answer.get("error", answered)) if isinstance(answer, dict) else str(answer))
        return answer

    def _exchange(self, method: str, target: str, sent: bytes | None) -> tuple[int, bytes]:
        """Reading tries twice: a connection that was kept may have been closed meanwhile."""
        if self._connection is not None and method == "GET":
            try:
                return _send(self._connection, method, target, sent)
            except (OSError, http.client.HTTPException):
                pass
        self._disconnect()
        self._connection = http.client.HTTPConnection(self._host, timeout=TIMEOUT_S)
        return _send(self._connection, method, target, sent)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _send(connection: http.client.HTTPConnection, method: str, target: str, sent: bytes | None) -> tuple[int, bytes]:
    connection.request(method, target, sent)
    answer = connection.getresponse()
    return answer.status, answer.read()
