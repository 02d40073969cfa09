# ruff: noqa: ARG001 - handlers take what the runtime passes
"""Functions that show what they were given, or misbehave, on request."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Protocol


class Credentials(Protocol):
    access_key_id: str
    access_key_secret: str
    security_token: str


class Context(Protocol):
    """What the handlers below use of the runtime's context."""

    request_id: str
    logger: logging.Logger
    credentials: Credentials


served = 0
initialized = 0


def initializer(context: Context) -> None:
    global initialized
    initialized += 1


def failing_initializer(context: Context) -> None:
    raise RuntimeError("no database")


def pre_stop(context: Context) -> None:
    Path(os.environ["STOP_FILE"]).write_text("stopped")


def echo(event: bytes, context: Context) -> bytes:
    return event


def show(event: bytes, context: Context) -> dict[str, object]:
    """Context, environment, path, counters."""
    global served
    served += 1
    seen: dict[str, object] = {}
    for name in sorted(vars(context)):
        value = getattr(context, name)
        if name != "logger":
            seen[name] = vars(value) if hasattr(value, "__dict__") else value
    return {
        "context": seen,
        "environment": dict(os.environ),
        "path": sys.path,
        "cwd": os.getcwd(),
        "served": served,
        "initialized": initialized,
        "pid": os.getpid(),
    }


def act(event: bytes, context: Context) -> object:
    """Does what the event's `do` says."""
    order = json.loads(event)
    what = order["do"]
    if what == "raise":
        raise ValueError(order["text"])
    if what == "exit":
        sys.exit(3)
    if what == "die":
        os.kill(os.getpid(), 9)
    if what == "die-later":
        import threading

        def exit_when_told() -> None:
            while not Path(order["file"]).exists():
                time.sleep(0.005)
            os._exit(1)

        threading.Thread(target=exit_when_told).start()
        return {"pid": os.getpid()}
    if what == "loop":
        while True:
            pass
    if what == "sleep":
        time.sleep(order["seconds"])
    if what == "print":
        print(order["text"])
        context.logger.warning("from the logger")
        print("to stderr", file=sys.stderr)
        print("no newline", end="")
    if what == "flood":
        while True:
            sys.stdout.write("a short line\n" * 5000)
    if what == "import":
        __import__(order["module"])
    if what == "spawn":
        import subprocess

        return {"pid": subprocess.Popen(["sleep", "600"]).pid}
    if what == "return":
        return order["value"]
    if what == "hog":
        held = bytearray(order["megabytes"] << 20)
        held[::4096] = b"x" * len(held[::4096])
        time.sleep(order["seconds"])
    if what in ("fork-hogs", "fork-sharers"):
        fork(order, shared=what == "fork-sharers")
    if what == "fail-until":
        marker = Path(order["file"])
        tries = int(marker.read_text()) + 1 if marker.exists() else 1
        marker.write_text(str(tries))
        if tries < order["tries"]:
            raise RuntimeError(f"try {tries}")
    return "done"


def fork(order: dict[str, int], *, shared: bool) -> None:
    """Holds memory, before forking or in each fork, for some seconds."""
    held = bytearray(order["megabytes"] << 20) if shared else bytearray()
    children = []
    for _ in range(order["processes"]):
        child = os.fork()
        if child == 0:
            held = held or bytearray(order["megabytes"] << 20)
            time.sleep(order["seconds"])
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def shadow(event: bytes, context: Context) -> dict[str, str]:
    """Where each module was found; they exist in the layers alone."""
    return {name: import_module(name).WHERE for name in ("shared", "only_second")}


def web(event: bytes, context: Context) -> dict[str, object]:
    """Answers with what came in."""
    request = json.loads(event)
    return {
        "statusCode": 201,
        "headers": {"X-Sample": "yes", "Content-Type": "application/json"},
        "body": json.dumps(request),
    }


def plain(event: bytes, context: Context) -> str:
    return "just text"


def raw(event: bytes, context: Context) -> object:
    """Returns the request's own body as its answer, as it is."""
    return json.loads(event)["body"]


def broken(event: bytes, context: Context) -> None:
    raise RuntimeError("a secret of the function")


def gate(event: bytes, context: Context) -> str:
    """Leaves a mark beside the file that the request's body names, and waits until that file is there."""
    file = Path(json.loads(event)["body"])
    file.with_name(f"{file.name}.{context.request_id}").touch()
    while not file.exists():
        time.sleep(0.005)
    return "open"


def remember(event: bytes, context: Context) -> None:
    """Appends the event, the result of another function, to the file that this one's own event named."""
    file = json.loads(json.loads(event)["requestPayload"])["file"]
    with open(file, "ab") as lines:
        lines.write(event + b"\n")


def tally(event: bytes, context: Context) -> None:
    """Dies the first time where told to, and otherwise leaves its number in a folder."""
    order = json.loads(event)
    number = Path(order["folder"]) / str(order["number"])
    died = number.with_suffix(".died")
    if order["dies"] and not died.exists():
        died.touch()
        os.kill(os.getpid(), 9)
    number.touch()


def chain(event: bytes, context: Context) -> None:
    """Invokes its successor with the SDK, until nothing is left."""
    import fc2

    order = json.loads(event)
    with open(order["file"], "a") as lines:
        lines.write(f"{order['left']}\n")
    if order["left"] > 0:
        keys = context.credentials
        client = fc2.Client(
            endpoint=os.environ["ENDPOINT"],
            accessKeyID=keys.access_key_id,
            accessKeySecret=keys.access_key_secret,
            securityToken=keys.security_token,
        )
        successor = json.dumps({**order, "left": order["left"] - 1}).encode()
        client.invoke_function("sample", "chain", successor, headers={"x-fc-invocation-type": "Async"})
