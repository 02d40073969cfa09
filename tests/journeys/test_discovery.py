"""From a guest's hot list to recommendations and past the timeline's end, over real sockets; under both editions."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count

import pytest

from commands.instance import Instance
from commands.local_cloud import LocalCloud
from commands.running import ACCESS_KEY, INSTANCE, SECRET
from feed.store import neighbors, schema
from tests.steps import Product

_next_person = count(9000)
APPEARS_WITHIN_S = 10
"""What api.md allows hot lists and recommendations."""


@pytest.fixture
def people(product: Product) -> list[int]:
    four = [next(_next_person) for _ in range(4)]
    product.given_people(*four)
    return four


def soon(is_so: Callable[[], bool]) -> bool:
    until = time.monotonic() + APPEARS_WITHIN_S
    while not is_so():
        if time.monotonic() > until:
            return False
    return True


def hot(product: Product, user: int | None, order: str = "hot") -> list[int]:
    return [item["id"] for item in product.walk(f"/v1/hot?order={order}", user, 50)]


def test_from_the_hot_list_to_recommendations(product: Product, cloud: LocalCloud, people: list[int]) -> None:
    author, reader, friend, writer = people
    liked, similar, other = (product.publish(author, title)["id"] for title in ("春茶", "秋茶", "茶具"))
    followed = product.publish(writer, "雨后")["id"]
    product.act(friend, liked, "read")
    product.act(friend, liked, "like")

    # a guest finds it in the hot lists
    ours = {liked, similar, other}
    assert soon(lambda: ours <= set(hot(product, None, "trending")))
    assert soon(lambda: [id for id in hot(product, None) if id in ours] == [liked, other, similar])

    # a reader likes it, too, and has it behind them
    assert liked in hot(product, reader)
    product.act(reader, liked, "read")
    answer = product.act(reader, liked, "like")
    assert (answer["flags"]["like"], answer["counts"]["like"]) == (True, 2)
    likers = product.walk(f"/v1/articles/{liked}/likers", None)
    assert [item["user"]["id"] for item in likers] == [reader, friend]
    assert liked not in hot(product, reader)

    # what others read with it is recommended, with the reason
    tables = Instance(cloud.ots_endpoint, INSTANCE, ACCESS_KEY, SECRET, "", "journey").tables((schema.NEIGHBORS,))
    tables.write(neighbors.put(liked, [(similar, 0.9)]))
    assert [item["id"] for item in product.walk(f"/v1/articles/{liked}/related", None)] == [similar]
    first = product.call("GET", "/v1/recommendations", reader).body["items"][0]
    assert first["article"]["id"] == similar
    assert first["because"] == {"kind": "like", "article_id": liked, "author_id": None}
    authors = product.call("GET", "/v1/recommendations/authors", reader).body["items"]
    assert (authors[0]["user"]["id"], authors[0]["because"]["article_id"]) == (author, liked)

    # and comes past the end of what the reader follows
    product.follow(reader, writer)
    product.settle()
    assert soon(lambda: other in [item["article"]["id"] for item in product.walk("/v1/timeline", None, 50)])
    pages = list(product.pages("/v1/timeline", reader, 50))
    assert [page["source"] for page in pages[:3]] == ["follow", "recommended", "hot"]
    items = [item for page in pages for item in page["items"]]
    ids = [item["article"]["id"] for item in items]
    assert ids[:2] == [followed, similar]
    assert other in ids
    assert liked not in ids
    assert len(ids) == len(set(ids))

    # until its author takes it back
    product.change(author, similar, state="private")
    for path in ("/v1/timeline", "/v1/recommendations", "/v1/hot"):
        shown = [(item.get("article") or item)["id"] for item in product.walk(path, reader, 50)]
        assert similar not in shown
    assert product.walk(f"/v1/articles/{liked}/related", None) == []
