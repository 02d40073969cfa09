"""A storage bucket with the web client in it, at an origin of its own, as web/README.md says to deploy it."""

from __future__ import annotations

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

from alifakes.function_compute.static_files import StaticFiles
from alifakes.server import Request
from commands.web_client import HEADERS, WEB

HOST_SCRIPT = """
window.feedToken = async () => (await (await fetch("/token.json", { cache: "no-store" })).json()).token;
"""


class Bucket:
    """`tokens` are what the host application gives whoever asks, one after the other, the last ever again."""

    def __init__(self) -> None:
        self.tokens: list[str | None] = [None]
        self.asked = 0
        self._files: StaticFiles | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def deploy(self, folder: Path, api: str) -> None:
        """The client's files, changed as its README says: another API, a policy that names it, the host's script."""
        shutil.copytree(WEB, folder)
        (folder / "config.json").write_text(json.dumps({"api": api, "people": []}))
        (folder / "host.js").write_text(HOST_SCRIPT)
        page, app = folder / "index.html", '<script type="module" src="/app.js">'
        page.write_text(page.read_text().replace(app, f'<script src="/host.js"></script>{app}'))
        headers = json.loads(HEADERS.read_bytes())
        headers["Content-Security-Policy"] += f"; connect-src 'self' {api}"
        self._files = StaticFiles(folder, headers=headers, made={"/token.json": self._token})

    def _token(self) -> bytes:
        self.asked += 1
        return json.dumps({"token": self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bucket = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request("GET", self.path, headers, b"", "127.0.0.1")
                answer = bucket._files.answer(request) if bucket._files is not None else None
                self.send_response(404 if answer is None else answer.status)
                body = b"" if answer is None else answer.body
                for name, value in () if answer is None else answer.headers:
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        return Handler

    def __enter__(self) -> Bucket:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
