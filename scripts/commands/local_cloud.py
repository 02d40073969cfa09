"""The local cloud as one object: the fakes of Tablestore, Alipay and Function Compute, tables, the API in front."""

from __future__ import annotations

import fcntl
import json
import os
import site
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, TextIO

from alifakes.alipay.app import AlipayFake
from alifakes.console.app import ConsoleOptions
from alifakes.function_compute.app import FunctionComputeFake
from alifakes.function_compute.model import Project, ProjectError
from alifakes.function_compute.project import read_project
from alifakes.function_compute.static_files import StaticFiles
from commands.local_alipay import local_keys, merchant_variables
from commands.running import ACCESS_KEY, INSTANCE, ROOT, SECRET, Running
from commands.tablestore_process import CannotStart, TablestoreProcess
from commands.token import AUDIENCE, ISSUER, local_jwks, sign
from feed.observability import quiet_sdks
from feed.store.schema import TABLES

Edition = Literal["fc3", "fc2"]
PROJECT_FILES: dict[Edition, Path] = {"fc3": ROOT / "s.yaml", "fc2": ROOT / "s.fc2.yaml"}
DATA_FILES = ("tablestore.db", "tablestore.db-wal", "tablestore.db-shm", "functions.log", "demo.json")
ROUTES = ROOT / "openapi.json"
BUILT_LAYERS = ROOT / "dist" / "layers"
LOCK = ROOT / "requirements.lock"


def third_parties(project: Project, say: Callable[[str], None]) -> dict[str, Path]:
    """What scripts/build_layers has made since the lock changed; where that is not all, what is installed here."""
    used = {(layer, each.runtime) for each in project.functions for layer in each.layers if layer != "feed-core"}
    archives = [BUILT_LAYERS / f"{layer}-{runtime}.zip" for layer, runtime in used]
    if all(file.exists() and file.stat().st_mtime >= LOCK.stat().st_mtime for file in archives):
        return {layer: BUILT_LAYERS / f"{layer}-{{runtime}}.zip" for layer, _ in used}
    say("note: functions see the packages installed here; scripts/build_layers makes the layers to be deployed.")
    return {layer: Path(site.getsitepackages()[0]) for layer, _ in used}


def taken(port: int) -> str | None:
    """Why this machine's port cannot be listened on; None where it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.strerror or str(error)
    return None


def _silent(_line: str) -> None:
    pass


def deployment_variables(ots_endpoint: str, fc_endpoint: str, api: str, alipay: str) -> dict[str, str]:
    """What a deployment would set; edition 1.0.0 knows no defaults, so everything is here. `alipay` is the gateway."""
    return {
        "FEED_REGION": "cn-hangzhou",
        "FEED_ACCOUNT": "1000000000000000",
        "FEED_ROLE": "acs:ram::1000000000000000:role/feed",
        "FEED_CORE_LAYER": "1",
        "FEED_VENDOR_LAYER": "1",
        "FEED_ALIPAY_LAYER": "1",
        "FEED_TRAIN_LAYER": "1",
        "OTS_ENDPOINT": ots_endpoint,
        "OTS_INSTANCE": INSTANCE,
        "FEED_FC_ENDPOINT": fc_endpoint,
        "FEED_JWKS": local_jwks(),
        "FEED_JWT_ISSUER": ISSUER,
        "FEED_JWT_AUDIENCE": AUDIENCE,
        "FEED_FANOUT_BATCH_FOLLOWERS": "20000",
        "FEED_FANOUT_WIDTH": "64",
        "FEED_PULL_FOLLOWERS": "0",
        "FEED_ACT_WEIGHTS": "",
        "FEED_BUDGETS": "",
        "FEED_CORS_ORIGINS": "",
        "FEED_WEB_CLIENT": "",
        "FEED_TRAIN_WINDOW_DAYS": "90",
        "FEED_TRAIN_HALF_LIFE_DAYS": "60",
        "FEED_TRAIN_NEIGHBORS": "100",
        "FEED_TRAIN_MOST_ACTS": "20000000",
        **merchant_variables(api, alipay, local_keys()),
    }


class LocalCloud:
    """Runs between `start()` and `stop()`, or inside a `with`; raises CannotStart and leaves nothing behind.

    `data` is the folder of the database and of the functions' log, None keeps rows in memory and no log; `fresh`
    forgets what is in it. `static` is served beside the API. `env` overrides what the project file asks for by
    `${env()}`. `on_line` is told every invocation, `say` the progress. With `prices` there is a
    console, which uses them, at `console_port`. Port 0 is any that is free.
    """

    def __init__(
        self,
        *,
        edition: Edition = "fc3",
        data: Path | None = None,
        fresh: bool = False,
        port: int = 0,
        console_port: int = 0,
        static: StaticFiles | None = None,
        env: Mapping[str, str] | None = None,
        index_lag_ms: int = 0,
        timers: bool = True,
        max_instances: int = 4,
        project_file: Path | None = None,
        prices: Path | None = None,
        on_line: Callable[[str], None] = _silent,
        say: Callable[[str], None] = _silent,
    ) -> None:
        self.edition = edition
        self.tables_created = False
        self.data = data
        self._fresh = fresh
        self._lock: TextIO | None = None
        self._port = port
        self._console_port = console_port
        self._static = static
        self._env = dict(env or {})
        self._index_lag_ms = index_lag_ms
        self._timers = timers
        self._max_instances = max_instances
        self._project_file = project_file or PROJECT_FILES[edition]
        self._prices = prices
        self._on_line = on_line
        self._say = say
        self._tablestore: TablestoreProcess | None = None
        self._alipay: AlipayFake | None = None
        self._functions: FunctionComputeFake | None = None

    @property
    def api(self) -> str:
        assert self._functions is not None, "the local cloud must have been started"
        return self._functions.api_endpoint

    @property
    def fc_endpoint(self) -> str:
        assert self._functions is not None, "the local cloud must have been started"
        return self._functions.endpoint

    @property
    def console(self) -> str | None:
        """The console's address."""
        assert self._functions is not None, "the local cloud must have been started"
        return self._functions.console

    @property
    def ots_endpoint(self) -> str:
        assert self._tablestore is not None, "the local cloud must have been started"
        return self._tablestore.endpoint

    @property
    def alipay(self) -> AlipayFake:
        assert self._alipay is not None, "the local cloud must have been started"
        return self._alipay

    def running(self) -> Running:
        return Running(os.getpid(), self.edition, self.api, self.ots_endpoint, self.fc_endpoint, self.alipay.gateway)

    def token(self, user_id: int) -> str:
        """A token that this cloud's functions accept."""
        return sign(user_id)

    def check_health(self) -> None:
        """Raise CannotStart when something that the functions need has died."""
        if self._tablestore is None or not self._tablestore.alive():
            raise CannotStart("The Tablestore fake has ended; start the local cloud again.")

    def wait_idle(self, seconds: float = 30) -> None:
        """Return when no asynchronous invocation is queued, running or to be retried; raises TimeoutError."""
        url = f"{self.fc_endpoint}/_fake/idle?timeout_ms={int(seconds * 1000)}"
        try:
            urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=seconds + 5).close()
        except urllib.error.HTTPError as error:
            raise TimeoutError(json.loads(error.read())["error"]) from None

    def invocations(self, function: str) -> int:
        """How often a function has been invoked since the start."""
        with urllib.request.urlopen(f"{self.fc_endpoint}/_fake/invocations?function={function}", timeout=10) as answer:
            return len(json.loads(answer.read())["invocations"])

    def check(self) -> None:
        """Raise CannotStart, before anything is touched, where a port is taken or the project file is wrong."""
        for port in filter(None, (self._port, self._console_port)):
            reason = taken(port)
            if reason:
                raise CannotStart(f"Port {port} cannot be listened on: {reason}.")
        self._read()

    def _read(self) -> Project:
        try:
            return read_project(self._project_file, self._variables(*["http://127.0.0.1"] * 4))
        except ProjectError as error:
            raise CannotStart(str(error)) from None

    def start(self) -> None:
        self.check()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        quiet_sdks()
        from commands import table_admin

        self._say("Tablestore: starting")
        if self.data is not None:
            self._take(self.data)
        self._tablestore = TablestoreProcess(self.data and self.data / "tablestore.db", self._index_lag_ms)
        client = table_admin.open_client(self.ots_endpoint, INSTANCE, ACCESS_KEY, SECRET)
        try:
            self.tables_created = table_admin.create(client, _silent)
        except table_admin.Refused as refused:
            raise CannotStart(f"{refused} scripts/dev --fresh starts with an empty database.") from None
        self._say(f"Tablestore: {len(TABLES)} tables {'created' if self.tables_created else 'found'}")
        self._say("Alipay: starting, with keys and money of its own")
        self._alipay = AlipayFake(keys=local_keys())
        self._alipay.start()
        self._say(f"Function Compute: starting the functions of {self._project_file.name}")
        self._start_functions(self.ots_endpoint)

    def _take(self, data: Path) -> None:
        """One local cloud per folder, held by a lock that the system drops when this process ends."""
        data.mkdir(parents=True, exist_ok=True)
        self._lock = (data / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"Another local cloud is running on the data in {data}.") from None
        if self._fresh:
            for name in DATA_FILES:
                (data / name).unlink(missing_ok=True)

    def _start_functions(self, ots_endpoint: str) -> None:
        functions = FunctionComputeFake(
            self._project_file,
            port=self._console_port,
            api_port=self._port,
            env=lambda endpoint, api: self._variables(ots_endpoint, endpoint, api, self.alipay.gateway),
            layers={"feed-core": ROOT / "layers" / "core", **third_parties(self._read(), self._say)},
            routes=ROUTES,
            static=self._static,
            log_file=self.data and self.data / "functions.log",
            max_instances=self._max_instances,
            timers=self._timers,
            on_line=self._on_line,
            console=ConsoleOptions(ots_endpoint, self.alipay.endpoint, self._prices) if self._prices else None,
        )
        try:
            functions.start()
        except ProjectError as error:
            raise CannotStart(str(error)) from None
        except OSError as error:
            ports = " or ".join(str(port) for port in (self._port, self._console_port) if port)
            raise CannotStart(f"Port {ports} cannot be listened on: {error.strerror}.") from None
        self._functions = functions
        for note in functions.notes:
            self._say(f"note: {note}")

    def _variables(self, ots_endpoint: str, fc_endpoint: str, api: str, alipay: str) -> dict[str, str]:
        client = {"FEED_WEB_CLIENT": api} if self._static is not None else {}
        return {**deployment_variables(ots_endpoint, fc_endpoint, api, alipay), **client, **self._env}

    def stop(self) -> None:
        """End every process: first the functions, then what they write to."""
        if self._functions is not None:
            self._functions.stop()
            self._functions = None
        if self._alipay is not None:
            self._alipay.stop()
            self._alipay = None
        if self._tablestore is not None:
            self._tablestore.stop()
            self._tablestore = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> LocalCloud:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
