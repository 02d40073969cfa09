"""scripts/payments: prove that the money adds up, or give a tip back."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from commands.audit import TABLES, audit
from commands.instance import EXPLAINED, Instance, NoTarget, chosen, local_data
from commands.local_alipay import local_keys, merchant_variables
from commands.running import LOCAL, NotRunning, running
from feed.config import Merchant
from feed.domain.tips import is_order_id
from feed.errors import FeedError
from feed.observability import quiet_sdks
from feed.store import schema

if TYPE_CHECKING:
    from feed.gateways.alipay import Alipay

LOCAL_HELP = "use the local cloud that scripts/dev has started (with --data DIR)"


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    quiet_sdks()
    try:
        on = chosen(given.local)
        return _ACTIONS[given.action](on, given)
    except (NoTarget, NotRunning) as refused:
        print(refused, file=sys.stderr)
    except FeedError as error:
        print(error.message, file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped; repeat the command to go on.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/payments", description=f"Audits the money, or gives a tip back. {EXPLAINED}"
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="audit | refund | resolve")
    about = "read every order, account and ledger line, and prove that they agree; changes nothing; exit code 1 if not"
    looking = actions.add_parser("audit", help=about, description=about)
    about = (
        "give back so much of a tip; AMOUNT, in fen, is what the order's refunds shall come to in all, so that "
        "repeating the command refunds nothing twice. A real instance's gateway and keys come from FEED_ALIPAY_*."
    )
    giving = actions.add_parser("refund", help="give a tip back, wholly or in part", description=about)
    giving.add_argument("order", type=_order, metavar="ORDER", help="the order's number")
    giving.add_argument("amount", type=_amount, metavar="AMOUNT", help="in fen, of all its refunds together")
    giving.add_argument(
        "--suspicious",
        action="store_true",
        help="give back money that was never credited: what the audit lists as needing a person",
    )
    about = "take an order off the audit's list of what a person must decide, once that is done; nothing is paid"
    deciding = actions.add_parser("resolve", help=about, description=about)
    deciding.add_argument("order", type=_order, metavar="ORDER", help="the order's number")
    for action in (looking, giving, deciding):
        action.add_argument("--local", nargs="?", type=Path, const=LOCAL, metavar="DIR", help=LOCAL_HELP)
    return parser


def _audit(on: Instance, _given: argparse.Namespace) -> int:
    report = audit(on.tables(TABLES), _now_ms())
    for line in report.lines():
        print(line)
    return 0 if report.holds else 1


def _refund(on: Instance, given: argparse.Namespace) -> int:
    from commands.refund import refund, refund_suspicious

    tables = on.tables((schema.ORDERS, schema.ACCOUNTS, schema.LEDGER, schema.LOG, schema.ARTICLES, schema.WORK))
    give = refund_suspicious if given.suspicious else refund
    print(give(given.order, given.amount, tables, _alipay(given.local), _now_ms()))
    return 0


def _resolve(on: Instance, given: argparse.Namespace) -> int:
    from commands.refund import resolve

    print(resolve(given.order, on.tables((schema.ORDERS,))))
    return 0


_ACTIONS = {"audit": _audit, "refund": _refund, "resolve": _resolve}


def _alipay(local: Path | None) -> Alipay:
    """The local cloud's merchant for its orders, and for a real instance's the one that the environment names."""
    from feed.gateways.alipay import Alipay

    env: Mapping[str, str] = os.environ
    data = local_data(local)
    if data is not None:
        at = running(data)
        env = merchant_variables(at.api, at.alipay, local_keys())
    return Alipay.open(Merchant.from_env(env))


def _order(text: str) -> str:
    if not is_order_id(text):
        raise argparse.ArgumentTypeError(f"an order's number is 32 hexadecimal digits, not {text!r}")
    return text


def _amount(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**9:
        raise argparse.ArgumentTypeError(f"an amount is a whole number of fen above 0, not {text!r}")
    return int(text)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
