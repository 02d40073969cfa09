"""scripts/admin: take down, ban, look, replay, recount, erase: each act asked for, on record and safe to repeat."""

from __future__ import annotations

import argparse
import getpass
import math
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from commands.admin import audit, ban, dead_letters, find, personal, recount, takedown
from commands.admin.desk import Declined, Desk
from commands.instance import EXPLAINED, NoTarget, chosen
from commands.running import LOCAL, NotRunning
from feed.call import Call
from feed.domain.ids import MAX_ID
from feed.errors import FeedError
from feed.observability import quiet_sdks
from feed.store import schema

TABLES = (
    schema.USERS,
    schema.ARTICLES,
    schema.ARTICLES_BY_AUTHOR,
    schema.BANS,
    schema.AUDITS,
    schema.WORK,
    schema.JOBS,
    schema.ORDERS,
    schema.LOG_BY_ARTICLE,
    schema.RELATIONS,
    schema.RELATIONS_BY_FOLLOWER,
)
MOST_CHARACTERS = 500
_UNASKED = 2
_CODES = (
    "Exit code: 0 if it is done, or was done already; 1 if it could not be done, or found nothing; 2 if it was not "
    "asked for properly, or not agreed to."
)
Act = Callable[[int, Desk], str]
Run = Callable[[argparse.Namespace, Desk], int]

_OF_ARTICLES: dict[str, tuple[Act, str]] = {
    "takedown": (takedown.take_down, "hide an article from everybody but its author, who cannot make it public again"),
    "restore": (
        takedown.restore,
        "put back what was taken down: a public article is delivered to who has missed it, a scheduled one whose time "
        "has passed is private",
    ),
}
_OF_USERS: dict[str, tuple[Act, str]] = {
    "ban": (ban.ban, "refuse a user's tokens, and hide the user, their articles and acts from everybody; keeps all"),
    "unban": (ban.unban, "show everything of a user again; tokens of before the ban stay refused"),
    "sign-out": (ban.sign_out, "refuse every token that a user has by now"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    quiet_sdks()
    call = Call("admin", "scripts/admin", time.time_ns() // 1_000_000, math.inf)
    try:
        tables = chosen(getattr(given, "local", None)).tables(getattr(given, "tables", TABLES), call.spent)
        agree = _agreed if getattr(given, "yes", False) else _ask
        by = (given.by or _login()) if "by" in given else ""
        desk = Desk(tables, call, by, getattr(given, "why", ""), agree)
        return int(given.run(given, desk))
    except Declined as declined:
        print(declined, file=sys.stderr)
        return _UNASKED
    except (NoTarget, NotRunning) as refused:
        print(refused, file=sys.stderr)
    except FeedError as error:
        again = "" if error.status < 500 else " It is safe to repeat the command."
        print(f"{error.message}{again}", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped; it is safe to repeat the command.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/admin",
        description="What an operator does by hand. Every act leaves a row that says who, why, and what was before. "
        f"{_CODES} {EXPLAINED}",
    )
    commands = parser.add_subparsers(required=True, dest="command")
    reading, acting = _common(), _acting()

    def add(name: str, about: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        description = f"{about[0].upper()}{about[1:]}. {_CODES}"
        return commands.add_parser(name, help=about, description=description, parents=[reading, *parents])

    for name, (act, about) in _OF_ARTICLES.items():
        added = add(name, about, acting)
        added.add_argument("id", type=_id, metavar="ARTICLE", help="the article's id")
        added.set_defaults(run=_once(act))
    for name, (act, about) in _OF_USERS.items():
        added = add(name, about, acting)
        added.add_argument("id", type=_id, metavar="USER", help="the user's id")
        added.set_defaults(run=_once(act))
    finding = add("find", "tell what users and articles are; a name is looked for among all users, row by row")
    finding.add_argument("asked", nargs="+", metavar="ID|NAME", help="of users or articles; a part of a nickname")
    finding.set_defaults(run=_find)
    _add_dead_letters(add("dead-letters", "list or replay shards of deliveries that were given up"), reading, acting)
    counting = add("recount", "make counters what the rows say", acting)
    counting.add_argument("kind", choices=recount.KINDS, help="what the ids are of")
    counting.add_argument("ids", nargs="+", type=_id, metavar="ID")
    counting.set_defaults(run=lambda given, desk: not recount.recount(given.kind, given.ids, desk, _say))
    personal.add_commands(add, acting, _id, _say)
    looking = add("audit", "list what operators have done, oldest first")
    looking.add_argument("--of", metavar="TARGET", type=_target, help="article:ID or user:ID (all)")
    looking.set_defaults(run=lambda given, desk: _print(audit.listed(desk.tables, given.of)))
    return parser


def _add_dead_letters(
    parser: argparse.ArgumentParser, reading: argparse.ArgumentParser, acting: argparse.ArgumentParser
) -> None:
    parser.set_defaults(run=lambda _, desk: _print(dead_letters.listed(desk)))
    actions = parser.add_subparsers(metavar="list | replay")
    about = "list them, as without a word"
    actions.add_parser("list", help=about, description=about, parents=[reading])
    about = "let the sweeper try a shard again from where it stopped, and remove its letter"
    replaying = actions.add_parser("replay", help=about, description=about, parents=[reading, acting])
    which = replaying.add_mutually_exclusive_group(required=True)
    which.add_argument("letter", nargs="?", type=_letter, metavar="ID", help="ARTICLE:DELIVERY:SHARD")
    which.add_argument("--all", action="store_true", help="every one of them")
    replaying.set_defaults(run=lambda given, desk: _print(dead_letters.replay(given.letter, desk)))


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    about = "use the local cloud that scripts/dev has started (with --data DIR)"
    # without a default: a command's action would put it in place of what was said before the action
    common.add_argument(
        "--local", nargs="?", type=Path, const=LOCAL, default=argparse.SUPPRESS, metavar="DIR", help=about
    )
    return common


def _acting() -> argparse.ArgumentParser:
    acting = argparse.ArgumentParser(add_help=False)
    acting.add_argument("--why", required=True, type=_text, help="the reason, for the record")
    acting.add_argument("--by", type=_text, help="who acts (the login name)")
    acting.add_argument("--yes", action="store_true", help="do not ask")
    return acting


def _once(act: Act) -> Run:
    """An act on one id, which tells what it did in one line."""

    def run(given: argparse.Namespace, desk: Desk) -> int:
        _say(act(given.id, desk))
        return 0

    return run


def _find(given: argparse.Namespace, desk: Desk) -> int:
    code = 0
    for asked in given.asked:
        lines = find.find(asked, desk)
        for line in lines or [f"There is no user or article {asked}."]:
            _say(line)
        code = code if lines else 1
    return code


def _print(lines: Iterable[str]) -> int:
    for line in lines:
        _say(line)
    return 0


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have a number and no name
        raise Declined("This login has no name: say who acts with --by.") from None


def _agreed(_: str) -> None:
    """With --yes."""


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        raise Declined(f"{question} Nobody can be asked here: add --yes.")
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise Declined("Nothing was done.")


def _id(text: str) -> int:
    if not find.is_id(text):
        raise argparse.ArgumentTypeError(f"an id is a whole number from 1 to {MAX_ID}, not {text!r}")
    return int(text)


def _letter(text: str) -> str:
    if not dead_letters.is_letter_id(text):
        raise argparse.ArgumentTypeError(f"a dead letter's id is ARTICLE:DELIVERY:SHARD, not {text!r}")
    return text


def _target(text: str) -> str:
    kind, _, id = text.partition(":")
    if kind not in recount.KINDS or not find.is_id(id):
        raise argparse.ArgumentTypeError(f"a target is article:ID or user:ID, not {text!r}")
    return text


def _text(text: str) -> str:
    """One line: what stands on record must not look like another line of it."""
    if not text.strip() or len(text) > MOST_CHARACTERS or any(unicodedata.category(each) == "Cc" for each in text):
        raise argparse.ArgumentTypeError(f"it must be 1 to {MOST_CHARACTERS} characters on one line")
    return text.strip()


def _say(line: str) -> None:
    print(line, flush=True)
