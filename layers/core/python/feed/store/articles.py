"""The article table (存储库): the one authority on what an article says and who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from feed.domain.articles import Article, Byline, Counts, State
from feed.domain.hot import trending
from feed.domain.ids import hashed, unhashed
from feed.errors import NotFound
from feed.store.client import Tables
from feed.store.rows import End, Expect, Key, Put, Row, Update, Value, Wanted, Where, equals
from feed.store.schema import ARTICLES, ARTICLES_BY_AUTHOR

COUNTERS = ("read", "like", "comment", "collect", "reward")
CARD = (
    "author_id",
    "author_nickname",
    "author_avatar_url",
    "title",
    "summary",
    "cover_url",
    "words",
    "state",
    "taken_from",
    "version",
    "delivery",
    "width",
    "audience",
    "created_ms",
    "published_ms",
    "publish_at_ms",
    "sequence",
    "recounts",
    "counted_ms",
    *(f"{name}_count" for name in COUNTERS),
)
"""Every column but the text itself, which would cost a list capacity units by its size."""
FULL = (*CARD, "html", "html_rules")
_TAKEN = ("taken_from", "taken_ms", "taken_why", "taken_publish_at_ms")
"""What stands in the row of an article that is taken down, whose state is private to whoever does not know of them."""
SEARCHED_CHARACTERS = 20_000
"""How much of an article's plain text a search looks at: what lies behind would double what its row costs to write."""


class Takedown(NamedTuple):
    """Why and when an article was taken down, and what it was before."""

    state: State
    publish_at_ms: int | None
    at_ms: int
    why: str


class Listed(NamedTuple):
    """An article's place in a list: a time, and its key."""

    position: tuple[int, str]

    @property
    def article_id(self) -> int:
        return unhashed(self.position[1])


def key(article_id: int) -> tuple[str]:
    return (hashed(article_id),)


def find(tables: Tables, article_id: int, *, text: bool = False) -> Article | None:
    """`text`: with its HTML."""
    row = tables.get(ARTICLES, key(article_id), FULL if text else CARD)
    return decode(row) if row else None


def require(tables: Tables, article_id: int, *, text: bool = False) -> Article:
    article = find(tables, article_id, text=text)
    if article is None:
        raise NotFound(f"There is no article {article_id}.")
    return article


def wanted(article_ids: Iterable[int], *, text: bool = False) -> Wanted:
    return Wanted(ARTICLES, [key(article_id) for article_id in article_ids], FULL if text else CARD)


def cards(tables: Tables, article_ids: Iterable[int]) -> dict[int, Article]:
    """Articles without their text, by id; one request for up to a hundred."""
    keys = [key(article_id) for article_id in article_ids]
    found = tables.get_many({ARTICLES: keys}, {ARTICLES: CARD})[ARTICLES]
    return {article.id: article for article in map(decode, found.values())}


def create(article: Article) -> Put:
    columns: dict[str, Value] = {
        "author_id": article.author_id,
        "author_key": hashed(article.author_id),
        **_byline_columns(article.byline)[0],
        "title": article.title,
        "summary": article.summary,
        **_text_columns(article),
        "version": article.version,
        "created_ms": article.created_ms,
        "listed_ms": article.created_ms,
        "state": article.state.value,
        "delivery": article.delivery,
        "width": article.width,
        "audience": article.audience,
        **{f"{name}_count": 0 for name in COUNTERS},
    }
    if article.cover_url is not None:
        columns["cover_url"] = article.cover_url
    if article.published_ms is not None:
        columns["published_ms"] = article.published_ms
        columns["trending"] = trending(article.counts, article.published_ms)
    if article.publish_at_ms is not None:
        columns["publish_at_ms"] = article.publish_at_ms
    return Put(ARTICLES, key(article.id), columns, Expect.ABSENT)


def revise(old: Article, new: Article) -> Update:
    """From one version to the next, content and state in one write; raises ConditionFailed if `old` is not current.

    The state is written only when it changes, so that an edit never undoes a release that has gone on meanwhile.
    """
    put: dict[str, Value] = {"title": new.title, "summary": new.summary, "version": new.version}
    drop: list[str] = []
    if (new.html, new.html_rules) != (old.html, old.html_rules):
        put |= _text_columns(new)
    if new.cover_url is not None:
        put["cover_url"] = new.cover_url
    else:
        drop.append("cover_url")
    if new.state is State.PUBLISHING and not old.shown:
        assert new.published_ms is not None
        put |= {"delivery": new.delivery, "width": new.width, "audience": new.audience}
        put |= {"published_ms": new.published_ms, "listed_ms": new.published_ms}
        put["trending"] = trending(new.counts, new.published_ms)
    if new.publish_at_ms is not None:
        put["publish_at_ms"] = new.publish_at_ms
    elif old.publish_at_ms is not None:
        drop.append("publish_at_ms")
    if old.public_state != new.public_state:
        put["state"] = new.state.value
    return Update(ARTICLES, key(new.id), put=put, drop=drop, expect=Expect.PRESENT, where=_unchanged(old))


def bury(old: Article) -> Update:
    """Leave a tombstone: who may still have a put or a page in flight finds an article that nobody may see."""
    return Update(
        ARTICLES,
        key(old.id),
        put={"state": State.DELETED.value, "title": "", "summary": "", "version": old.version + 1},
        drop=("html", "html_rules", "text", "cover_url", "listed_ms", "publish_at_ms"),
        expect=Expect.PRESENT,
        where=_unchanged(old),
    )


def take_down(old: Article, why: str, now_ms: int) -> Update:
    """Refused when `old` is not current; a release that is under way finds that it is over."""
    put: dict[str, Value] = {
        "state": State.PRIVATE.value,
        "version": old.version + 1,
        "taken_from": old.state.value,
        "taken_ms": now_ms,
        "taken_why": why,
    }
    if old.publish_at_ms is not None:
        put["taken_publish_at_ms"] = old.publish_at_ms
    drop = ("publish_at_ms",)
    return Update(ARTICLES, key(old.id), put=put, drop=drop, expect=Expect.PRESENT, where=_unchanged(old))


def restore(old: Article, new: Article) -> Update:
    """From taken down to another state; as `revise`."""
    assert old.state is State.TAKEN_DOWN
    update = revise(old, new)
    put = {**update.put, "state": new.state.value}
    return update._replace(put=put, drop=(*update.drop, *_TAKEN))


def takedown(tables: Tables, article_id: int) -> Takedown | None:
    """Of one that is taken down, or was deleted as such."""
    row = tables.get(ARTICLES, key(article_id), _TAKEN)
    if not row or "taken_from" not in row:
        return None
    publish_at = row.get("taken_publish_at_ms")
    state = State(str(row["taken_from"]))
    return Takedown(state, None if publish_at is None else int(publish_at), int(row["taken_ms"]), str(row["taken_why"]))


def number(article: Article, sequence: int) -> Update:
    """Its outbox row's sequence; refused when the article is no longer in this release."""
    return Update(ARTICLES, key(article.id), put={"sequence": sequence}, where=_in_release(article))


def finish_release(tables: Tables, article: Article) -> None:
    """PUBLISHING becomes PUBLIC; raises ConditionFailed when the article is no longer in this release."""
    put = {"state": State.PUBLIC.value}
    tables.write(Update(ARTICLES, key(article.id), put=put, where=_in_release(article)))


def sign(article_id: int, byline: Byline) -> Update:
    """Show the author as they are called now, never creating a row."""
    put, drop = _byline_columns(byline)
    return Update(ARTICLES, key(article_id), put=put, drop=drop, expect=Expect.PRESENT)


def of_author(tables: Tables, author_id: int, before: Key | None, limit: int) -> tuple[list[Listed], bool]:
    """An author's articles below the position, newest first, and whether others follow; the index may lag."""
    return _indexed(tables, ARTICLES_BY_AUTHOR, hashed(author_id), "listed_ms", before, limit)


def _indexed(
    tables: Tables, index: str, partition: str, time_column: str, before: Key | None, limit: int
) -> tuple[list[Listed], bool]:
    start = (partition, *before) if before else (partition, End.MAX, End.MAX)
    # a backward range includes its start: the position itself is read again and left out
    page = tables.scan(index, start, (partition, End.MIN, End.MIN), limit=limit + (before is not None), backward=True)
    entries = (Listed((int(row[time_column]), str(row["article_key"]))) for row in page.rows)
    return [entry for entry in entries if entry.position != before], page.next_key is not None


def decode(row: Row) -> Article:
    published, publish_at, sequence = row.get("published_ms"), row.get("publish_at_ms"), row.get("sequence")
    cover, avatar = row.get("cover_url"), row.get("author_avatar_url")
    return Article(
        id=unhashed(str(row["article_key"])),
        author_id=int(row["author_id"]),
        byline=Byline(str(row["author_nickname"]), str(avatar) if avatar is not None else None),
        title=str(row["title"]),
        summary=str(row["summary"]),
        html=str(row.get("html", "")),
        html_rules=int(row.get("html_rules", 0)),
        cover_url=str(cover) if cover is not None else None,
        words=int(row["words"]),
        state=_state(row),
        version=int(row["version"]),
        delivery=int(row["delivery"]),
        width=int(row["width"]),
        audience=int(row["audience"]),
        created_ms=int(row["created_ms"]),
        published_ms=int(published) if published is not None else None,
        sequence=int(sequence) if sequence is not None else None,
        publish_at_ms=int(publish_at) if publish_at is not None else None,
        recounts=int(row.get("recounts", 0)),
        counted_ms=int(row.get("counted_ms", 0)),
        counts=Counts(*(max(0, int(row.get(f"{name}_count", 0))) for name in COUNTERS)),
    )


def _state(row: Row) -> State:
    state = State(str(row["state"]))
    return State.TAKEN_DOWN if "taken_from" in row and state is not State.DELETED else state


def _text_columns(article: Article) -> dict[str, Value]:
    """`text` is what is searched."""
    from feed.domain.words import plain_text

    text = " ".join(plain_text(article.html).split())[:SEARCHED_CHARACTERS]
    return {"html": article.html, "html_rules": article.html_rules, "words": article.words, "text": text}


def _byline_columns(byline: Byline) -> tuple[dict[str, Value], tuple[str, ...]]:
    """What to put, and what to drop."""
    if byline.avatar_url is None:
        return {"author_nickname": byline.nickname}, ("author_avatar_url",)
    return {"author_nickname": byline.nickname, "author_avatar_url": byline.avatar_url}, ()


def _unchanged(article: Article) -> Sequence[Where]:
    return (equals("version", article.version),)


def _in_release(article: Article) -> Sequence[Where]:
    return (equals("state", State.PUBLISHING.value), equals("delivery", article.delivery))
