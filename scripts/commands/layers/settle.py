"""Writes bytecode again so that the same code gives the same bytes: `python settle.py FOLDER`, with who compiled it.

The compiler marks a name for sharing if anything in its process holds that name, which is a matter of luck
(https://github.com/python/cpython/issues/78274). Here each name is held, so that each is marked.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

HEADER = 16


def names(value: Any) -> Iterator[str]:
    """Every string in a code object or a constant, as often as it is there."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (tuple, frozenset)):
        for each in value:
            yield from names(each)
    elif isinstance(value, CodeType):
        held = (value.co_names, value.co_varnames, value.co_cellvars, value.co_freevars, value.co_consts)
        yield from names((*held, value.co_name, value.co_filename, getattr(value, "co_qualname", "")))


def settled(bytecode: bytes) -> bytes:
    code = marshal.loads(bytecode[HEADER:])
    held = list(names(code))
    again = bytecode[:HEADER] + marshal.dumps(code)
    del held  # no sooner: it is what marks the names
    return again


if __name__ == "__main__":
    for path in Path(sys.argv[1]).rglob("*.pyc"):
        path.write_bytes(settled(path.read_bytes()))
