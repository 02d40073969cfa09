"""The proof that nothing names a person any more: every row of every table read."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from commands.admin import looking
from commands.admin.desk import Desk
from feed.domain.ids import unhashed
from feed.errors import FeedError
from feed.operations._erasing import whole
from feed.store import erasures
from feed.store.personal import HOLDINGS, LOOKED_AT, mentions, undo
from feed.store.schema import ARTICLES
from feed.store.traces import Person, key_of


class NoArchive(FeedError):
    """The file is not what the export has written."""

    status = 400


@dataclass
class Check:
    """`remains` are tables and keys of what still names the person."""

    looked_at: int = 0
    remains: list[str] = field(default_factory=list)


def check(user_id: int, archive: Path | None, desk: Desk) -> tuple[bool, Iterator[str]]:
    """Whether nothing is left, and lines that say so. `archive` knows the articles when their rows have gone."""
    before = replace(desk.call.spent)
    person = _person(user_id, archive, desk)
    found = Check()
    for table in LOOKED_AT:
        of = whole(table, person)[0]
        for row in looking.rows(desk.tables, table, of, HOLDINGS[table].columns):
            found.looked_at += 1
            named = mentions(row, person)
            if table == ARTICLES and person.is_named(row["author_id"]):
                person = replace(person, articles=person.articles | {unhashed(str(row["article_key"]))})
            if named or undo(table, row, person) is not None:
                found.remains.append(f"{table} {_words(key_of(table, row))}{_in(named)}")
    spent = desk.call.spent
    cost = f"{spent.requests - before.requests} requests, {spent.read_cu - before.read_cu} read units"
    return not found.remains, _lines(user_id, found, len(person.articles), cost)


def _person(user_id: int, archive: Path | None, desk: Desk) -> Person:
    erasure = erasures.find(desk.tables, user_id)
    person = erasure.person if erasure is not None else Person(user_id)
    return person if archive is None else replace(person, articles=person.articles | _articles(archive, user_id))


def _articles(archive: Path, user_id: int) -> frozenset[int]:
    try:
        with zipfile.ZipFile(archive) as file:
            manifest = json.loads(file.read("manifest.json"))
        if manifest["user_id"] == user_id:
            return frozenset(map(int, manifest["articles"]))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError):
        pass
    raise NoArchive(f"{archive} is not an export of user {user_id}.")


def _lines(user_id: int, found: Check, articles: int, cost: str) -> Iterator[str]:
    yield from found.remains
    looked = f"{found.looked_at} rows of {len(LOOKED_AT)} tables read ({cost}), {articles} articles known"
    if found.remains:
        yield f"{len(found.remains)} rows still name user {user_id}; {looked}."
    else:
        yield f"Nothing names user {user_id}; {looked}."
    yield from (f"kept: {table}: {holding.kept}" for table, holding in HOLDINGS.items() if holding.kept)


def _words(key: tuple[object, ...]) -> str:
    return " ".join(map(str, key))


def _in(columns: list[str]) -> str:
    return f" ({', '.join(columns)})" if columns else ""
