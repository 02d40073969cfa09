"""Fills the demo through the public API, as its people would; a second filling changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import urllib3

from commands.demo.articles import TEXTS, Text
from commands.demo.people import PEOPLE
from commands.local_cloud import LocalCloud
from commands.tablestore_process import CannotStart

DONE = "demo.json"


def fill(cloud: LocalCloud, say: Callable[[str], None]) -> None:
    """Make what is missing; nothing is asked when this folder's demo was completed before."""
    done = None if cloud.data is None else cloud.data / DONE
    if done is not None and done.exists() and not cloud.tables_created:
        return
    if done is not None:
        done.unlink(missing_ok=True)
    api = _Api(cloud)
    say(f"Demo: {len(PEOPLE)} people")
    for person in PEOPLE:
        api.call(person.id, "PUT", "/v1/users/me", {"nickname": person.nickname})
    say(f"Demo: {sum(len(person.follows) for person in PEOPLE)} follows")
    for person in PEOPLE:
        for author in person.follows:
            api.call(person.id, "PUT", f"/v1/follows/{author}")
    say(f"Demo: {len(TEXTS)} articles")
    ids = _publish(api)
    say("Demo: reading, liking, collecting")
    _act(api, ids)
    cloud.wait_idle()
    if done is not None:
        done.write_text(json.dumps({"articles": ids}))


def _publish(api: _Api) -> list[int]:
    """The articles' ids; each is looked for by its title first: an Idempotency-Key is remembered for a day only."""
    there = {
        article["title"]: int(article["id"])
        for author in sorted({text.author for text in TEXTS})
        for article in api.call(author, "GET", f"/v1/users/{author}/articles?size=100")["items"]
    }
    return [there.get(text.title) or _create(api, text) for text in TEXTS]


def _create(api: _Api, text: Text) -> int:
    body = {"title": text.title, "html": text.html, "state": "public"}
    return int(api.call(text.author, "POST", "/v1/articles", body, {"Idempotency-Key": f"demo-{text.key}"})["id"])


def _act(api: _Api, ids: list[int]) -> None:
    """Everybody reads most of what the people they follow wrote, likes some of it and collects a little."""
    for person in PEOPLE:
        for index, text in enumerate(TEXTS):
            taste = (person.id * 7 + index * 5) % 11
            if text.author not in person.follows or taste > 7:
                continue
            kinds = ["read"] + ["like"] * (taste % 2 == 0) + ["collect"] * (taste % 5 == 0)
            for kind in kinds:
                api.call(person.id, "POST", f"/v1/articles/{ids[index]}/actions", {"kind": kind})


class _Api:
    """Calls the cloud's API as one of the demo's people."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._base = cloud.api
        self._pool = urllib3.PoolManager(timeout=60)
        self._tokens = {person.id: cloud.token(person.id) for person in PEOPLE}

    def call(
        self, user: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """The answer's JSON; raises CannotStart when it is an error."""
        headers = {"Authorization": f"Bearer {self._tokens[user]}", **(headers or {})}
        try:
            answer = self._pool.request(method, self._base + path, json=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise CannotStart(f"The demo could not be filled: {method} {path} was not answered ({error}).") from None
        if answer.status >= 300:
            raise CannotStart(
                f"The demo could not be filled: {method} {path} answered {answer.status} {answer.data.decode()[:300]}"
            )
        found: dict[str, Any] = answer.json()
        return found
