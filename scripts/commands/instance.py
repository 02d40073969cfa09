"""Which Tablestore instance a command works on: the local cloud's, or the one that the environment names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from commands.running import ACCESS_KEY, INSTANCE, LOCAL, SECRET, running

if TYPE_CHECKING:
    from feed.call import Spent
    from feed.store.client import Tables

TIMEOUT_S = 30
ENVIRONMENT = ("OTS_ENDPOINT", "OTS_INSTANCE", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")
EXPLAINED = (
    "Without more words it works on the local cloud that scripts/dev has started; a real instance is named by "
    "OTS_ENDPOINT, OTS_INSTANCE, ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, for a temporary "
    "key, ALIBABA_CLOUD_SECURITY_TOKEN."
)


class NoTarget(Exception):
    """The environment names half an instance; the message is one sentence."""


@dataclass(frozen=True)
class Instance:
    """`label` tells this instance from others for good; the local one's endpoint changes with every start."""

    endpoint: str
    name: str
    key_id: str
    secret: str
    token: str
    label: str

    def tables(self, granted: Iterable[str], spent: Spent | None = None) -> Tables:
        """The product's own store on this instance, whose requests are counted in `spent`."""
        from feed.call import Spent
        from feed.config import Credentials
        from feed.store.client import Connection, Tables

        credentials = Credentials(self.key_id, self.secret, self.token)
        return Tables(Connection.open(self.endpoint, self.name, credentials, TIMEOUT_S), spent or Spent(), granted)


def local_data(asked: Path | None) -> Path | None:
    """The data of the local cloud that is meant: what was asked for, or .local if the environment names none."""
    if asked is None and not any(os.environ.get(name) for name in ENVIRONMENT):
        return LOCAL
    return asked


def chosen(asked: Path | None) -> Instance:
    """The local cloud on the data that was asked for, or what the environment names, or the one announced in .local.

    Raises NoTarget, NotRunning.
    """
    local = local_data(asked)
    if local is not None:
        return Instance(running(local).ots_endpoint, INSTANCE, ACCESS_KEY, SECRET, "", f"local {local.resolve()}")
    missing = [name for name in ENVIRONMENT if not os.environ.get(name)]
    if missing:
        raise NoTarget(f"Set {' and '.join(missing)} too, or add --local for the local cloud.")
    endpoint, name, key_id, secret = (os.environ[variable] for variable in ENVIRONMENT)
    token = os.environ.get("ALIBABA_CLOUD_SECURITY_TOKEN", "")
    return Instance(endpoint, name, key_id, secret, token, f"{name} at {endpoint}")
