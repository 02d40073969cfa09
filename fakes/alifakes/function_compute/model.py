"""What a project file declares, whichever edition it is written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# the account that everything here belongs to
LOCAL_ACCOUNT = "1000000000000000"


class ProjectError(Exception):
    """A project file, its routes or its layers cannot be used; the message is one sentence for its author."""


@dataclass(frozen=True)
class Hook:
    """An initializer or pre-stop hook; `timeout` in seconds."""

    handler: str
    timeout: int


@dataclass(frozen=True)
class AsyncConfig:
    """How asynchronous invocations of a function are kept; ages in seconds."""

    retries: int = 3
    max_age: int = 86_400
    task: bool = False
    on_success: str | None = None
    on_failure: str | None = None

    def destination(self, *, succeeded: bool) -> str | None:
        """The ARN of where its results go."""
        return self.on_success if succeeded else self.on_failure


@dataclass(frozen=True)
class JwtConfig:
    """`keys` as JWKs; `lookups` are (position, name, prefix) of a token, `passed` are (position, claim, name).

    A path that ends with `*` stands for all that begin so. Those of `whitelist` need no token; where there is a
    `blacklist`, only its own do.
    """

    keys: tuple[Mapping[str, str], ...]
    lookups: tuple[tuple[str, str, str], ...]
    passed: tuple[tuple[str, str, str], ...] = ()
    whitelist: tuple[str, ...] = ()
    blacklist: tuple[str, ...] = ()


@dataclass(frozen=True)
class HttpTrigger:
    """`auth_type` is anonymous, function (a signed request) or jwt."""

    name: str
    methods: frozenset[str]
    auth_type: str
    jwt: JwtConfig | None = None


@dataclass(frozen=True)
class TimerTrigger:
    name: str
    cron: str
    enabled: bool
    payload: str


@dataclass(frozen=True)
class Function:
    """One function; `service` is None for FC 3.0. `memory` in MB, `timeout` in seconds.

    `reserved` is the most instances that it may have, None where only the emulator's own limit holds.
    """

    name: str
    service: str | None
    runtime: str
    handler: str
    code_dir: Path
    region: str
    memory: int
    timeout: int
    role: str | None
    environment: Mapping[str, str]
    layers: tuple[str, ...]
    initializer: Hook | None = None
    pre_stop: Hook | None = None
    asynchronous: AsyncConfig = AsyncConfig()
    http_triggers: tuple[HttpTrigger, ...] = ()
    timer_triggers: tuple[TimerTrigger, ...] = ()
    # how far it is scaled, which may differ where the function is the same
    reserved: int | None = None
    cpu: float | None = None  # vCPUs, None where the file leaves them to the service

    @property
    def address(self) -> str:
        """The name by which FC 3.0's API knows it: `service$function` for one of FC 2.0."""
        return self.name if self.service is None else f"{self.service}${self.name}"

    @property
    def is_http(self) -> bool:
        """Of FC 2.0 with an HTTP trigger: its handler is a WSGI application, and nothing else calls it."""
        return self.service is not None and bool(self.http_triggers)

    @property
    def has_context_credentials(self) -> bool:
        """Runtimes up to python3.10 hand credentials over in the context, later ones in the environment only."""
        return self.runtime in ("python3", "python3.9", "python3.10")


@dataclass(frozen=True)
class Project:
    """All functions of one file; `notes` are sentences about what the file says and the emulator leaves out."""

    file: Path
    name: str
    functions: tuple[Function, ...]
    notes: tuple[str, ...] = field(default=())

    def by_address(self) -> dict[str, Function]:
        return {function.address: function for function in self.functions}
