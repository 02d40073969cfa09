"""scripts/tables: create, list and drop the product's tables on an emulator or a real instance."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from commands.instance import EXPLAINED, Instance, NoTarget, chosen
from commands.running import LOCAL, NotRunning
from feed.observability import quiet_sdks
from feed.store.schema import TABLES


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/tables",
        description=f"Creates, lists or drops the product's tables, and touches no other. {EXPLAINED}",
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
        return _run(given.action, chosen(given.local))
    except (NoTarget, NotRunning) as refused:
        print(refused, file=sys.stderr)
        return 1


def _run(action: str, on: Instance) -> int:
    import tablestore
    from urllib3.exceptions import HTTPError

    from commands import table_admin

    def say(line: str) -> None:
        print(line, flush=True)

    try:
        client = table_admin.open_client(on.endpoint, on.name, on.key_id, on.secret, on.token)
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
