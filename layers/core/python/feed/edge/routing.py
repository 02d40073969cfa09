"""Which route of a function answers a method and a path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from feed.errors import MethodNotAllowed, NotFound

if TYPE_CHECKING:
    from pydantic import BaseModel

    from feed.call import Call
    from feed.operations._raw import RawAnswer, RawRequest
    from feed.wiring import World

Operation = Callable[[Any, "Call", "World"], "BaseModel | None"]

WITH_BODY = ("POST", "PUT", "PATCH")
DRY_RUN = "dry_run"
"""The query's name for a request that is to be priced, and not done."""


@dataclass(frozen=True)
class Address:
    """`path` is a template like `/v1/follows/{author_id}`."""

    method: str
    path: str

    @property
    def path_names(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


@dataclass(frozen=True)
class Route(Address):
    """One line of the API's table; `max_body` is in bytes.

    `module` holds the operation, as Request and run, and is imported when it is first asked for: a cold start makes the
    models of one operation, not of all that the function offers. The fields of Request come from the path, from the
    `Idempotency-Key` header, and the rest from the JSON body of POST, PUT and PATCH or from the query of every other
    method. An operation that returns None answers 204. `budget` names the budget that a call is counted against
    (domain.budgets), or says by its request which one; None is not counted. `scope` is a word that the caller's token
    must hold. `dry_run` answers in this route's place where the query says `dry_run=true`.
    """

    module: str
    signed_in: bool = False
    status: int = 200
    max_body: int = 64 * 1024
    budget: str | Callable[[Any], str] | None = None
    scope: str = ""
    dry_run: Route | None = None

    @property
    def request_model(self) -> type[BaseModel]:
        model: type[BaseModel] = import_module(self.module).Request
        return model

    @property
    def operation(self) -> Operation:
        run: Operation = import_module(self.module).run
        return run

    def budget_of(self, request: BaseModel) -> str:
        assert self.budget is not None, "the route must have a budget"
        return self.budget if isinstance(self.budget, str) else self.budget(request)


@dataclass(frozen=True)
class RawRoute(Address):
    """A route that speaks no JSON of ours: the operation sees the request as it came; `gives` is a media type."""

    operation: Callable[[RawRequest, Call, World], RawAnswer]
    gives: str


AnyAddress = TypeVar("AnyAddress", bound=Address)


def find(routes: Sequence[AnyAddress], method: str, path: str) -> tuple[AnyAddress, dict[str, str]]:
    """The one that answers, and the path's values. Raises NotFound, MethodNotAllowed."""
    matches = at(routes, path)
    allowed = [(route, values) for route, values in matches if route.method == method]
    if not allowed:
        methods = sorted({route.method for route, _ in matches})
        raise MethodNotAllowed(f"This address takes {' and '.join(methods)} only.", headers=allow(matches))
    return allowed[0]


def at(routes: Sequence[AnyAddress], path: str) -> list[tuple[AnyAddress, dict[str, str]]]:
    """Those of any method of the template with the fewest parameters, with the path's values. Raises NotFound."""
    matches = [(route, values) for route in routes if (values := _values(route.path, path)) is not None]
    if not matches:
        raise NotFound("There is no such address.")
    fewest = min(len(values) for _, values in matches)
    return [match for match in matches if len(match[1]) == fewest]


def allow(matches: Iterable[tuple[Address, Mapping[str, str]]]) -> dict[str, str]:
    return {"allow": ", ".join(sorted({"OPTIONS", *(route.method for route, _ in matches)}))}


def _values(template: str, path: str) -> dict[str, str] | None:
    wanted, given = template.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    values = {}
    for want, got in zip(wanted, given, strict=True):
        if want.startswith("{") and got:
            values[want[1:-1]] = got
        elif want != got:
            return None
    return values
