"""Files beside the API on the public port: what a storage bucket or a CDN would serve in a deployment."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote

from alifakes.server import Request, Response

INDEX = "index.html"
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml"}
"""What a page needs, whatever the machine's own table of types says."""


class StaticFiles:
    """Answers paths that no function has; GET and HEAD, with an ETag to ask again by.

    A browser that goes to a path without a file gets `index.html`, whose scripts know the path (OSS does so with an
    error document of status 200), except at `api` (`/v1`) and below. `headers` go out with every file; `made` maps
    paths to what is made when asked for, in the place of a file.
    """

    def __init__(
        self,
        folder: Path,
        *,
        headers: Mapping[str, str] | None = None,
        made: Mapping[str, Callable[[], bytes]] | None = None,
        api: str | None = None,
    ) -> None:
        self._folder = folder.resolve()
        self._headers = [(name.lower(), value) for name, value in (headers or {}).items()]
        self._made = made or {}
        self._api = api

    def answer(self, request: Request) -> Response | None:
        """None where there is nothing."""
        path = request.target.partition("?")[0]
        found = self._find(path)
        if found is None and request.method in ("GET", "HEAD") and self._is_visit(path, request):
            found = self._find(f"/{INDEX}")
        if found is None:
            return None
        if request.method not in ("GET", "HEAD"):
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, [("allow", "GET, HEAD")])
        body, name = found
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = [*self._headers, ("etag", tag), ("cache-control", "no-cache")]
        if tag in request.headers.get("if-none-match", ""):
            return Response(HTTPStatus.NOT_MODIFIED, headers)
        return Response(HTTPStatus.OK, [*headers, ("content-type", _type(name))], body)

    def _find(self, path: str) -> tuple[bytes, str] | None:
        """A file's bytes and its name; nothing outside the folder, and nothing hidden in it."""
        if path in self._made:
            return self._made[path](), path
        segments = unquote(path).removeprefix("/").split("/")
        if any(segment.startswith(".") or set(segment) & set("\\\0") for segment in segments):
            return None
        file = self._folder.joinpath(*segments, *([INDEX] if segments == [""] else [])).resolve()
        if not file.is_relative_to(self._folder) or not file.is_file():
            return None
        return file.read_bytes(), file.name

    def _is_visit(self, path: str, request: Request) -> bool:
        """Whether a person opens an address, rather than a page one of its files."""
        path = unquote(path)
        if self._api is not None and f"{path}/".startswith(f"{self._api}/"):
            return False
        return "text/html" in request.headers.get("accept", "") and "." not in path


def _type(name: str) -> str:
    kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
