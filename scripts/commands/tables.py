"""scripts/tables: create, change, list, copy or drop the product's tables on an emulator or a real instance."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from commands.instance import EXPLAINED, Instance, NoTarget, chosen
from commands.running import LOCAL, NotRunning
from feed.observability import quiet_sdks
from feed.store.schema import TABLES

TO_DO = 3
"""The exit code of `migrate --dry-run` when there is something to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.action == "drop" and not given.yes:
        parser.error(f"drop removes {len(TABLES)} tables with all their rows; add --yes if that is meant")
    quiet_sdks()
    try:
        return _run(given, chosen(given.local))
    except (NoTarget, NotRunning) as refused:
        print(refused, file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped; run the command again to go on.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument(
        "--local",
        nargs="?",
        type=Path,
        const=LOCAL,
        metavar="DIR",
        help="use the local cloud that scripts/dev has started (with --data DIR)",
    )
    parser = argparse.ArgumentParser(
        prog="scripts/tables", description=f"Touches the product's tables only. {EXPLAINED}"
    )
    actions = parser.add_subparsers(dest="action", required=True)

    def action(name: str, said: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, parents=[where], help=said, description=f"{said[0].upper()}{said[1:]}.")

    action("create", "make the tables that are missing; refuse those of another shape")
    action("status", "one line per table")
    drop = action("drop", "remove the tables with everything in them")
    drop.add_argument("--yes", action="store_true", help="really drop them")
    migrate = action("migrate", "add the tables, columns and indexes that this version has and the instance lacks")
    migrate.add_argument("--dry-run", action="store_true", help=f"print what would be done; {TO_DO} if anything")
    migrate.add_argument("--yes", action="store_true", help="also what lets rows expire that are there")
    dump = action("dump", "copy all rows into a new folder, or go on with one; docs/backup.md")
    dump.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder")
    load = action("load", "put the rows of a dump into empty tables; docs/backup.md")
    load.add_argument("folder", type=Path, metavar="DIR", help="what dump has made")
    load.add_argument("--into-existing", action="store_true", help="also into tables with rows, which it replaces")
    return parser


def _run(given: argparse.Namespace, on: Instance) -> int:
    import tablestore
    from urllib3.exceptions import HTTPError

    from commands import table_admin

    try:
        client = table_admin.open_client(on.endpoint, on.name, on.key_id, on.secret, on.token)
        return _act(given, client, on)
    except table_admin.Refused as refused:
        print(refused, file=sys.stderr)
    except (tablestore.OTSServiceError, tablestore.OTSClientError, HTTPError) as error:
        reason = f"{error.code}: {error.message}" if isinstance(error, tablestore.OTSServiceError) else error
        print(f"Tablestore did not do it: {reason}", file=sys.stderr)
    return 1


def _act(given: argparse.Namespace, client: Any, on: Instance) -> int:
    from commands import table_admin

    if given.action == "status":
        return 0 if table_admin.status(client, _say) else 1
    if given.action == "migrate":
        return _migrate(client, given.dry_run, given.yes)
    if given.action in ("dump", "load"):
        return _copy(given, client, on)
    if given.action == "create":
        table_admin.create(client, _say)
    else:
        table_admin.drop(client, _say)
    return 0


def _copy(given: argparse.Namespace, client: Any, on: Instance) -> int:
    from commands.backup.command import dump, load

    if given.action == "dump":
        return dump(client, given.out, on.label)
    return load(client, given.folder, on.label, into_existing=given.into_existing)


def _migrate(client: Any, dry_run: bool, may_lose: bool) -> int:
    from commands.migration import migrate, steps

    if not dry_run:
        migrate(client, _say, may_lose=may_lose)
        return 0
    todo = steps(client)
    for step in todo:
        _say(f"{step.says}{'; needs --yes' if step.loses else ''}")
    return TO_DO if todo else 0


def _say(line: str) -> None:
    print(line, flush=True)
