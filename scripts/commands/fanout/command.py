"""scripts/fanout: prove that a delivery has reached everybody, bring what is missing, or list what is not over."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from commands.fanout.audit import audit
from commands.fanout.delivery import Refused
from commands.fanout.repair import repair
from commands.fanout.report import SHOWN
from commands.fanout.status import status
from commands.instance import EXPLAINED, TIMEOUT_S, Instance, NoTarget, chosen
from commands.running import LOCAL, NotRunning
from feed.call import Call
from feed.config import Credentials
from feed.domain.ids import MAX_ID
from feed.errors import FeedError, NotFound
from feed.observability import quiet_sdks
from feed.store import schema
from feed.store.client import Connection, Tables

TABLES = (schema.ARTICLES, schema.JOBS, schema.RELATIONS, schema.INBOXES, schema.SESSIONS, schema.WORK)
_FAILED = 2
_AUDIT = (
    "Reads the followers of the article's author, and the inbox of each who followed before its latest delivery began "
    "and was not away for 30 days then; changes nothing. A million followers take 10,000 requests and a million read "
    "units. Exit code: 0 if nothing is missing, stopped or surplus, also while workers are still on their way; 1 if "
    "anything is; 2 if there is nothing to audit, or the audit failed."
)
_EVERYWHERE = (
    "look through every row of every inbox as well, for this article at readers who do not follow, and at a wrong "
    "time: 200 requests and 20,000 read units for a million rows, and a unit more for each reader who has it"
)
_REPAIR = (
    "Audits the article's latest delivery, adds what is missing into inboxes where it is absent, so that it shows as "
    "unread, lets the sweeper try dead shards again, and removes dead letters that are over. Takes nothing away: rows "
    "that are surplus or at a wrong time stay until they expire. Safe to repeat, to stop, and beside a running "
    "product. Exit code: 0 if nothing is missing any more; 1 if a row could not be written; 2 as for audit."
)
_STATUS = (
    "Lists the deliveries that are not over, each with the shard that is furthest behind and what it has met last, and "
    "the dead letters. Exit code: 0 if nothing is stalled or dead; 1 if anything is; 2 if that could not be found out."
)


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    quiet_sdks()
    call = Call("fanout", "scripts/fanout", time.time_ns() // 1_000_000, math.inf)
    try:
        return _ACTIONS[given.action](given, call, _open(chosen(given.local), call))
    except (NoTarget, NotRunning, Refused) as refused:
        print(refused, file=sys.stderr)
    except NotFound as unknown:
        print(unknown.message, file=sys.stderr)
    except FeedError as error:
        print(f"{error.message} It is safe to repeat the command.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped; repeat the command, what was repaired stays so.", file=sys.stderr)
    return _FAILED


def _open(on: Instance, call: Call) -> Tables:
    """As `Instance.tables`, with the call's spending."""
    credentials = Credentials(on.key_id, on.secret, on.token)
    return Tables(Connection.open(on.endpoint, on.name, credentials, TIMEOUT_S), call.spent, TABLES)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/fanout",
        description=f"Audits a delivery, repairs it, or lists those that are not over. {EXPLAINED}",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="audit | repair | status")
    auditing = actions.add_parser("audit", help="compare followers with inboxes", description=_AUDIT)
    repairing = actions.add_parser("repair", help="bring what is missing", description=_REPAIR)
    listing = actions.add_parser("status", help="list what runs, has stopped, or is given up", description=_STATUS)
    for action in (auditing, repairing):
        action.add_argument("article", type=_id, metavar="ARTICLE", help="the article's id")
        shown = f"name all readers, and not {SHOWN} of each kind"
        action.add_argument("--all", dest="most", action="store_const", const=None, default=SHOWN, help=shown)
    auditing.add_argument("--everywhere", action="store_true", help=_EVERYWHERE)
    for action in (auditing, listing):
        action.add_argument("--json", action="store_true", help="print one JSON object; it names every reader")
    for action in (auditing, repairing, listing):
        about = "use the local cloud that scripts/dev has started (with --data DIR)"
        action.add_argument("--local", nargs="?", type=Path, const=LOCAL, metavar="DIR", help=about)
    return parser


def _audit(given: argparse.Namespace, call: Call, tables: Tables) -> int:
    report = audit(given.article, call, tables, everywhere=given.everywhere)
    _print(report.as_json() if given.json else report.lines(given.most), call)
    return 0 if report.holds else 1


def _repair(given: argparse.Namespace, call: Call, tables: Tables) -> int:
    done = repair(given.article, call, tables)
    _print(done.lines(given.most), call)
    return 1 if done.lost else 0


def _status(given: argparse.Namespace, call: Call, tables: Tables) -> int:
    found = status(tables, call.now_ms)
    _print(found.as_json() if given.json else found.lines(), call)
    return 0 if found.calm else 1


_ACTIONS = {"audit": _audit, "repair": _repair, "status": _status}


def _print(said: Mapping[str, object] | Iterable[str], call: Call) -> None:
    """And what it took."""
    if isinstance(said, Mapping):
        print(json.dumps({**said, "spent": asdict(call.spent)}, ensure_ascii=False))
        return
    for line in said:
        print(line)
    spent = call.spent
    print(f"{spent.requests} requests, {spent.read_cu} read and {spent.write_cu} write units")


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MAX_ID):
        raise argparse.ArgumentTypeError(f"an id is a whole number from 1 to {MAX_ID}, not {text!r}")
    return int(text)
