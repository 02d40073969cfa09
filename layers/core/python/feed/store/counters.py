"""An article's counters: moved with what they count, made anew from the log, and tips as the accounts know them."""

from __future__ import annotations

from collections.abc import Mapping

from feed.domain.actions import Flag
from feed.domain.articles import Article, Counts
from feed.domain.hot import trending
from feed.domain.tips import Tipped
from feed.errors import NotFound
from feed.store.articles import CARD, decode, key
from feed.store.client import Tables
from feed.store.rows import Expect, Update, Value, equals, equals_or_missing
from feed.store.schema import ARTICLES


def counted(article: Article, flag: Flag, step: int, now_ms: int) -> Update:
    """One counter moved; refused where a recount has come in between, which may have counted it already.

    The score follows the counts that the caller has read: it lacks what others count meanwhile, until the next act.
    """
    counts = article.counts._replace(**{flag.value: max(0, getattr(article.counts, flag.value) + step)})
    return Update(
        ARTICLES,
        key(article.id),
        put={"counted_ms": now_ms, **_trending(article, counts)},
        add={f"{flag.value}_count": step},
        expect=Expect.PRESENT,
        where=(equals_or_missing("recounts", article.recounts),),
    )


def recounted(article: Article, totals: Mapping[Flag, int]) -> Update:
    """Counters as the log says; refused when anybody has counted meanwhile. Whoever is about to is refused then.

    That somebody has counted shows in the time of it; the counters may be what they were, after a like and an unlike.
    """
    counts = article.counts._replace(**{flag.value: total for flag, total in totals.items()})
    as_read = {"counted_ms": article.counted_ms, "recounts": article.recounts, "reward_count": article.counts.reward}
    return Update(
        ARTICLES,
        key(article.id),
        put={
            **{f"{flag.value}_count": total for flag, total in totals.items()},
            **_trending(article, counts),
            "recounts": article.recounts + 1,
        },
        expect=Expect.PRESENT,
        where=[equals_or_missing(name, value) for name, value in as_read.items()],
    )


def shown(tables: Tables, article_id: int) -> dict[Flag, int]:
    """What the counters hold, below zero too, which no answer shows. Raises NotFound."""
    columns = {flag: f"{flag.value}_count" for flag in Flag}
    row = tables.get(ARTICLES, key(article_id), tuple(columns.values()))
    if row is None:
        raise NotFound(f"There is no article {article_id}.")
    return {flag: int(row.get(column, 0)) for flag, column in columns.items()}


def shown_tips(tables: Tables, article_id: int, bucket: int) -> tuple[Article, Tipped] | None:
    """An article, and what of one month's tips its counter shows already; None without a row."""
    names = _tips_columns(bucket)
    row = tables.get(ARTICLES, key(article_id), (*CARD, *names))
    return (decode(row), Tipped(*(int(row.get(name, 0)) for name in names))) if row else None


def show_tips(tables: Tables, article: Article, bucket: int, shown: Tipped, now: Tipped) -> None:
    """Move the counter by what came since; raises ConditionFailed when it shows something else than `shown`.

    Both numbers only grow, so that no stale reading can be taken for what was read later.
    """
    names = _tips_columns(bucket)
    were, are = (shown.credited, shown.refunded), (now.credited, now.refunded)
    where = [equals(name, old) if old else equals_or_missing(name, 0) for name, old in zip(names, were, strict=True)]
    step = now.count - shown.count
    counts = article.counts._replace(reward=max(0, article.counts.reward + step))
    put = {**dict(zip(names, are, strict=True)), **_trending(article, counts)}
    add = {"reward_count": step}
    tables.write(Update(ARTICLES, key(article.id), put=put, add=add, expect=Expect.PRESENT, where=where))


def _trending(article: Article, counts: Counts) -> dict[str, Value]:
    return {"trending": trending(counts, article.published_ms)} if article.published_ms is not None else {}


def _tips_columns(bucket: int) -> tuple[str, str]:
    return f"tips_{bucket}", f"tips_refunded_{bucket}"
