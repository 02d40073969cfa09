"""Recorded exchanges as text: a reader sees what was asked, a program gets the very bytes.

    == GetRow: a row that is there
    > 0a 05 70 6c 61 69 6e ...        ..plain ...
    < 0a 06 ...

`>` is the request's body, `<` the body of its answer; `! STATUS` stands before the body of a refusal. What follows two
spaces is for the reader only, and so is whatever stands before the first `==`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from alifakes.tablestore.actions.registry import ACTIONS
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.wire.responses import encode_error

OK = 200
_WIDTH = 24  # bytes a line
_TITLE = re.compile(r"== (\w+): (.+)")


class Exchange(NamedTuple):
    """One request and its answer; `what` tells a reader what the request is."""

    api: str
    what: str
    request: bytes
    status: int
    answer: bytes


def load(path: Path) -> list[Exchange]:
    return [_read(part) for part in path.read_text("utf-8").split("\n\n") if part.startswith("== ")]


def save(path: Path, head: str, exchanges: Iterable[Exchange]) -> None:
    parts = [head, *map(written, exchanges)]
    path.write_text("\n\n".join(parts) + "\n", "utf-8")


def replay(engine: Engine, api: str, request: bytes) -> tuple[int, bytes]:
    """Status and body of the answer to a request of which only the bytes are known."""
    try:
        return OK, ACTIONS[api](request).run(engine, frozenset()).body
    except OtsError as error:
        return error.status, encode_error(error)


def _read(part: str) -> Exchange:
    title, *lines = part.splitlines()
    found = _TITLE.fullmatch(title)
    assert found is not None, title
    sides = {">": b"", "<": b""}
    status = OK
    for line in lines:
        if line[0] == "!":
            status = int(line[1:])
        else:
            sides[line[0]] += bytes.fromhex(line[1:].strip().partition("  ")[0])
    return Exchange(found[1], found[2], sides[">"], status, sides["<"])


def written(exchange: Exchange) -> str:
    refusal = [] if exchange.status == OK else [f"! {exchange.status}"]
    sides = [*_dumped(">", exchange.request), *refusal, *_dumped("<", exchange.answer)]
    return "\n".join([f"== {exchange.api}: {exchange.what}", *sides])


def _dumped(side: str, body: bytes) -> list[str]:
    """No bytes are a line too: an empty body was sent, none is missing."""
    lines = [body[at : at + _WIDTH] for at in range(0, len(body), _WIDTH)] or [b""]
    return [f"{side} {line.hex(' '):{3 * _WIDTH}} {_legible(line)}".rstrip() for line in lines]


def _legible(line: bytes) -> str:
    return "".join(chr(byte) if 0x20 < byte < 0x7F else "." for byte in line)
