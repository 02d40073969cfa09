"""The demo that scripts/dev fills: all of it is there, and filling it again adds nothing."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from commands import demo
from commands.demo import DONE, fill
from commands.demo.articles import TEXTS
from commands.demo.people import PEOPLE
from commands.local_cloud import LocalCloud
from commands.tablestore_process import CannotStart


def get(cloud: LocalCloud, path: str, user: int) -> Any:
    request = urllib.request.Request(cloud.api + path, headers={"Authorization": f"Bearer {cloud.token(user)}"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


def state(cloud: LocalCloud) -> list[Any]:
    """Everybody's profile and whole timeline, with every count."""
    found = []
    for person in PEOPLE:
        timeline = get(cloud, "/v1/timeline?size=100", person.id)
        found.append((get(cloud, f"/v1/users/{person.id}", person.id), timeline["items"]))
    return found


def test_the_demo_is_complete_and_filled_once(tmp_path: Path) -> None:
    with LocalCloud(data=tmp_path, timers=False) as cloud:
        fill(cloud, lambda _: None)
        first = state(cloud)

        for person, (profile, items) in zip(PEOPLE, first, strict=True):
            assert profile["nickname"] == person.nickname
            assert profile["following_count"] == len(person.follows)
            assert profile["article_count"] == sum(text.author == person.id for text in TEXTS)
            titles = [item["article"]["title"] for item in items if item["reason"] == "follow"]
            assert sorted(titles) == sorted(text.title for text in TEXTS if text.author in person.follows)
        assert sum(profile["like_count"] for profile, _ in first) > 20

        (tmp_path / DONE).unlink()
        fill(cloud, lambda _: None)

        assert state(cloud) == first


@pytest.mark.slow
def test_a_filling_that_was_broken_off_is_finished_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = demo._Api.call, []

    def call(api: Any, user: int, method: str, path: str, *more: Any) -> Any:
        calls.append(path)
        if path == "/v1/articles" and calls.count(path) == 3:
            raise CannotStart("The power is out.")
        return real(api, user, method, path, *more)

    (tmp_path / DONE).write_text("{}")  # of the data that --fresh forgets
    with LocalCloud(data=tmp_path, fresh=True, timers=False) as cloud:
        monkeypatch.setattr(demo._Api, "call", call)
        with pytest.raises(CannotStart):
            fill(cloud, lambda _: None)
        monkeypatch.undo()
    with LocalCloud(data=tmp_path, timers=False) as cloud:
        fill(cloud, lambda _: None)
        for person, (profile, _) in zip(PEOPLE, state(cloud), strict=True):
            assert profile["following_count"] == len(person.follows)
            assert profile["article_count"] == sum(text.author == person.id for text in TEXTS)


def test_fresh_data_without_a_demo_is_filled_when_a_demo_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / DONE).write_text("{}")
    with LocalCloud(data=tmp_path, fresh=True, timers=False):
        assert not (tmp_path / DONE).exists()


def test_the_demos_data_is_sound() -> None:
    ids = {person.id for person in PEOPLE}
    assert len(ids) == len(PEOPLE)
    assert len({text.key for text in TEXTS}) == len({text.title for text in TEXTS}) == len(TEXTS)
    assert {text.author for text in TEXTS} <= ids
    for person in PEOPLE:
        assert person.id not in person.follows
        assert len(set(person.follows)) == len(person.follows)
        assert set(person.follows) <= ids
