"""Everything of a person in one archive: JSON lines by table, articles as HTML files, and a page that explains them."""

from __future__ import annotations

import html
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from commands.admin import looking
from commands.admin.desk import Desk, moment
from commands.admin.exported import EXPORTED, Exported, explained
from feed.domain.ids import unhashed
from feed.errors import NotFound
from feed.store import schema, stretches, users
from feed.store.client import MAX_BATCH_GET, Tables
from feed.store.rows import Row, Value
from feed.store.traces import Person, key_of

_TIME = (1980, 1, 1, 0, 0, 0)
"""Of every file in the archive: the same rows give the same bytes, but for the manifest's own time."""
_PAGE = """<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>
{html}
</body></html>
"""


def export(user_id: int, out: Path, desk: Desk) -> str:
    """What was written, in one line; the file is there when it is whole. Raises FeedError, OSError."""
    if users.find(desk.tables, user_id) is None:
        raise NotFound(f"There is no user {user_id}.")
    part = out.with_name(f".{out.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            counts = _fill(archive, Person(user_id), desk)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return f"{out}: {sum(counts.values())} rows in {len(counts)} files; {desk.call.spent.read_cu} read units."


def _fill(archive: zipfile.ZipFile, person: Person, desk: Desk) -> dict[str, int]:
    counts: dict[str, int] = {}
    written: list[int] = []
    for exported in EXPORTED:
        lines = []
        for row in sorted(_rows(exported, person, desk.tables), key=lambda row: key_of(exported.table, row)):
            lines.append(json.dumps(plain(exported, row, person), ensure_ascii=False) + "\n")
            if exported.table == schema.ARTICLES:
                written.append(unhashed(str(row["article_key"])))
                _add(archive, f"articles/{written[-1]}.html", _page(row))
        counts[exported.file] = len(lines)
        _add(archive, exported.file, "".join(lines))
    told = {"user_id": person.id, "at": moment(desk.call.now_ms), "rows": counts, "articles": sorted(written)}
    _add(archive, "manifest.json", json.dumps(told, indent=2) + "\n")
    _add(archive, "README.md", explained(person.id))
    return counts


def plain(exported: Exported, row: Row, person: Person) -> Row:
    """Ids in the place of hashed keys, and nothing that is not the person's to see."""
    shown: dict[str, Value] = {}
    for name, value in row.items():
        if exported.hides(name, row, person):
            continue
        if name.endswith("_key") and str(value)[4:5] == ":":
            shown[f"{name.removesuffix('_key')}_id"] = unhashed(str(value))
        else:
            shown[name] = value
    return shown


def _rows(exported: Exported, person: Person, tables: Tables) -> Iterator[Row]:
    of = stretches.of_key(person.key) if exported.own else stretches.ALL
    found = (
        row for row in looking.rows(tables, exported.table, of, exported.columns) if exported.is_theirs(row, person)
    )
    return _whole(exported.table, found, tables) if exported.columns else found


def _whole(table: str, found: Iterator[Row], tables: Tables) -> Iterator[Row]:
    """Rows of which only some columns were read to find them."""
    keys = [key_of(table, row) for row in found]
    for start in range(0, len(keys), MAX_BATCH_GET):
        yield from tables.get_many({table: keys[start : start + MAX_BATCH_GET]}, {table: ()})[table].values()


def _page(row: Row) -> str:
    return _PAGE.format(title=html.escape(str(row["title"])), html=row.get("html", ""))


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(zipfile.ZipInfo(name, _TIME), text, zipfile.ZIP_DEFLATED)
