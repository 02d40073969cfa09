"""A person's data at the command line: export all of it, erase it, and prove that it is gone."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from commands.admin import erase, erase_check, export
from commands.admin.desk import Declined, Desk
from feed.store.personal import HOLDINGS

_TABLES = tuple(HOLDINGS)
Add = Callable[..., argparse.ArgumentParser]
Say = Callable[[str], None]


def add_commands(add: Add, acting: argparse.ArgumentParser, user: Callable[[str], int], say: Say) -> None:
    exporting = add("export", "write everything that is a person's to a ZIP file of JSON lines and HTML pages")
    exporting.add_argument("id", type=user, metavar="USER", help="the user's id")
    exporting.add_argument("--out", type=Path, required=True, metavar="FILE", help="the archive; replaced when whole")
    exporting.set_defaults(tables=_TABLES, run=lambda given, desk: _export(given, desk, say))
    about = "ban a person for ever and take their rows out of every table; money stays, under a number without a name"
    erasing = add("erase", about, acting)
    erasing.add_argument("id", type=user, metavar="USER", help="the user's id")
    about = "the balance, which the person has been paid outside this product (0)"
    erasing.add_argument("--paid-out", type=_fen, default=0, metavar="FEN", help=about)
    erasing.add_argument("--no-wait", action="store_true", help="only begin; it goes on by itself for over an hour")
    about = "look once more for who is erased already, as after a backup was restored"
    erasing.add_argument("--again", action="store_true", help=about)
    erasing.set_defaults(tables=_TABLES, run=lambda given, desk: _erase(given, desk, say))
    about = "read every row of every table and list what still names a person; exit code 1 if anything does"
    checking = add("erase-check", about)
    checking.add_argument("id", type=user, metavar="USER", help="the user's id")
    about = "an export of before: it knows the articles whose rows are gone"
    checking.add_argument("--archive", type=Path, metavar="FILE", help=about)
    checking.set_defaults(tables=_TABLES, run=lambda given, desk: _check(given, desk, say))


def _export(given: argparse.Namespace, desk: Desk, say: Say) -> int:
    try:
        say(export.export(given.id, given.out, desk))
    except OSError as error:
        raise Declined(f"{given.out} cannot be written: {error.strerror}.") from None
    return 0


def _erase(given: argparse.Namespace, desk: Desk, say: Say) -> int:
    say(erase.begin(given.id, given.paid_out, desk, again=given.again))
    if not given.no_wait and erase.is_running(given.id, desk):
        say(erase.wait(given.id, desk, time.sleep))
    return 0


def _check(given: argparse.Namespace, desk: Desk, say: Say) -> int:
    clean, lines = erase_check.check(given.id, given.archive, desk)
    for line in lines:
        say(line)
    return 0 if clean else 1


def _fen(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 10**12):
        raise argparse.ArgumentTypeError(f"an amount is a whole number of fen, not {text!r}")
    return int(text)
