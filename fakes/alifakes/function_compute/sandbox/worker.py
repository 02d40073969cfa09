"""The program inside an instance: loads one function and answers its requests over a socket; imports nothing of ours.

Run as `python -I -S -u worker.py FD`. A frame is two big-endian 32-bit lengths, a JSON header and a body.
It ends itself, with all that it started, as soon as the other end of the socket is gone.
"""

from __future__ import annotations

import base64
import importlib
import io
import json
import linecache
import logging
import os
import queue
import resource
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

_LENGTHS = struct.Struct(">II")


class _Record:
    """A plain object with the given attributes."""

    def __init__(self, **values: object) -> None:
        self.__dict__.update(values)


class _RequestFilter(logging.Filter):
    request_id = ""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = self.request_id
        return True


class _Frames:
    """Frames of the socket; a thread reads them, so that the end of the emulator is seen while a handler runs."""

    def __init__(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)
        self._socket = socket.socket(fileno=descriptor)
        self._incoming: queue.SimpleQueue[tuple[dict[str, Any], bytes]] = queue.SimpleQueue()
        os.register_at_fork(after_in_child=self._socket.close)

    def listen(self) -> None:
        threading.Thread(target=self._read, name="emulator", daemon=True).start()

    def next(self) -> tuple[dict[str, Any], bytes]:
        return self._incoming.get()

    def send(self, header: dict[str, Any], body: bytes = b"") -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        encoded = json.dumps({**header, "memory_kb": _peak_memory_kb()}).encode()
        self._socket.sendall(_LENGTHS.pack(len(encoded), len(body)) + encoded + body)

    def _read(self) -> None:
        while True:
            header_size, body_size = _LENGTHS.unpack(self._exactly(_LENGTHS.size))
            header = json.loads(self._exactly(header_size))
            self._incoming.put((header, self._exactly(body_size)))

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            try:
                part = self._socket.recv(min(size - len(data), 1 << 20))
            except OSError:
                part = b""
            if not part:
                os.killpg(os.getpid(), signal.SIGKILL)
            data += part
        return bytes(data)


def _peak_memory_kb() -> int:
    """The process's own peak; getrusage's on Linux begins with that of the process it was forked from."""
    try:
        with open("/proc/self/status", "rb") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(b"VmHWM:"))
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak // 1024 if sys.platform == "darwin" else peak


class _Function:
    """The loaded code: what the start frame asked for."""

    def __init__(self, start: dict[str, Any], requests: _RequestFilter) -> None:
        self._start = start
        self._requests = requests
        self.handler = _load(start["handler"])
        self.is_wsgi = start["wsgi"]
        self.initializer = _load(start["initializer"]) if start["initializer"] else None
        self.pre_stop = _load(start["pre_stop"]) if start["pre_stop"] else None

    def handle(self, event: bytes, context: _Record) -> object:
        return _call_wsgi(self.handler, event, context) if self.is_wsgi else self.handler(event, context)

    def context(self, request_id: str) -> _Record:
        """The context object of the declared runtime, as documented."""
        self._requests.request_id = request_id
        shape = self._start["context"]
        values = {key: _Record(**value) if isinstance(value, dict) else value for key, value in shape.items()}
        return _Record(request_id=request_id, logger=logging.getLogger(), **values)


def _load(name: str) -> Callable[..., Any]:
    module_name, _, attribute = name.rpartition(".")
    module = importlib.import_module(module_name.strip("./").replace("/", "."))
    if not hasattr(module, attribute):
        raise AttributeError(f"Handler '{attribute}' missing on module '{module_name}'")
    loaded: Callable[..., Any] = getattr(module, attribute)
    return loaded


def _encode(result: object) -> bytes:
    if isinstance(result, (bytes, bytearray)):
        return bytes(result)
    return result.encode() if isinstance(result, str) else json.dumps(result, ensure_ascii=False).encode()


def _call_wsgi(application: Callable[..., Any], event: bytes, context: _Record) -> dict[str, object]:
    """What a WSGI application answers, in the shape of an HTTP answer; `context` goes with the request."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []
    written = io.BytesIO()

    def start_response(
        status: str,
        headers: list[tuple[str, str]],
        exc_info: object = None,  # noqa: ARG001 - WSGI names it
    ) -> Callable[[bytes], int]:
        begun.append((status, headers))
        return written.write

    output = application(_environ(json.loads(event), context), start_response)
    try:
        parts = [output] if isinstance(output, (bytes, str)) else list(output)
    finally:
        if hasattr(output, "close"):
            output.close()
    if not begun:
        raise RuntimeError("the handler did not call start_response")
    status, lines = begun[-1]
    headers: dict[str, list[str]] = {}
    for name, value in lines:
        headers.setdefault(name, []).append(value)
    body = written.getvalue() + b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    answer = {"statusCode": int(status.split()[0]), "headers": headers}
    return {**answer, "isBase64Encoded": True, "body": base64.b64encode(body).decode()}


def _environ(request: dict[str, Any], context: Any) -> dict[str, Any]:
    """As the service's own runtime builds it, its server's name and all."""
    body = base64.b64decode(request["body"])
    headers = {name.lower(): ",".join(values) for name, values in request["headersMap"].items()}
    return {
        **os.environ,
        "HTTP": "on",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "FCRUNTIME",
        "SERVER_PORT": "9000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": "FCRUNTIME/1.0",
        "REQUEST_METHOD": request["method"],
        "PATH_INFO": request["path"],
        "QUERY_STRING": request["requestURI"].partition("?")[2],
        "REMOTE_ADDR": request["clientIP"],
        "CONTENT_TYPE": headers.pop("content-type", "application/octet-stream"),
        "CONTENT_LENGTH": str(len(body)),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
        "HTTP_X_FC_FUNCTION_HANDLER": context.function.handler,
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "fc.request_uri": request["requestURI"],
        "fc.context": context,
    }


def _describe(error: BaseException) -> bytes:
    """The documented body of an unhandled exception; the stack begins in the function's own code."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    own = [frame for frame in frames if not frame.filename.startswith("<frozen importlib")]
    stack = [
        [
            f'File "{frame.filename}"',
            f"line {frame.lineno}",
            f"in {frame.name}",
            linecache.getline(frame.filename, frame.lineno or 0).strip(),
        ]
        for frame in own
    ]
    body = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": stack}
    return json.dumps(body).encode()


def _guarded(call: Callable[[], object]) -> tuple[dict[str, Any], bytes]:
    began = time.perf_counter()
    try:
        header, body = {"ok": True}, _encode(call())
    except Exception as error:
        traceback.print_exc()
        header, body = {"ok": False}, _describe(error)
    return {**header, "duration_ms": (time.perf_counter() - began) * 1000}, body


def _log_to_stdout() -> _RequestFilter:
    requests = _RequestFilter()
    handler = logging.StreamHandler(sys.stdout)
    formatter = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(request_id)s [%(levelname)s] %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(requests)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)
    return requests


def _serve(frames: _Frames) -> None:
    start, _ = frames.next()
    sys.path[:0] = start["path"]
    requests = _log_to_stdout()
    loaded: list[_Function] = []
    frames.send(*_guarded(lambda: loaded.append(_Function(start, requests))))
    function = loaded[0] if loaded else None
    while function is not None:
        header, event = frames.next()
        context = function.context(header["request_id"])
        if header["op"] == "initialize" and function.initializer is not None:
            hook = function.initializer
            frames.send(*_guarded(lambda hook=hook, context=context: hook(context)))  # type: ignore[misc]
        elif header["op"] == "stop":
            if function.pre_stop is not None:
                _guarded(lambda context=context: function.pre_stop(context))  # type: ignore[misc]
            return
        else:
            frames.send(*_guarded(lambda event=event, context=context: function.handle(event, context)))  # type: ignore[misc]


def main() -> None:
    frames = _Frames(int(sys.argv[1]))
    frames.listen()
    status = 0
    try:
        _serve(frames)
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
