"""Old and new code meet while functions are deployed one by one: what each may send the other and find in a row."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from commands.policies import grants
from commands.running import ROOT
from feed.edge import binding
from feed.operations import erase_user, fanout_batch, rebuild_inbox, scheduled_publish
from feed.operations._fields import Message
from feed.store import articles, jobs
from feed.store.client import Tables
from feed.store.rows import Key, Row, Wanted
from feed.store.schema import ARTICLES, JOBS

SENT: dict[type[BaseModel], dict[str, Any]] = {
    erase_user.Request: {"user_id": 7},
    fanout_batch.Request: {"article_id": 7, "delivery": 1, "shard": 3},
    rebuild_inbox.Request: {"reader_id": 7, "day": 20_000},
    scheduled_publish.Request: {"triggerTime": "2026-11-28T01:00:00Z"},
}
"""The least that any release has sent. Whoever adds a field that must be sent breaks those who do not know it yet."""

JOB: Row = {
    "article_key": articles.key(7)[0],
    "delivery": 1,
    "shard": 0,
    "start_key": "0000",
    "end_key": "g",
    "cursor": "0000",
    "delivered": 0,
    "updated_ms": 1,
}
"""As the first release wrote it: without tries, lease, suspicion or reason."""

ARTICLE: Row = {
    "article_key": articles.key(7)[0],
    "author_id": 1,
    "author_nickname": "林小满",
    "title": "雨后",
    "summary": "",
    "words": 1,
    "state": "public",
    "version": 1,
    "delivery": 1,
    "width": 1,
    "audience": 0,
    "created_ms": 1,
}


class Rows(Tables):
    """A job and an article, whatever is asked for."""

    def __init__(self, job: Row, article: Row) -> None:
        self.rows = {JOBS: job, ARTICLES: article}

    def read(self, *wanted: Wanted) -> dict[str, dict[Key, Row]]:
        return {item.table: {item.keys[0]: self.rows[item.table]} for item in wanted}


def test_every_message_is_known_here() -> None:
    grants(ROOT / "functions")  # runs every entry file, and so imports every operation
    ours = {model for model in Message.__subclasses__() if model.__module__.startswith("feed.")}
    assert ours == SENT.keys()


@pytest.mark.parametrize("model", SENT)
def test_a_message_of_the_first_release_is_understood(model: type[BaseModel]) -> None:
    assert binding.validate(model, SENT[model]).model_dump(by_alias=True, exclude_unset=True) == SENT[model]


@pytest.mark.parametrize("model", SENT)
def test_a_message_of_a_later_release_is_understood(model: type[BaseModel]) -> None:
    assert binding.validate(model, {**SENT[model], "added_later": [1]}) == binding.validate(model, SENT[model])


def test_rows_of_the_first_release_are_read() -> None:
    job, article = jobs.find_with_article(Rows(JOB, ARTICLE), 7, 1, 0)
    assert job is not None
    assert article is not None
    assert (job.tries, job.owner, job.suspect, job.parted, job.reason) == (0, "", False, False, "")
    assert (article.recounts, article.counts.like) == (0, 0)


def test_columns_of_a_later_release_are_passed_over() -> None:
    later: Row = {"added_later": 1}
    known = jobs.find_with_article(Rows(JOB, ARTICLE), 7, 1, 0)
    assert jobs.find_with_article(Rows({**JOB, **later}, {**ARTICLE, **later}), 7, 1, 0) == known
