"""The Tablestore fake as one object: the HTTP server, the instances behind it, their counters and faults."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from alifakes.server import HttpServer, Request, Response
from alifakes.tablestore.auth import LOCAL_CREDENTIALS, Credential
from alifakes.tablestore.control import PREFIX, Control
from alifakes.tablestore.faults import Faults
from alifakes.tablestore.instances import Instances
from alifakes.tablestore.service import Service, too_large
from alifakes.tablestore.usage import Usage

if TYPE_CHECKING:
    from tablestore import OTSClient


def _wall_clock() -> int:
    return time.time_ns() // 1_000_000


class TablestoreFake:
    """Serves any instance name in a thread of its own while the `with` block runs.

    `path` names the SQLite file of the data, None keeps it in memory. `port` 0 takes a free one. `index_lag_ms` is
    how far secondary indexes run behind, `search_lag_ms` search indexes (None: just as far); `clock` gives the engine's
    time in ms (not that of signatures and dates).
    Entering raises OSError when the port is taken, and what open_storage raises for a foreign database.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        credentials: Mapping[str, Credential] = LOCAL_CREDENTIALS,
        index_lag_ms: int = 0,
        search_lag_ms: int | None = None,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self.faults = Faults()
        self._credentials = credentials
        self._usage = Usage()
        self._instances = Instances(path, clock or _wall_clock, index_lag_ms, search_lag_ms)
        self._service = Service(self._instances.get, credentials, self.faults, self._usage)
        self._control = Control(self.faults, self._usage, self._instances.reset)
        self._server = HttpServer(self._handle, host=host, port=port, too_large=too_large)

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

    def start(self) -> None:
        self._instances.open()
        try:
            self._server.start_in_thread()
        except OSError:
            self._instances.close()
            raise

    def stop(self) -> None:
        self._server.stop_thread()
        self._instances.close()

    def requests(self) -> dict[str, dict[str, dict[str, int]]]:
        """Operation -> table -> {"requests", "rows", "read_cu", "write_cu"} since the start or the last reset."""
        return self._usage.snapshot()

    def reset_requests(self) -> None:
        self._usage.reset()

    def client(self, instance: str = "local", *, access_key_id: str = "local", **options: Any) -> OTSClient:
        """A client of the installed SDK for one instance; `options` are OTSClient's."""
        from tablestore import OTSClient

        credential = self._credentials[access_key_id]
        return OTSClient(
            self.endpoint, access_key_id, credential.secret, instance, sts_token=credential.token, **options
        )

    def _handle(self, request: Request) -> Response | Awaitable[Response]:
        if request.target.startswith(PREFIX):
            return self._control.handle(request)
        return self._service.handle(request)
