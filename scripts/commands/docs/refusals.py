"""The refusals of its own that an operation may answer with, found in the functions that it and they name."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, NamedTuple, cast

from feed.errors import FeedError


class Refusal(NamedTuple):
    """`code` is not the one that all of its status have."""

    status: int
    code: str


def refusals(operation: Callable[..., Any]) -> list[Refusal]:
    """What it says in errors' arguments and in classes of errors; whether it comes to that, nobody has looked."""
    found: set[Refusal] = set()
    seen: set[FunctionType] = set()
    left = [cast(FunctionType, operation)]
    while left:
        function = left.pop()
        if function not in seen:
            seen.add(function)
            raised, named = _look(function)
            found.update(raised)
            left += named
    return sorted(found)


@cache
def _look(function: FunctionType) -> tuple[tuple[Refusal, ...], tuple[FunctionType, ...]]:
    """What it raises, and which of our functions it names."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    module = sys.modules[function.__module__]
    objects = [_meant(node, module) for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute)]
    functions = (each for each in objects if isinstance(each, FunctionType) and each.__module__.startswith("feed."))
    return tuple(_raised(tree, module)), tuple(functions)


def _meant(node: ast.expr, module: ModuleType) -> object:
    """What `name` or `module.name` is; None for what only a running function knows."""
    if isinstance(node, ast.Name):
        return vars(module).get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = vars(module).get(node.value.id)
        return getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
    return None


def _raised(tree: ast.Module, module: ModuleType) -> Iterator[Refusal]:
    for node in ast.walk(tree):
        error = _meant(node.func, module) if isinstance(node, ast.Call) else None
        if not (isinstance(node, ast.Call) and isinstance(error, type) and issubclass(error, FeedError)):
            continue
        given = [word.value for word in node.keywords if word.arg == "code"]
        if given and isinstance(given[0], ast.Constant):
            yield Refusal(error.status, str(given[0].value))
        elif error.__module__ != FeedError.__module__ and "code" in vars(error):
            yield Refusal(error.status, error.code)
