"""One trace through real processes: from the request that publishes to the last batch, in the functions' own log."""

from __future__ import annotations

import json
import secrets
from itertools import count
from typing import Any

from commands.local_cloud import LocalCloud
from tests.journeys.conftest import FOLLOWERS_PER_INVOCATION
from tests.steps import Product

_next_person = count(9000)
PUBLIC = {"title": "山里的茶", "html": "<p>山里的茶</p>", "state": "public"}


def test_a_publication_is_followed_by_its_trace(product: Product, cloud: LocalCloud) -> None:
    author, *followers = people = [next(_next_person) for _ in range(2 * FOLLOWERS_PER_INVOCATION + 2)]
    product.given_people(*people)
    for follower in followers:
        product.follow(follower, author)
    trace = secrets.token_hex(16)
    sent = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    article = product.call("POST", "/v1/articles", author, PUBLIC, sent).body["id"]
    product.settle()

    lines = logged(cloud)
    batches = len(followers) // FOLLOWERS_PER_INVOCATION + 1
    found = [line["operation"] for line in lines if line["trace_id"] == trace]
    assert found == ["publish POST /v1/articles", *["fanout-batch"] * batches]
    assert {follower: product.followed(follower) for follower in followers} == {each: [article] for each in followers}
    assert len({line["trace_id"] for line in lines}) > len(people)


def logged(cloud: LocalCloud) -> list[Any]:
    """Every line of all functions, oldest first."""
    assert cloud.data is not None
    text = (cloud.data / "functions.log").read_text()
    return [json.loads(line[line.index("{") :]) for line in text.splitlines() if '"operation": ' in line]
