"""The emulator as a whole: two ports, one event loop in a thread of its own, and the processes of the functions."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, TextIO, TypeVar

from alifakes.console.app import PREFIX, Console, ConsoleOptions
from alifakes.console.local import Runtime
from alifakes.console.recording import Recording
from alifakes.function_compute import events
from alifakes.function_compute.clock import Clock
from alifakes.function_compute.control import Control, LogEntry
from alifakes.function_compute.destinations import Destinations
from alifakes.function_compute.gateway import Gateway
from alifakes.function_compute.invocations import Invocation, Invocations
from alifakes.function_compute.invoke_api import SYNC_PAYLOAD_LIMIT, InvokeApi, too_large
from alifakes.function_compute.model import Project, ProjectError
from alifakes.function_compute.project import read_project
from alifakes.function_compute.routes import Routes
from alifakes.function_compute.sandbox.environment import surroundings
from alifakes.function_compute.sandbox.pool import MAX_WAITING, Pool
from alifakes.function_compute.static_files import StaticFiles
from alifakes.function_compute.triggers.http import HttpTriggers
from alifakes.function_compute.triggers.timers import Timers
from alifakes.server import Handler, HttpServer, Request, Response

Env = Mapping[str, str] | Callable[[str, str], Mapping[str, str]]
LOG_LINES_KEPT = 10_000
_T = TypeVar("_T")


class FunctionComputeFake:
    """Runs the functions of a project file between `start()` and `stop()`, or inside a `with`.

    `env` answers the file's `${env()}`; when it is a function it is called with the invoke endpoint and the public one,
    known only once the ports are open. `layers` maps names to folders or zips (`{runtime}` in a path stands for the
    function's), `interpreters` runtimes to commands (default: the declared Python, where it is installed and the layers
    allow it), `routes` is an OpenAPI file or document for the public port, `static` are files beside its routes.
    `log_file` (a path or an open stream) takes what functions print, `on_line` a line per invocation. `max_body` is the
    public port's limit in bytes. `clock` is the time of timers, retries and maximum ages. `console` says what
    the console at /_console of the invoke port needs to know; without it, there is none.
    """

    def __init__(
        self,
        project_file: str | Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        api_port: int | None = None,
        env: Env | None = None,
        layers: Mapping[str, Path] | None = None,
        routes: str | Path | Mapping[str, Any] | None = None,
        static: StaticFiles | None = None,
        interpreters: Mapping[str, str] | None = None,
        log_file: str | Path | TextIO | None = None,
        max_instances: int = 4,
        max_waiting: int = MAX_WAITING,
        max_body: int = SYNC_PAYLOAD_LIMIT,
        timers: bool = True,
        retry_base_s: float = 1.0,
        clock: Clock | None = None,
        on_line: Callable[[str], None] | None = None,
        console: ConsoleOptions | None = None,
    ) -> None:
        self.notes: list[str] = []
        self._project_file = Path(project_file)
        self._env = env
        self._layers = layers or {}
        self._routes = routes
        self._static = static
        self._interpreters = interpreters or {}
        self._log_file = log_file
        self._log_stream: TextIO | None = None
        self._max_instances = max_instances
        self._max_waiting = max_waiting
        self._run_timers = timers
        self._retry_base_s = retry_base_s
        self._clock = clock or Clock()
        self._log_lines: deque[LogEntry] = deque(maxlen=LOG_LINES_KEPT)
        self._on_line = on_line
        self._console_options = console
        self._console: Console | None = None
        self._recording: Recording | None = None
        self._home: TemporaryDirectory[str] | None = None
        self._pools: dict[str, Pool] = {}
        self._invocations: Invocations | None = None
        self._timers: Timers | None = None
        self._control_server = HttpServer(
            _not_ready, host=host, port=port, max_body=SYNC_PAYLOAD_LIMIT, too_large=too_large
        )
        self._api_server = HttpServer(
            _not_ready,
            host=host,
            port=api_port or 0,
            max_body=max_body,
            too_large=_request_too_large,
            bad_target=_bad_target,
        )

    @property
    def endpoint(self) -> str:
        """Where SDKs and /_fake/ calls go."""
        return self._control_server.endpoint

    @property
    def console(self) -> str | None:
        """The console's address, None without one."""
        return None if self._console is None else f"{self.endpoint}{PREFIX}/"

    @property
    def api_endpoint(self) -> str:
        """Where the project's users go."""
        return self._api_server.endpoint

    def start(self) -> None:
        """Opens the ports, then reads the project; raises OSError or ProjectError and leaves nothing behind."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="function-compute", daemon=True)
        self._thread.start()
        try:
            self._call(self._open())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends timers, queue and every process, then closes the ports."""
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        if self._log_stream is not None and self._log_stream is not self._log_file:
            self._log_stream.close()
        self._log_stream = None

    def __enter__(self) -> FunctionComputeFake:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _call(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open(self) -> None:
        await self._control_server.start()
        await self._api_server.start()
        env = self._env(self.endpoint, self.api_endpoint) if callable(self._env) else self._env or {}
        project = read_project(self._project_file, env)
        self._home = TemporaryDirectory(prefix="alifakes-", ignore_cleanup_errors=True)
        surrounded, notes = surroundings(project, self._layers, self._interpreters, Path(self._home.name))
        destinations = Destinations(project)
        self.notes = [*project.notes, *notes, *destinations.notes]
        routes = self._read_routes(project)
        if isinstance(self._log_file, str | Path):
            self._log_stream = Path(self._log_file).open("a", encoding="utf-8")  # noqa: SIM115 - closed by stop()
        else:
            self._log_stream = self._log_file
        self._pools = {
            address: Pool(
                around,
                self._log,
                max_instances=min(self._max_instances, around.function.reserved or self._max_instances),
                max_waiting=self._max_waiting,
            )
            for address, around in surrounded.items()
        }
        if self._console_options is not None:
            self._recording = Recording(project.by_address())
        self._invocations = Invocations(
            self._pools,
            self._print,
            destinations=destinations,
            retry_base_s=self._retry_base_s,
            sleep=self._clock.sleep,
            now=self._clock.seconds,
            watcher=self._recording,
        )
        self._timers = Timers(project, self._invocations, now=self._clock.now, sleep=self._clock.sleep)
        if self._run_timers:
            self._timers.start()
        self._open_console(Runtime(project, self._invocations, destinations, self._timers, self._clock))
        control = Control(project, self._invocations, destinations, self._timers, self._clock, self._log_lines)
        triggers = HttpTriggers(self._invocations)
        api = InvokeApi(project, self._invocations, triggers)
        self._control_server.handler = self._doors(control, api)
        self._api_server.handler = Gateway(project, routes, triggers, self._static).handle

    def _open_console(self, runtime: Runtime) -> None:
        if self._console_options is None or self._recording is None:
            return
        try:
            self._console = Console(self._console_options, self._recording, runtime)
        except ValueError as error:
            raise ProjectError(str(error)) from None
        self._console.start()

    def _doors(self, control: Control, api: InvokeApi) -> Handler:
        console = self._console

        def handle(request: Request) -> Response | Awaitable[Response]:
            if request.target.startswith("/_fake/"):
                return control.handle(request)
            if console is not None and request.target.startswith(PREFIX):
                return console.handle(request)
            if console is not None and _is_visit(request):
                return Response(302, [("location", f"{PREFIX}/")])
            return api.handle(request)

        return handle

    def _read_routes(self, project: Project) -> Routes:
        if self._routes is None:
            return Routes({"paths": {}}, project)
        if isinstance(self._routes, Mapping):
            return Routes(self._routes, project)
        return Routes.read(Path(self._routes), project)

    async def _close(self) -> None:
        await self._control_server.stop()
        await self._api_server.stop()
        if self._console is not None:
            await self._console.stop()
        if self._timers is not None:
            await self._timers.stop()
        if self._invocations is not None:
            await self._invocations.stop()
        await asyncio.gather(*(pool.stop() for pool in self._pools.values()))
        if self._home is not None:
            self._home.cleanup()

    def _log(self, function: str, request_id: str, instance_id: str, line: str) -> None:
        self._log_lines.append((function, request_id, line))
        if self._recording is not None:
            self._recording.printed(instance_id, line)
        if self._log_stream is not None:
            self._log_stream.write(f"{datetime.now():%H:%M:%S}  {function}  {request_id}  {line}\n")
            self._log_stream.flush()

    def _print(self, invocation: Invocation) -> None:
        if self._on_line is not None:
            self._on_line(f"{datetime.now():%H:%M:%S}  {invocation.line()}")


def _not_ready(request: Request) -> Response:
    return events.json_error(503, "starting", f"The emulator is not ready for {request.method} yet.", str(uuid.uuid4()))


def _is_visit(request: Request) -> bool:
    """Whether a person opens the port's address in a browser."""
    return request.method == "GET" and request.target == "/" and "text/html" in request.headers.get("accept", "")


def _bad_target() -> Response:
    message = "The path and the query of a request must be ASCII: anything else is to be percent-encoded."
    return events.json_error(400, "bad_request", message, str(uuid.uuid4()))


def _request_too_large() -> Response:
    return events.json_error(413, "too_large", "The request's body is too large.", str(uuid.uuid4()))
