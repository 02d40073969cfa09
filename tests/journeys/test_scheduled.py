"""An article at its author's time, under both editions: written, waited for, released by the timer, delivered."""

from __future__ import annotations

import time
import urllib.request
from itertools import count

import pytest

from commands.local_cloud import LocalCloud
from feed.operations._fields import format_rfc3339
from tests.steps import Product

_next_person = count(7000)
DEADLINE_S = 30


@pytest.fixture
def people(product: Product) -> tuple[int, int]:
    author, reader = next(_next_person), next(_next_person)
    product.given_people(author, reader)
    product.follow(reader, author)
    return author, reader


def tick(cloud: LocalCloud) -> None:
    url = f"{cloud.fc_endpoint}/_fake/timers/fire?function=scheduled-publish"
    urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=10).close()
    cloud.wait_idle()


def test_the_timer_releases_what_is_due_and_nothing_else(
    product: Product, cloud: LocalCloud, people: tuple[int, int]
) -> None:
    author, reader = people
    now_ms = time.time_ns() // 1_000_000
    soon, tomorrow = format_rfc3339(now_ms + 3000), format_rfc3339(now_ms + 86_400_000)
    first = product.publish(author, "明早的茶", state="scheduled", publish_at=soon)
    later = product.publish(author, "后天的茶", state="scheduled", publish_at=tomorrow)
    assert (first["state"], first["publish_at"]) == ("scheduled", soon)
    for article in (first, later):
        assert product.call("GET", f"/v1/articles/{article['id']}", reader).status == 404

    ends = time.monotonic() + DEADLINE_S
    while product.followed(reader) == []:
        assert time.monotonic() < ends, "it was not released in time"
        tick(cloud)
    for _ in range(2):
        tick(cloud)

    assert product.followed(reader) == [first["id"]]
    shown = product.call("GET", f"/v1/articles/{first['id']}", reader).body
    assert (shown["state"], shown["publish_at"]) == ("public", None)
    assert shown["published_at"] >= soon
    assert product.call("GET", f"/v1/articles/{later['id']}", author).body["publish_at"] == tomorrow
    assert product.change(author, later["id"], state="private")["publish_at"] is None
