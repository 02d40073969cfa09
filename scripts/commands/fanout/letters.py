"""The dead letters: which of them still speak of a shard that is given up."""

from __future__ import annotations

from dataclasses import dataclass

from feed.domain.articles import Article
from feed.domain.fanout import Job
from feed.store import jobs, work
from feed.store.client import Tables
from feed.store.work import Work

FOREVER_MS = 2**60
"""Later than anything that is due."""
DEAD = "dead"


@dataclass(frozen=True)
class Letter:
    """`fate` is dead, or why that is over: revived, withdrawn, superseded, expired."""

    work: Work
    fate: str

    @property
    def shard(self) -> int:
        return self.work.numbers[2]


def letters(tables: Tables, article_id: int | None = None) -> list[Letter]:
    """All, or those about one article; the oldest first."""
    found = [item for bucket in work.DEAD_LETTERS for item in work.all_due(tables, bucket, FOREVER_MS)]
    wanted = [item for item in found if article_id is None or item.numbers[0] == article_id]
    return [_judged(item, tables) for item in sorted(wanted, key=lambda item: (item.due_ms, item.id))]


def remove_outdated(article_id: int, tables: Tables) -> list[Letter]:
    """Those of an article that speak of no dead shard any more."""
    outdated = [letter for letter in letters(tables, article_id) if letter.fate != DEAD]
    for letter in outdated:
        tables.write_all(work.remove(letter.work))
    return outdated


def _judged(item: Work, tables: Tables) -> Letter:
    article_id, delivery, shard = item.numbers
    job, article = jobs.find_with_article(tables, article_id, delivery, shard)
    return Letter(item, _fate(article, delivery, job))


def _fate(article: Article | None, delivery: int, job: Job | None) -> str:
    if article is None or not article.shown:
        return "withdrawn"
    if article.delivery != delivery:
        return "superseded"
    if job is None:
        return "expired"
    return DEAD if job.dead else "revived"
