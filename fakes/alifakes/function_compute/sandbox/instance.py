"""One instance of a function: its process, its hooks, its time-outs, its log."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import time
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from alifakes.function_compute.sandbox.environment import Surroundings
from alifakes.function_compute.sandbox.memory import held_mb

_LENGTHS = struct.Struct(">II")
_WORKER = Path(__file__).with_name("worker.py")
# Loading code is not held against the function's own time-out: a laptop's disk is not the cloud's.
LOAD_TIMEOUT_S = 60.0
LOG_TAIL = 4096
# how often the memory of a working process and its children is looked at; its own peak comes with its answer
MEMORY_INTERVAL_S = 0.1
LONGEST_LINE = 65_536
# what a pipe holds on Linux: whatever was printed before an answer is in it when the answer arrives
_PIPE_SIZE = 65_536
UNHANDLED = "UnhandledInvocationError"

LogLine = Callable[[str, str, str, str], None]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended: `error_type` is None for success; `log` holds its last 4 KB of output."""

    body: bytes
    error_type: str | None
    duration_ms: float
    memory_mb: float
    log: bytes
    instance_id: str


class _Ended(Exception):
    """The process is gone; `message` completes the documented error body."""


class Instance:
    """A process that handles one request at a time; `log` is told function, request id, its own id and line."""

    def __init__(self, surroundings: Surroundings, code_version: tuple[int, ...], log: LogLine) -> None:
        self.code_version = code_version
        self.id = f"c-{uuid.uuid4().hex[:16]}"
        self.alive = True
        self._surroundings = surroundings
        self._log = log
        self._request_id = ""
        self._tail = bytearray()
        self._partial = b""
        self._ready = False
        self._memory_mb = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._disconnect: Callable[[], None]

    @property
    def is_cold(self) -> bool:
        """Whether the next invocation must start the process first."""
        return not self._ready

    async def invoke(self, event: bytes, request_id: str) -> Outcome:
        """Runs the handler, after the initializer when it is the first time; never raises for what the code does."""
        self._request_id = request_id
        self._memory_mb = 0.0
        self._tail.clear()
        self._note(f"FC Invoke Start RequestId: {request_id}")
        began = time.perf_counter()
        try:
            failure = None if self._ready else await self._prepare(request_id)
            began = time.perf_counter()
            header, body = failure or await self._handle(event, request_id)
        except _Ended as end:
            self.kill()
            header, body = {"ok": False}, self._ending(end, time.perf_counter() - began)
        except BaseException:
            self.kill()
            raise
        if self.alive:
            self._drain()
        self._end_line()
        self._note(f"FC Invoke End RequestId: {request_id}")
        return Outcome(
            body=body,
            error_type=None if header["ok"] else UNHANDLED,
            duration_ms=header.get("duration_ms", (time.perf_counter() - began) * 1000),
            memory_mb=self._memory_mb,
            log=bytes(self._tail[-LOG_TAIL:]),
            instance_id=self.id,
        )

    async def stop(self) -> None:
        """Runs pre_stop within its time-out, then ends the process."""
        hook = self._surroundings.function.pre_stop
        if self.alive and self._ready and hook is not None:
            self._request_id = ""
            self._send({"op": "stop", "request_id": str(uuid.uuid4())})
            with contextlib.suppress(_Ended):
                await self._within(self._receive(), hook.timeout)
        self.kill()

    def kill(self) -> None:
        """Ends the process with all that it started."""
        if not self.alive:
            return
        self.alive = False
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._drain()
            asyncio.get_running_loop().remove_reader(self._output)
            os.close(self._output)
            self._disconnect()

    def has_ended(self) -> bool:
        """Whether an idle instance's process has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    # one request
    async def _handle(self, event: bytes, request_id: str) -> tuple[dict[str, Any], bytes]:
        self._send({"op": "invoke", "request_id": request_id}, event)
        return await self._within(self._receive(), self._surroundings.function.timeout)

    async def _prepare(self, request_id: str) -> tuple[dict[str, Any], bytes] | None:
        """Starts the process, loads the code, initializes; the failure's header and body, or None."""
        try:
            await self._launch()
        except OSError as error:
            raise _Ended(f"Process could not be started: {error.strerror}") from None
        self._send(self._surroundings.start_frame(self.id))
        header, body = await self._within(self._receive(), LOAD_TIMEOUT_S)
        hook = self._surroundings.function.initializer
        if header["ok"] and hook is not None:
            self._send({"op": "initialize", "request_id": request_id})
            header, body = await self._within(self._receive(), hook.timeout)
        if not header["ok"]:
            self.kill()
            return header, body
        self._ready = True
        return None

    async def _launch(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs, contextlib.ExitStack() as undo:
            undo.callback(ours.close)
            reading, writing = os.pipe()
            undo.callback(os.close, reading)
            os.set_blocking(reading, False)
            try:
                self._process = subprocess.Popen(
                    [self._surroundings.interpreter, "-I", "-S", "-u", str(_WORKER), str(theirs.fileno())],
                    cwd=self._surroundings.function.code_dir,
                    env=self._surroundings.environment(self.id),
                    stdin=subprocess.DEVNULL,
                    stdout=writing,
                    stderr=writing,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
            finally:
                os.close(writing)
            undo.pop_all()
        self._output = reading
        self._disconnect = ours.close
        asyncio.get_running_loop().add_reader(reading, self._drain)
        self._reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        self._disconnect = self._writer.transport.abort

    # frames
    def _send(self, header: dict[str, Any], body: bytes = b"") -> None:
        encoded = json.dumps(header).encode()
        self._writer.write(_LENGTHS.pack(len(encoded), len(body)) + encoded + body)

    async def _receive(self) -> tuple[dict[str, Any], bytes]:
        try:
            header_size, body_size = _LENGTHS.unpack(await self._reader.readexactly(_LENGTHS.size))
            header: dict[str, Any] = json.loads(await self._reader.readexactly(header_size))
            body = await self._reader.readexactly(body_size)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise _Ended("Process exited unexpectedly before completing request") from None
        self._memory_mb = max(self._memory_mb, header["memory_kb"] / 1024)
        self._check_memory()
        return header, body

    async def _within(self, work: Coroutine[Any, Any, _T], seconds: float) -> _T:
        """The work's result; raises _Ended when its time is up or the process has taken more than its memory."""
        task = asyncio.ensure_future(work)
        deadline = time.monotonic() + seconds
        try:
            while True:
                left = max(deadline - time.monotonic(), 0)
                done, _ = await asyncio.wait({task}, timeout=min(left, MEMORY_INTERVAL_S))
                if done:
                    return task.result()
                if left == 0:
                    # the wording of the current runtime is not documented; this is what its users quote
                    raise _Ended(f"Function timed out after {seconds:g} seconds")
                if self._process is not None:
                    self._memory_mb = max(self._memory_mb, held_mb(self._process.pid))
                self._check_memory()
        finally:
            task.cancel()

    def _check_memory(self) -> None:
        if self._memory_mb > self._surroundings.function.memory:
            raise _Ended("Process exited unexpectedly before completing request")

    def _ending(self, end: _Ended, seconds: float) -> bytes:
        details = f"maxMemoryUsage: {self._memory_mb:.0f}MB"
        if "timed out" not in str(end):
            details = f"duration: {seconds * 1000:.0f}ms, {details}"
        return json.dumps({"errorMessage": f"{end} ({details})"}).encode()

    # output
    def _drain(self) -> None:
        """Takes what the process has printed so far, and no more: it may print faster than this reads."""
        left = _PIPE_SIZE
        while left > 0:
            try:
                data = os.read(self._output, left)
            except (BlockingIOError, OSError):
                return
            if not data:
                asyncio.get_running_loop().remove_reader(self._output)
                return
            left -= len(data)
            *lines, self._partial = (self._partial + data).split(b"\n")
            for line in lines:
                self._note(line.decode("utf-8", "replace"))
            if len(self._partial) > LONGEST_LINE:
                self._end_line()

    def _end_line(self) -> None:
        if self._partial:
            line, self._partial = self._partial, b""
            self._note(line.decode("utf-8", "replace"))

    def _note(self, line: str) -> None:
        self._tail += line.encode() + b"\n"
        del self._tail[: -2 * LOG_TAIL]
        self._log(self._surroundings.function.address, self._request_id, self.id, line)
