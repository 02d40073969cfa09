"""What people do while deliveries are under way, each act a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from feed.store.schema import ARTICLES
from tests.faults.actors import Actor
from tests.faults.cast import ANN, Reader
from tests.faults.chaos import Chaos
from tests.operations.shelf import everything
from tests.steps import Answer

Act = Callable[[Chaos], None]


def publish(chaos: Chaos) -> None:
    """By a client that may repeat the same request where it was not answered."""
    key = f"key-{chaos.number}"
    body = {"title": "标题", "html": "<p>字</p>", "state": "public"}
    call = partial(chaos.stage.product.call, "POST", "/v1/articles", ANN, body, {"Idempotency-Key": key})

    def ends(actor: Actor) -> None:
        if not succeeded(actor) and chaos.chance.random() < 0.3:
            chaos.begin("publish, repeated", call, lambda _: None)

    chaos.begin("publish", call, ends)


def withdraw_or_show(chaos: Chaos) -> None:
    """One of Ann's articles: it goes, or comes back."""
    found = [row for row in everything(chaos.stage.store, ARTICLES) if row["author_id"] == ANN]
    if not found:
        return
    hidden = [row for row in found if row["state"] == "private"]
    row = chaos.chance.choice(hidden or found)
    state = "public" if row["state"] == "private" else "private"
    path = "/v1/articles/" + str(row["article_key"]).partition(":")[2]
    chaos.withdrawn = True
    chaos.begin(state, partial(chaos.stage.product.call, "PATCH", path, ANN, {"state": state}), lambda _: None)


def follow_or_leave(chaos: Chaos) -> None:
    """Somebody does, who is not about to do so already."""
    free = [reader for reader in chaos.readers if not reader.busy]
    if not free:
        return
    others = [reader for reader in free if not reader.follows]
    reader = chaos.chance.choice(others if others and chaos.chance.random() < 0.6 else free)
    on = chaos.chance.random() < 0.5 if reader.follows is None else not reader.follows
    sure = reader.follows is not None
    reader.busy = reader.changed = True
    reader.follows = None

    def ends(actor: Actor) -> None:
        reader.busy = False
        if sure and succeeded(actor):
            reader.follows = on

    verb, method = ("follow", "PUT") if on else ("unfollow", "DELETE")
    call = partial(chaos.stage.product.call, method, f"/v1/follows/{ANN}", reader.id)
    chaos.begin(f"{verb} by {reader.id}", call, ends)


def read(chaos: Chaos) -> None:
    """All that is there, by somebody who then says so."""
    reader = chaos.chance.choice(chaos.readers)
    shown: set[int] = set()

    def ends(actor: Actor) -> None:
        (reader.read if succeeded(actor) else reader.unsure).update(shown)

    chaos.begin(f"{reader.id} reads", partial(_read, chaos, reader, shown), ends)


def _read(chaos: Chaos, reader: Reader, shown: set[int]) -> Answer:
    call = chaos.stage.product.call
    page = call("GET", "/v1/timeline?size=20", reader.id)
    if page.status != 200 or page.body["source"] != "follow":
        return page
    shown.update(item["article"]["id"] for item in page.body["items"])
    return call("POST", "/v1/timeline/read", reader.id, {"mark": page.body["mark"]})


def succeeded(actor: Actor) -> bool:
    answer: Any = actor.answer
    return answer is not None and answer.status in (200, 201)
