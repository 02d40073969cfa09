"""The files of the console's page, read once, with the headers that let a browser run them and nothing else."""

from __future__ import annotations

from importlib.resources import files

from alifakes.server import Response

_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("cache-control", "no-store"),
    ("content-security-policy", _POLICY),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
)


class Pages:
    """By name below the console's address; "" is the page itself."""

    def __init__(self) -> None:
        root = files("alifakes.console") / "static"
        self._files = {
            name: folder.joinpath(name.rpartition("/")[2]).read_bytes()
            for prefix, folder in (("", root), ("parts/", root / "parts"), ("vendor/", root / "vendor"))
            for name in (prefix + each.name for each in folder.iterdir() if each.is_file())
            if name.rpartition(".")[2] in _TYPES
        }

    def answer(self, name: str) -> Response | None:
        name = name or "index.html"
        body = self._files.get(name)
        if body is None:
            return None
        return Response(200, [("content-type", _TYPES[name.rpartition(".")[2]]), *HEADERS], body)
