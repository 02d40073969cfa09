"""The console as one object: records what runs, follows Tablestore's log, answers the browser below /_console."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path

from alifakes.console.api import Api
from alifakes.console.costs import Prices
from alifakes.console.follower import Follower
from alifakes.console.guard import refusal
from alifakes.console.live import MOST_WATCHERS, Live
from alifakes.console.local import Local, Runtime
from alifakes.console.pages import HEADERS, Pages
from alifakes.console.recording import Recording
from alifakes.console.remote import Remote
from alifakes.server import Request, Response

PREFIX = "/_console"


@dataclass(frozen=True)
class ConsoleOptions:
    """Where the other emulators are that functions use, and the file of prices; None for what there is not."""

    tablestore: str | None = None
    alipay: str | None = None
    prices: Path | None = None


class Console:
    """Belongs to the event loop of the emulator that it is part of; raises ValueError for what options name."""

    def __init__(self, options: ConsoleOptions, recording: Recording, runtime: Runtime) -> None:
        endpoints = {"tablestore": options.tablestore, "alipay": options.alipay}
        self._remotes = {name: Remote(name, endpoint) for name, endpoint in endpoints.items() if endpoint}
        self._recording = recording
        tablestore = self._remotes.get("tablestore")
        self._follower = Follower(tablestore, recording) if tablestore is not None else None
        prices = Prices.load(options.prices) if options.prices is not None else None
        self._api = Api(recording, Local(runtime, recording), self._remotes, self._follower, prices)
        self._live = Live(recording, self._status)
        self._pages = Pages()

    def start(self) -> None:
        if self._follower is not None:
            self._follower.start()

    async def stop(self) -> None:
        if self._follower is not None:
            await self._follower.stop()
        for remote in self._remotes.values():
            await remote.close()

    def handle(self, request: Request) -> Response | Awaitable[Response]:
        """A request below PREFIX."""
        refused = refusal(request)
        if refused is not None:
            return Response(403, [("content-type", "text/plain; charset=utf-8"), *HEADERS], refused.encode())
        path = request.target.partition("?")[0].removeprefix(PREFIX)
        if not path:
            return Response(308, [("location", f"{PREFIX}/"), *HEADERS])
        name = path.removeprefix("/")
        if name == "api/events" and request.method == "GET":
            return self._events()
        if name.startswith("api/"):
            return self._api.answer(request, name.removeprefix("api/"))
        page = self._pages.answer(name) if request.method in ("GET", "HEAD") else None
        return page or Response(404, list(HEADERS))

    def _events(self) -> Response:
        if self._live.watchers >= MOST_WATCHERS:
            return Response(503, list(HEADERS))
        kind = ("content-type", "text/event-stream; charset=utf-8")
        return Response(200, [kind, *HEADERS], stream=self._live.events())

    def _status(self) -> dict[str, object]:
        recording, follower = self._recording, self._follower
        return {
            "kept": len(recording.records),
            "forgotten": recording.forgotten,
            "waiting": len(recording.waiting),
            "held": recording.held,
            "lost": follower.lost if follower else 0,
            "problem": follower.problem if follower else "",
        }
