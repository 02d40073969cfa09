"""scripts/tables: create, list and drop the product's tables on an emulator or a real instance."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from commands.running import ACCESS_KEY, INSTANCE, LOCAL, SECRET, NotRunning, running
from feed.observability import quiet_sdks
from feed.store.schema import TABLES


class NoTarget(Exception):
    """Nothing says which instance is meant; the message is one sentence."""


def _client_of(local: Path | None) -> Any:
    from commands.table_admin import open_client

    if local is not None:
        return open_client(running(local).ots_endpoint, INSTANCE, ACCESS_KEY, SECRET)
    names = ("OTS_ENDPOINT", "OTS_INSTANCE", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise NoTarget(f"Set {' and '.join(missing)}, or add --local for the local cloud.")
    endpoint, instance, key_id, secret = (os.environ[name] for name in names)
    return open_client(endpoint, instance, key_id, secret, os.environ.get("ALIBABA_CLOUD_SECURITY_TOKEN", ""))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/tables",
        description="Creates, lists or drops the product's tables, and touches no other. The instance is named by "
        "OTS_ENDPOINT, OTS_INSTANCE, ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, for a "
        "temporary key, ALIBABA_CLOUD_SECURITY_TOKEN.",
    )
    parser.add_argument("action", choices=["create", "status", "drop"])
    parser.add_argument(
        "--local",
        nargs="?",
        type=Path,
        const=LOCAL,
        metavar="DIR",
        help="use the local cloud that scripts/dev has started (with --data DIR)",
    )
    parser.add_argument("--yes", action="store_true", help="really drop the tables with everything in them")
    given = parser.parse_args(arguments)
    if given.action == "drop" and not given.yes:
        parser.error(f"drop removes {len(TABLES)} tables with all their rows; add --yes if that is meant")
    quiet_sdks()
    try:
        return _run(given.action, given.local)
    except (NoTarget, NotRunning) as refused:
        print(refused, file=sys.stderr)
        return 1


def _run(action: str, local: Path | None) -> int:
    import tablestore
    from urllib3.exceptions import HTTPError

    from commands import table_admin

    def say(line: str) -> None:
        print(line, flush=True)

    try:
        client = _client_of(local)
        if action == "status":
            return 0 if table_admin.status(client, say) else 1
        if action == "create":
            table_admin.create(client, say)
        else:
            table_admin.drop(client, say)
    except table_admin.Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    except (tablestore.OTSServiceError, tablestore.OTSClientError, HTTPError) as error:
        reason = f"{error.code}: {error.message}" if isinstance(error, tablestore.OTSServiceError) else error
        print(f"Tablestore did not do it: {reason}", file=sys.stderr)
        return 1
    return 0
