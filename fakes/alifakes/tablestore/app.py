"""The Tablestore fake as one object: the HTTP server, the instances behind it, their counters and faults."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from alifakes.server import HttpServer, Request, Response
from alifakes.tablestore.auth import LOCAL_CREDENTIALS, Credential
from alifakes.tablestore.clock import Clock, wall_clock
from alifakes.tablestore.control import PREFIX, Control
from alifakes.tablestore.faults import Faults
from alifakes.tablestore.instances import Instances
from alifakes.tablestore.log import RequestLog
from alifakes.tablestore.service import Service, timed_out, too_large
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.usage import Usage

if TYPE_CHECKING:
    from tablestore import AsyncOTSClient, OTSClient


class TablestoreFake:
    """Serves any instance name in a thread of its own while the `with` block runs.

    `path` names the SQLite file of the data, None keeps it in memory. `port` 0 takes a free one. `index_lag_ms` is
    how far secondary indexes run behind, `search_lag_ms` search indexes (None: just as far); `clock` gives the engine's
    time in ms (not that of signatures and dates). `settings` has all the rest, and the lags too, if none is given here.
    `instances` names the only ones that exist. `log_file` gets a line of JSON for each request.
    Entering raises OSError when the port is taken or the log cannot be written, and what open_storage raises for a
    foreign database.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        credentials: Mapping[str, Credential] = LOCAL_CREDENTIALS,
        index_lag_ms: int | None = None,
        search_lag_ms: int | None = None,
        settings: Settings | None = None,
        clock: Callable[[], int] = wall_clock,
        instances: Collection[str] | None = None,
        log_file: str | os.PathLike[str] | None = None,
    ) -> None:
        self.faults = Faults()
        self._credentials = credentials
        self._usage = Usage()
        self.clock = Clock(clock)
        self._log = RequestLog(log_file)
        self._instances = Instances(path, self.clock, _with_lags(settings or Settings(), index_lag_ms, search_lag_ms))
        self._service = Service(self._instances.get, credentials, self.faults, self._usage, self._log, instances)
        self._control = Control(self.faults, self._usage, self._log, self.clock, self._instances)
        self._server = HttpServer(self._handle, host=host, port=port, too_large=too_large, timed_out=timed_out)

    def __enter__(self) -> TablestoreFake:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        return self._server.endpoint

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def settings(self) -> Settings:
        return self._instances.settings

    def start(self) -> None:
        self._instances.open()
        try:
            self._log.open()
            self._server.start_in_thread()
        except OSError:
            self._close()
            raise

    def stop(self) -> None:
        self._server.stop_thread()
        self._close()

    def _close(self) -> None:
        self._log.close()
        self._instances.close()

    def requests(self) -> dict[str, dict[str, dict[str, int]]]:
        """Operation -> table -> {"requests", "rows", "read_cu", "write_cu"} since the start or the last reset."""
        return self._usage.snapshot()

    def reset_requests(self) -> None:
        self._usage.reset()

    def log(
        self, *, table: str | None = None, api: str | None = None, code: str | None = None, since_ms: int = 0
    ) -> list[dict[str, object]]:
        """The last 10,000 requests, oldest first, with what each consumed; of those, the ones that match."""
        return self._log.entries(table=table, api=api, code=code, since_ms=since_ms)

    def reset(self) -> None:
        """Forget data, counters, faults and the log; snapshots, settings and the time stay."""
        self._server.call(self._control.reset)

    def set_lags(self, index_lag_ms: int, search_lag_ms: int | None = None) -> None:
        """From now on; transactions that are open end. Raises ValueError for a lag below 0."""
        self._server.call(lambda: self._control.set(index_lag_ms=index_lag_ms, search_lag_ms=search_lag_ms))

    def set_clock_skew(self, ms: int) -> None:
        """Of every second partition, from now on; transactions that are open end. Raises ValueError below 0."""
        self._server.call(lambda: self._control.set(clock_skew_ms=ms))

    def snapshot(self, name: str = "default") -> None:
        """Keep all data under a name, which it replaces; raises ValueError for an impossible one."""
        self._server.call(lambda: self._instances.keep(name))

    def restore(self, name: str = "default") -> None:
        """Set all data back; raises ValueError when there is no such snapshot."""
        self._server.call(lambda: self._instances.restore(name))

    def client(self, instance: str = "local", *, access_key_id: str = "local", **options: Any) -> OTSClient:
        """A client of the installed SDK for one instance; `options` are OTSClient's."""
        from tablestore import OTSClient

        return self._connect(OTSClient, instance, access_key_id, options)

    def async_client(self, instance: str = "local", *, access_key_id: str = "local", **options: Any) -> AsyncOTSClient:
        """The same, asynchronous; made and closed in a running loop."""
        from tablestore import AsyncOTSClient

        return self._connect(AsyncOTSClient, instance, access_key_id, options)

    def _connect(self, kind: Any, instance: str, access_key_id: str, options: Mapping[str, Any]) -> Any:
        credential = self._credentials[access_key_id]
        return kind(self.endpoint, access_key_id, credential.secret, instance, sts_token=credential.token, **options)

    def _handle(self, request: Request) -> Response | Awaitable[Response]:
        if request.target.startswith(PREFIX):
            return self._control.handle(request)
        return self._service.handle(request)


def _with_lags(settings: Settings, index_lag_ms: int | None, search_lag_ms: int | None) -> Settings:
    return replace(
        settings,
        index_lag_ms=settings.index_lag_ms if index_lag_ms is None else index_lag_ms,
        search_lag_ms=settings.search_lag_ms if search_lag_ms is None else search_lag_ms,
    )
