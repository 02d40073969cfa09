"""The public port: finds whom a request is for, by the host's name or by the path."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from urllib.parse import unquote

from alifakes.function_compute import events
from alifakes.function_compute.model import Project
from alifakes.function_compute.routes import Routes, Target, trigger_targets
from alifakes.function_compute.static_files import StaticFiles
from alifakes.function_compute.triggers.http import HttpTriggers
from alifakes.server import Request, Response

_OTHERS = ("/_console/", "/_fake/")
_ELSEWHERE = "There is nothing at {}: the console and /_fake/ are on a port of their own, that of the invoke API."


class Gateway:
    """Answers every request of the public port.

    In the service each trigger has a host of its own; here it is `<function>.localhost`, for one of FC 2.0
    `<function>.<service>.localhost`. Under any other name the port is the API gateway of the routes, and what has
    none is looked for among the static files, but for what the invoke API's port has.
    """

    def __init__(
        self, project: Project, routes: Routes, triggers: HttpTriggers, static: StaticFiles | None = None
    ) -> None:
        self._routes = routes
        self._triggers = triggers
        self._static = static
        self._hosts = {
            ".".join(part for part in (function.name, function.service, "localhost") if part).lower(): targets
            for function in project.functions
            if (targets := trigger_targets(function))
        }

    async def handle(self, request: Request) -> Response:
        request_id = str(uuid.uuid4())
        path = request.target.partition("?")[0]
        found = self._find(request, path)
        if found is None:
            if f"{unquote(path)}/".startswith(_OTHERS):
                return events.json_error(404, "not_found", _ELSEWHERE.format(path), request_id)
            file = self._static.answer(request) if self._static is not None else None
            if file is not None:
                return file
            return events.json_error(404, "not_found", f"There is nothing at {path}.", request_id)
        targets, parameters = found
        target = targets.get(request.method)
        if target is None:
            allowed = ", ".join(targets)
            message = f"{path} allows {allowed}, not {request.method}."
            return events.json_error(405, "method_not_allowed", message, request_id, ("allow", allowed))
        call = events.HttpCall(request, request_id, datetime.now(timezone.utc), parameters)
        return await self._triggers.answer(target, call)

    def _find(self, request: Request, path: str) -> tuple[Mapping[str, Target], Mapping[str, str]] | None:
        host = request.headers.get("host", "").partition(":")[0].lower()
        return (self._hosts[host], {}) if host in self._hosts else self._routes.find(path)
